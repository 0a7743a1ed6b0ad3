"""Writes test/fixtures/images.json: small image files with the pixels they hold, and resampled images and maps.

Pillow 13.0.0, numpy, torch and torchvision (versions are written into the file).
Run in the repository's root: python test/reference/make_image_fixtures.py
"""
import base64, hashlib, io, json, struct, zlib

import numpy as np
import PIL
import torch
import torchvision
import torchvision.transforms.functional as F
from PIL import Image, ImageOps

torch.set_num_threads(1)
b64 = lambda data: base64.b64encode(data).decode()
rng = np.random.default_rng(0)


def smooth(width, height, noise=6):
    """A tile-like image: shading, a dark line, a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    base = 120 + 60 * np.sin(x / 9 + y / 31) + 30 * np.cos(y / 17)
    base[np.abs(x - width / 2 - 4 * np.sin(y / 11)) < 1.5] -= 90
    channels = [base * gain + rng.integers(-noise, noise + 1, base.shape) for gain in (1.0, 0.9, 0.75)]
    return np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(samples, depth, colour, interlaced=False, palette=None, trns=None):
    """samples [height, width, channels] of `depth` bits each."""
    height, width, channels = samples.shape

    def rows(part):
        out = b''
        for row in part:
            flat = row.reshape(-1)
            if depth == 16:
                packed = flat.astype('>u2').tobytes()
            else:
                bits = np.unpackbits(flat.astype(np.uint8)[:, None], axis=1)[:, 8 - depth:]
                packed = np.packbits(bits.reshape(-1)).tobytes()
            out += b'\0' + packed
        return out

    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES]
        raw = b''.join(rows(part) for part in parts if part.size)
    else:
        raw = rows(samples)
    body = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, depth, colour, 0, 0, int(interlaced)))
    if palette is not None:
        body += chunk(b'PLTE', palette.tobytes())
    if trns is not None:
        body += chunk(b'tRNS', trns)
    return b'\x89PNG\r\n\x1a\n' + body + chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND', b'')


files = []


def add(name, data, rgb, tolerance=0):
    rgb = np.broadcast_to(rgb, rgb.shape[:2] + (3,)).astype(np.uint8)
    files.append(dict(name=name, file=b64(data), width=rgb.shape[1], height=rgb.shape[0], rgb=b64(rgb.tobytes()), tolerance=tolerance))


W, H = 13, 11
for depth in (1, 2, 4, 8, 16):
    for interlaced in (False, True):
        grey = rng.integers(0, 2**depth, (H, W, 1))
        add(f'grey{depth}{"-interlaced" if interlaced else ""}', png(grey, depth, 0, interlaced), np.floor(grey * 255 / (2**depth - 1) + 0.5))
for depth in (1, 2, 4, 8):
    palette = rng.integers(0, 256, (2**depth, 3)).astype(np.uint8)
    index = rng.integers(0, 2**depth, (H, W, 1))
    add(f'palette{depth}-trns', png(index, depth, 3, depth == 4, palette, bytes(rng.integers(0, 255, 2**depth, dtype=np.uint8))), palette[index[..., 0]])
grey = rng.integers(0, 4, (H, W, 1))
add('grey8-trns', png(grey, 8, 0, False, None, struct.pack('>H', 2)), grey)
for depth in (8, 16):
    for colour, channels in ((2, 3), (4, 2), (6, 4)):
        samples = rng.integers(0, 2**depth, (H, W, channels))
        colours = samples[..., :1] if channels == 2 else samples[..., :3]
        add(f'type{colour}-{depth}', png(samples, depth, colour), np.floor(colours * 255 / (2**depth - 1) + 0.5))


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, 'JPEG', **options)
    return out.getvalue()


def decoded(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert('RGB'))


picture = Image.fromarray(smooth(37, 29, 2))
for name, image, options, tolerance in (
    ('jpeg-grey', picture.convert('L'), dict(quality=90), 2),
    ('jpeg-grey-progressive', picture.convert('L'), dict(quality=90, progressive=True), 2),
    ('jpeg-colour', picture, dict(quality=92, subsampling=0), 3),
    ('jpeg-colour-progressive', picture, dict(quality=92, subsampling=0, progressive=True), 3),
    ('jpeg-rgb', picture, dict(quality=92, keep_rgb=True, subsampling=0), 3),
):
    data = jpeg(image, **options)
    add(name, data, decoded(data), tolerance)

oriented = []
stored = np.zeros((16, 24, 3), np.uint8)
stored[:8, :8] = (250, 60, 60)
stored[:8, 16:] = (60, 250, 60)
stored[8:, 8:16] = (60, 60, 250)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(Image.fromarray(stored), quality=95, subsampling=0, exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    oriented.append(dict(orientation=orientation, file=b64(data), width=upright.shape[1], height=upright.shape[0], rgb=b64(upright.tobytes())))

inputs = {'tall': smooth(105, 398), 'odd': smooth(37, 23), 'noise': rng.integers(0, 256, (19, 31, 3)).astype(np.uint8)}
sources = {}
for name, array in inputs.items():
    out = io.BytesIO()
    Image.fromarray(array).save(out, 'PNG', optimize=True)
    sources[name] = b64(out.getvalue())
resized = []
for name, sizes in dict(
    tall=[(64, 242), (256, 970), (224, 224), (105, 100), (33, 398), (1, 1)],
    odd=[(36, 22), (38, 24), (7, 5), (111, 50), (224, 224)],
    noise=[(30, 18), (8, 8), (64, 40), (5, 77), (1, 19)],
).items():
    for size in sizes:
        image = Image.fromarray(inputs[name])
        # Columns first, then rows: the order of Pillow up to 12. Pillow 13 takes rows first for some sizes.
        staged = np.asarray(image.resize((size[0], image.height), Image.BILINEAR).resize(size, Image.BILINEAR))
        direct = np.asarray(image.resize(size, Image.BILINEAR))
        assert np.abs(staged.astype(int) - direct).max() <= 1
        data = direct.tobytes()
        values = dict(rgb=b64(data)) if len(data) < 20_000 else {}
        sha256 = hashlib.sha256(staged.tobytes()).hexdigest()
        resized.append(dict(source=name, width=size[0], height=size[1], sha256=sha256, **values))

nearest = []
for width, height, to in ((37, 23, (224, 224)), (105, 398, (64, 242)), (31, 19, (7, 50)), (9, 9, (9, 9))):
    mask = (rng.random((height, width)) < 0.4).astype(np.uint8)
    out = np.asarray(Image.fromarray(mask * 255).resize(to, Image.NEAREST)) // 255
    nearest.append(dict(width=width, height=height, mask=b64(np.packbits(mask).tobytes()), to=list(to), result=b64(np.packbits(out).tobytes())))

maps = []
for width, height, to in ((5, 7, (11, 4)), (8, 8, (8, 8)), (6, 3, (17, 29)), (12, 9, (5, 5)), (1, 4, (3, 9))):
    data = torch.rand(1, 1, height, width)
    out = torch.nn.functional.interpolate(data, size=(to[1], to[0]), mode='bilinear', align_corners=False)
    maps.append(dict(width=width, height=height, data=data.flatten().tolist(), to=list(to), result=out.flatten().tolist()))

crops = []
for width, height, resize, crop in ((105, 398, 256, 224), (398, 105, 256, 224), (900, 900, 256, 224), (700, 321, 257, 224), (333, 512, 259, 224), (513, 333, 200, 224), (333, 513, 201, 230), (1000, 77, 32, 32), (61, 60, 60, 31)):
    y, x = np.mgrid[1:height + 1, 1:width + 1]
    scaled = F.resize(Image.new('L', (width, height)), resize)
    w, h = scaled.size
    y, x = torch.meshgrid(torch.arange(1, h + 1), torch.arange(1, w + 1), indexing='ij')
    cut = F.center_crop(torch.stack([x, y]), [crop, crop])
    # Position in the crop of the scaled image's first visible pixel gives the offset, negative where it is padded.
    inside = torch.nonzero(cut[0] > 0)[0].tolist()
    offset = [int(cut[0][tuple(inside)]) - 1 - inside[1], int(cut[1][tuple(inside)]) - 1 - inside[0]]
    crops.append(dict(width=width, height=height, resize=resize, crop=crop, resized=[w, h], offset=offset))

made = dict(pillow=PIL.__version__, torch=torch.__version__, torchvision=torchvision.__version__, numpy=np.__version__)
with open('test/fixtures/images.json', 'w') as out:
    json.dump(dict(made_with=made, files=files, oriented=oriented, sources=sources, resized=resized, nearest=nearest, maps=maps, crops=crops), out, indent=1)
