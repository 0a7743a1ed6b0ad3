"""TIFF files as Pillow (with libtiff) writes them, and SHA-256 of the pixels it reads back; test/fixtures/tiff.json.

Usage: python make_tiff_fixtures.py > ../fixtures/tiff.json
"""
import base64
import hashlib
import io
import json

import numpy as np
from PIL import Image

rng = np.random.default_rng(0)
y, x = np.mgrid[0:21, 0:33]
smooth = ((x * 2 + y) % 256).astype(np.uint8)
noise = rng.integers(0, 256, (21, 33), dtype=np.uint8)
rgb = np.dstack([smooth, noise, smooth.T.copy().reshape(21, 33)])
deep = (smooth.astype(np.uint16) << 8) | noise

images = {
    "L": Image.fromarray(smooth),
    "P": Image.fromarray(rgb).quantize(200),
    "RGB": Image.fromarray(rgb),
    "RGBA": Image.fromarray(np.dstack([rgb, noise])),
    "I;16": Image.fromarray(deep),
    "I;16B": Image.fromarray(deep.astype(">u2")),
}
files = []


def add(name, image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", **options)
    read = Image.open(io.BytesIO(buffer.getvalue()))
    if read.mode.startswith("I;16"):
        values = np.asarray(read).astype(np.uint32)
        grey = ((values + 128) // 257).astype(np.uint8)
        pixels = np.dstack([grey] * 3)
    elif read.mode == "RGBA":
        pixels = np.asarray(read)[..., :3]
    else:
        pixels = np.asarray(read.convert("RGB"))
    files.append({
        "name": name,
        "file": base64.b64encode(buffer.getvalue()).decode(),
        "width": image.width,
        "height": image.height,
        "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
    })


for mode, image in images.items():
    add(f"{mode} raw", image)
for mode in ["L", "RGB", "I;16"]:
    small = images[mode]
    for compression in ["tiff_lzw", "tiff_adobe_deflate", "tiff_deflate"]:
        add(f"{mode} {compression}", small, compression=compression)
add("RGB tiff_lzw predictor", images["RGB"], compression="tiff_lzw", tiffinfo={317: 2})
add("L tiff_adobe_deflate strips", images["L"], compression="tiff_adobe_deflate", strip_size=200)
# Long enough that LZW goes through all widths of its codes, and clears its table.
add("L tiff_lzw long", Image.fromarray(rng.integers(0, 256, (70, 90), dtype=np.uint8)), compression="tiff_lzw")
print(json.dumps(files))
