"""Reference PatchCore (torch, CPU) on MTD with the Keras ResNet-50 v1 weights. One script, no part of the library.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17, scikit-learn 1.9, pillow 13.
Example:
  python patchcore_reference.py --data <mtd> --split <mtd_differnet_train.json> --weights <folder with model.json> \
      --geometry crop --ratio 0.01 --seed 0 --out scores.json

Official variant: embedding 1024 (closed form), projection 128 from key `patchcore|projection`, 10 starts from key
`patchcore|starts`, anchors start as mean distances, patch score = squared L2 to the nearest bank row, image score = maximum,
map = bilinear to the input size, then Gaussian sigma 4 with SciPy's border.
anomalib variant: concatenation 1536, sparse projection (u = uniform(): u < d/2 -> -v, u < d -> +v, else 0; d = 1/sqrt(1536),
v = sqrt(1/d)/sqrt(dim); row-major W[dim][1536]), exact greedy from sample(N, 1) which is kept, Euclidean distance, re-weighting b = 9,
map = nearest to the input size, then Gaussian sigma 4 with the edge pixel not repeated.
"""
import argparse
import json
import pathlib
import resource
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import gaussian_filter

from keras_resnet50 import KerasResNet50, caffe
from seeded_random import Random


# ---- data

def mtd_records(root, split_file):
    root = pathlib.Path(root)
    chosen = json.loads(pathlib.Path(split_file).read_text())['files']
    names = set(chosen)
    train = [f'MT_Free/Imgs/{n}' for n in sorted(chosen)]
    test = [f'MT_Free/Imgs/{p.name}' for p in sorted((root / 'MT_Free/Imgs').glob('*.jpg')) if p.name not in names]
    for kind in ('Blowhole', 'Break', 'Crack', 'Fray', 'Uneven'):
        test += [f'MT_{kind}/Imgs/{p.name}' for p in sorted((root / f'MT_{kind}/Imgs').glob('*.jpg'))]
    assert (len(train), len(test)) == (761, 583), (len(train), len(test))
    return train, test


def place(image, geometry, size, filt):
    """The one geometry for image and mask: stretch to size x size, or short side round(size * 8 / 7) and a centre crop."""
    if geometry == 'stretch':
        return image.resize((size, size), filt)
    w, h = image.size
    short = round(size * 8 / 7)
    w2, h2 = (short, int(short * h / w)) if w <= h else (int(short * w / h), short)
    left, top = round((w2 - size) / 2), round((h2 - size) / 2)
    return image.resize((w2, h2), filt).crop((left, top, left + size, top + size))


def read_image(root, rel, geometry, size):
    return np.asarray(place(Image.open(pathlib.Path(root) / rel).convert('RGB'), geometry, size, Image.BILINEAR))


def read_mask(root, rel, geometry, size):
    mask = Image.open((pathlib.Path(root) / rel).with_suffix('.png')).convert('L')
    return np.asarray(place(mask, geometry, size, Image.NEAREST)) >= 128


# ---- embedding

def official_embedding(f2, f3):
    """[B,512,h,w], [B,1024,h/2,w/2] -> [B,h*w,1024], the closed form of the two adaptive poolings."""
    b, c, h, w = f2.shape
    kernel = torch.tensor([[.1, .1, .1], [.1, .2, .1], [.1, .1, .1]]).expand(c, 1, 3, 3)
    low = F.conv2d(f2.contiguous(), kernel, padding=1, groups=c)
    pairs = f3.reshape(b, f3.shape[1] // 2, 2, *f3.shape[2:]).mean(2)
    high = F.interpolate(F.avg_pool2d(pairs, 3, 1, 1), size=(h, w), mode='bilinear', align_corners=False)
    return torch.cat([low, high], 1).flatten(2).transpose(1, 2)


def anomalib_embedding(f2, f3):
    """[B,512,h,w], [B,1024,h/2,w/2] -> [B,h*w,1536]."""
    high = F.interpolate(F.avg_pool2d(f3, 3, 1, 1), size=f2.shape[2:], mode='bilinear', align_corners=False)
    return torch.cat([F.avg_pool2d(f2, 3, 1, 1), high], 1).flatten(2).transpose(1, 2)


def extract(net, root, rels, geometry, size, embed, batch=16):
    out = None
    for i in range(0, len(rels), batch):
        x = np.stack([read_image(root, r, geometry, size) for r in rels[i:i + batch]])
        f = net(caffe(x))
        e = embed(f['layer2'], f['layer3']).numpy()
        if out is None:
            out = np.empty((len(rels), *e.shape[1:]), np.float32)
        out[i:i + len(e)] = e
    return out


# ---- selection

def project_in_chunks(x, w, chunk=65536):
    return torch.cat([x[i:i + chunk] @ w.T for i in range(0, len(x), chunk)])


def distances_to(z, norms, row):
    return (norms - 2 * (z @ z[row]) + norms[row]).clamp_min_(0).sqrt_()


def official_projection(dim, seed, out=128):
    return torch.tensor(Random.for_key('patchcore|projection', seed).signed((out, dim)) / 32, dtype=torch.float32)


def sparse_projection(rows, dim, seed, eps=0.9):
    out = int(4 * np.log(rows) / (eps ** 2 / 2 - eps ** 3 / 3))
    density = 1 / np.sqrt(dim)
    u = Random.for_key('patchcore|projection', seed).uniforms(out * dim).reshape(out, dim)
    value = np.sqrt(1 / density) / np.sqrt(out)
    return torch.tensor(np.where(u < density / 2, -value, np.where(u < density, value, 0.0)), dtype=torch.float32)


def greedy(z, picks, starts=None, first=None):
    """Farthest-first picks of the rows of z. starts: anchors begin as the mean distance to them; first: kept as the first pick."""
    norms = (z * z).sum(1)
    chosen = []
    if first is not None:
        chosen.append(first)
        anchor = distances_to(z, norms, first)
    else:
        anchor = torch.stack([distances_to(z, norms, s) for s in starts]).mean(0)
    while len(chosen) < picks:
        s = int(torch.argmax(anchor))  # first maximum on CPU
        chosen.append(s)
        torch.minimum(anchor, distances_to(z, norms, s), out=anchor)
    return chosen


def lazy_greedy(z, picks, starts=None, first=None, block=512):
    """The picks of `greedy`, usually much faster: anchors only fall, so a row is refreshed against the picks it has not met only
    when its old anchor is among the largest. Rounding may swap near ties, since the products are summed in another order."""
    norms = (z * z).sum(1)
    if first is not None:
        anchor = distances_to(z, norms, first)
    else:
        anchor = torch.stack([distances_to(z, norms, s) for s in starts]).mean(0)
    rows, t = torch.empty(picks, z.shape[1]), 0
    row_norms, chosen = torch.empty(picks), []
    met = torch.zeros(len(z), dtype=torch.int64)

    def pick(i):
        nonlocal t
        rows[t], row_norms[t], anchor[i] = z[i], norms[i], 0
        chosen.append(i)
        t += 1
        met[i] = t

    if first is not None:
        pick(first)
        met[:] = 1
    while t < picks:
        i = int(torch.argmax(anchor))
        if met[i] == t:
            pick(i)
            continue
        top = torch.topk(anchor, min(block, len(z))).indices
        top = top[met[top] < t]
        begin = int(met[top].min())
        d = norms[top][:, None] - 2 * (z[top] @ rows[begin:t].T) + row_norms[begin:t]
        anchor[top] = torch.minimum(anchor[top], d.min(1).values.clamp_min_(0).sqrt_())
        met[top] = t
    return chosen


# ---- scoring

def nearest(bank, q):
    """Squared L2 to the nearest bank row and its index; candidates by the expanded form, distances of the winner exactly."""
    index = ((bank * bank).sum(1) - 2 * (q @ bank.T)).argmin(1)
    return ((q - bank[index]) ** 2).sum(1), index


def reweight(bank, q, distance, index, b=9):
    """Image score after re-weighting, anomalib's form: 1 - the first softmax entry over the distances from q* to N_b(m*)."""
    p = int(distance.argmax())
    m = int(index[p])
    near = torch.topk(torch.cdist(bank[m][None].double(), bank.double())[0], min(b, len(bank)), largest=False).indices
    d = torch.cdist(q[p][None].double(), bank[near].double())[0]
    return float((1 - torch.softmax(d, 0)[0]) * distance[p])


def anomalib_blur(x, sigma=4):
    r = int(np.ceil(4 * sigma))
    k = torch.exp(-torch.arange(-r, r + 1, dtype=torch.float32) ** 2 / (2 * sigma ** 2))
    k = (k / k.sum())
    x = F.pad(x, (r, r, r, r), mode='reflect')
    return F.conv2d(F.conv2d(x, k.view(1, 1, 1, -1)), k.view(1, 1, -1, 1))


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--data', required=True)
    a.add_argument('--split', required=True)
    a.add_argument('--weights', required=True)
    a.add_argument('--geometry', choices=['crop', 'stretch'], default='crop')
    a.add_argument('--size', type=int, default=224)
    a.add_argument('--variant', choices=['official', 'anomalib'], default='official')
    a.add_argument('--ratio', type=float, default=0.01)
    a.add_argument('--selection', choices=['greedy', 'lazy'], default='greedy', help='same picks, lazy is faster')
    a.add_argument('--seed', type=int, default=0)
    a.add_argument('--threads', type=int, default=2)
    a.add_argument('--cache', help='folder for embeddings (.npy); a second run then skips the network')
    a.add_argument('--out', required=True)
    o = a.parse_args()
    torch.set_num_threads(o.threads)
    torch.inference_mode().__enter__()
    official = o.variant == 'official'
    embed = official_embedding if official else anomalib_embedding
    train, test = mtd_records(o.data, o.split)
    seconds, peak = {}, {}

    def stage(name, begin):
        seconds[name] = round(time.perf_counter() - begin, 2)
        peak[name] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        print(name, seconds[name], 's, peak RSS', peak[name], 'MiB', flush=True)

    t = time.perf_counter()
    net = KerasResNet50(o.weights)
    stage('load', t)

    def features(name, rels):
        file = pathlib.Path(o.cache or '.') / f'{o.variant}_{o.geometry}{o.size}_{name}.npy'
        if o.cache and file.exists():
            return np.load(file)
        e = extract(net, o.data, rels, o.geometry, o.size, embed)
        if o.cache:
            np.save(file, e)
        return e

    t = time.perf_counter()
    x_train = features('train', train)
    stage('features_train', t)
    grid = int(np.sqrt(x_train.shape[1]))
    x = torch.from_numpy(x_train).flatten(0, 1)
    n, dim = x.shape
    picks = int(np.floor(o.ratio * n))

    t = time.perf_counter()
    select = lazy_greedy if o.selection == 'lazy' else greedy
    draw = Random.for_key('patchcore|starts', o.seed)
    if official:
        z = project_in_chunks(x, official_projection(dim, o.seed))
        chosen = select(z, picks, starts=draw.sample(n, 10))
    else:
        z = project_in_chunks(x, sparse_projection(n, dim, o.seed))
        chosen = select(z, picks, first=draw.sample(n, 1)[0])
    bank = x[chosen].clone()
    del x, x_train, z
    stage('coreset', t)

    t = time.perf_counter()
    x_test = features('test', test)
    stage('features_test', t)

    t = time.perf_counter()
    scores, patch = [], np.empty((len(test), grid, grid), np.float32)
    for i, q in enumerate(torch.from_numpy(x_test)):
        d, index = nearest(bank, q)
        if official:
            scores.append(float(d.max()))
        else:
            d = d.sqrt()
            scores.append(reweight(bank, q, d, index))
        patch[i] = d.reshape(grid, grid).numpy()
    stage('knn', t)

    t = time.perf_counter()
    maps = np.empty((len(test), o.size, o.size), np.float32)
    for i, p in enumerate(torch.from_numpy(patch)):
        up = F.interpolate(p[None, None], size=(o.size, o.size), **(
            dict(mode='bilinear', align_corners=False) if official else dict(mode='nearest')))
        maps[i] = gaussian_filter(up[0, 0].numpy(), 4) if official else anomalib_blur(up)[0, 0].numpy()
    stage('maps', t)

    from sklearn.metrics import average_precision_score, roc_auc_score
    t = time.perf_counter()
    label = np.array([not r.startswith('MT_Free') for r in test])
    masks = np.stack([read_mask(o.data, r, o.geometry, o.size) for r in test])
    s = np.array(scores)
    per_kind = {}
    for kind in sorted({r.split('/')[0] for r in test} - {'MT_Free'}):
        rows = np.array([r.startswith((kind, 'MT_Free')) for r in test])
        per_kind[kind] = float(roc_auc_score(label[rows], s[rows]))
    metrics = {
        'image_auroc': float(roc_auc_score(label, s)), 'image_ap': float(average_precision_score(label, s)),
        'image_auroc_by_kind': per_kind,
        'pixel_auroc': float(roc_auc_score(masks.ravel(), maps.ravel())),
        'pixel_ap': float(average_precision_score(masks.ravel(), maps.ravel())),
        'anomalous_images_without_mask': int((label & ~masks.any((1, 2))).sum()),
    }
    stage('metrics', t)
    print(json.dumps(metrics, indent=1))
    pathlib.Path(o.out).write_text(json.dumps({
        'config': {k: v for k, v in vars(o).items() if k in ('geometry', 'size', 'variant', 'ratio', 'seed', 'threads', 'selection')},
        'rows': n, 'dim': dim, 'bank_rows': len(chosen), 'first_picks': chosen[:100], 'metrics': metrics,
        'seconds': seconds, 'peak_rss_mib': peak,
        'images': [{'path': r, 'anomalous': bool(y), 'score': v} for r, y, v in zip(test, label, scores)],
    }, indent=0))
    if o.cache:
        np.savez(pathlib.Path(o.cache) / f'{o.variant}_{o.geometry}{o.size}_r{o.ratio}_s{o.seed}_run.npz', patch=patch, chosen=chosen)


if __name__ == '__main__':
    main()
