"""Golden values for the PatchCore kernels: embedding, coreset selection, scoring. No images and no weights are needed.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/patchcore_fixtures.py test/fixtures
Writes patchcore_embed.json, patchcore_select.json and patchcore_score.json. Inputs come from the seeded generator
(seeded_random.py = src/runtime/random.ts); each file says how. All golden values are computed in float64 from float32 inputs.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from patchcore_reference import anomalib_blur, greedy, official_embedding, official_projection, sparse_projection
from seeded_random import Random

GENERATOR = (
    'Inputs: const r = new Random(seed); Float32Array of 2 * r.uniform() - 1, in row-major order of the stated shape. '
    'Random is mulberry32: state += 1831565813; t = state; t = imul(t ^ t >>> 15, t | 1); t ^= t + imul(t ^ t >>> 7, t | 61); '
    'uint32 = (t ^ t >>> 14) >>> 0; uniform = uint32 / 2^32. forKey(key, seed) = new Random(fnv1a32(key) ^ imul(seed, 2654435769)).'
)


def generated(seed, shape):
    return torch.tensor(Random(seed).signed(shape), dtype=torch.float32)


def nchw(x):
    return x.permute(2, 0, 1)[None]


def sampled(values, indices):
    flat = np.asarray(values, np.float64).ravel()
    return {'indices': indices, 'values': [round(float(flat[i]), 9) for i in indices], 'mean': float(flat.mean()), 'std': float(flat.std())}


def general_embedding(f2, f3, p=1024, t=1024):
    """unfold 3x3 -> align to the first grid -> adaptive average pooling per layer -> adaptive average pooling of both."""
    h, w = f2.shape[2:]
    pooled = []
    for f in (f2, f3):
        u = F.unfold(f, 3, padding=1).reshape(1, f.shape[1] * 9, *f.shape[2:])
        if u.shape[2:] != (h, w):
            u = F.interpolate(u, size=(h, w), mode='bilinear', align_corners=False)
        pooled.append(F.adaptive_avg_pool1d(u.flatten(2).transpose(1, 2), p)[0])
    return F.adaptive_avg_pool1d(torch.cat(pooled, 1), t)


def concat_embedding(f2, f3):
    high = F.interpolate(F.avg_pool2d(f3, 3, 1, 1), size=f2.shape[2:], mode='bilinear', align_corners=False)
    return torch.cat([F.avg_pool2d(f2, 3, 1, 1), high], 1).flatten(2).transpose(1, 2)[0]


def embed_fixture():
    cases = []
    for name, c2, c3, seeds in (('resnet50', 512, 1024, (11, 12)), ('resnet18', 128, 256, (13, 14))):
        f2, f3 = generated(seeds[0], (28, 28, c2)), generated(seeds[1], (14, 14, c3))
        a, b = nchw(f2), nchw(f3)
        for variant, fn in (('official', general_embedding), ('anomalib', concat_embedding)):
            e64, e32 = fn(a.double(), b.double()), fn(a, b)
            case = {'name': f'{name} {variant}', 'variant': variant, 'shape2': [28, 28, c2], 'shape3': [14, 14, c3],
                    'seed2': seeds[0], 'seed3': seeds[1], 'output_shape': list(e64.shape),
                    'float32_max_abs_difference': float((e64 - e32).abs().max())}
            n, d = e64.shape
            # corners and both halves of the vector first, then anywhere
            fixed = [r * d + c for r in (0, 27, 28, n - 28, n - 1) for c in (0, 1, d // 2 - 1, d // 2, d - 1)]
            case |= sampled(e64, fixed + [int(u * n * d) for u in Random(99).uniforms(175)])
            if variant == 'official' and name == 'resnet50':
                case['closed_form_max_abs_difference'] = float((official_embedding(a, b)[0] - e64).abs().max())
            cases.append(case)
    return {'generator': GENERATOR, 'layout': 'inputs [row][column][channel]; output [row * 28 + column][entry], flat indices', 'cases': cases}


def margins(z, chosen, starts=None, first=None):
    """Smallest relative gap between the largest and second largest anchor over all picks, in float64."""
    z = z.double()
    dist = torch.cdist(z, z, compute_mode='donot_use_mm_for_euclid_dist')
    anchor = dist[:, starts].mean(1) if starts is not None else dist[first].clone()
    gap = np.inf
    for s in chosen if starts is not None else chosen[1:]:
        top = torch.topk(anchor, 2).values
        gap = min(gap, float((top[0] - top[1]) / top[0]))
        assert int(anchor.argmax()) == s
        anchor = torch.minimum(anchor, dist[s])
    return gap


def select_fixture():
    n, d, picks, seed, base = 500, 1024, 50, 21, 0
    # Row lengths differ, so that the order of picks does not hang on the last bit.
    x = generated(seed, (n, d)) * (1 + torch.arange(n, dtype=torch.float32) % 16 / 8)[:, None]
    w = official_projection(d, base)
    starts = Random.for_key('patchcore|starts', base).sample(n, 10)
    first = Random.for_key('patchcore|starts', base).sample(n, 1)[0]
    s = sparse_projection(n, d, base)
    out = {'generator': GENERATOR, 'rows': n, 'dim': d, 'picks': picks, 'seed': seed, 'base_seed': base,
           'input': 'x[i][j] = fround(generated[i][j] * (1 + (i % 16) / 8)), generated of shape [500][1024]'}
    runs = {
        'official': dict(z=x @ w.T, z64=x.double() @ w.double().T, starts=starts),
        'anomalib_exact': dict(z=x, z64=x.double(), first=first),
        'anomalib_sparse': dict(z=x @ s.T, z64=x.double() @ s.double().T, first=first),
    }
    for name, r in runs.items():
        z, z64 = r.pop('z'), r.pop('z64')
        chosen, chosen64 = greedy(z, picks, **r), greedy(z64, picks, **r)
        out[name] = {**r, 'indices': chosen64, 'float32_agrees': chosen == chosen64, 'smallest_relative_margin': margins(z64, chosen64, **r),
                     'projected_dim': z.shape[1], 'projected_row_0_first_4': [float(v) for v in z64[0, :4]]}
        assert len(set(chosen64)) == picks
    out['official'] |= {
        'projection': "W[128][1024] row-major = fround((2 * uniform() - 1) / 32) from forKey('patchcore|projection', base_seed); starts = forKey('patchcore|starts', base_seed).sample(500, 10)",
        'projection_first_4': [float(v) for v in w[0, :4]], 'anchors': 'mean Euclidean distance to the 10 starts; the starts are not picked by it'}
    out['anomalib_exact']['start'] = "first = forKey('patchcore|starts', base_seed).sample(500, 1)[0], kept as the first index; no projection"
    out['anomalib_sparse']['projection'] = (
        "dim = floor(4 ln N / (0.9^2/2 - 0.9^3/3)); density p = 1/sqrt(1024), v = sqrt(1/p)/sqrt(dim); W[dim][1024] row-major from "
        "forKey('patchcore|projection', base_seed): u = uniform(); u < p/2 -> -v, u < p -> +v, else 0")
    return out


def score_fixture():
    bank, query = generated(31, (64, 1024)), generated(32, (784, 1024))
    # One patch is made the clear maximum.
    query[400] *= 1.5
    b, q = bank.double(), query.double()
    d2 = ((q[:, None] - b[None]) ** 2).sum(2)
    dist, nearest = d2.min(1)
    top2 = torch.topk(d2, 2, largest=False).values
    p = int(dist.argmax())
    m = int(nearest[p])
    weighted = {}
    for k in (2, 3, 9):
        near = torch.topk(((b - b[m]) ** 2).sum(1), k, largest=False).indices
        e = (q[p] - b[near]).pow(2).sum(1).sqrt()
        factor = 1 - float(torch.softmax(e, 0)[0])
        weighted[str(k)] = {'neighbours': near.tolist(), 'factor': factor, 'score_euclidean': factor * float(dist[p].sqrt()), 'score_squared': factor * float(dist[p])}
        assert int(near[0]) == m
    patch = dist.reshape(28, 28)
    up = F.interpolate(patch[None, None], size=(224, 224), mode='bilinear', align_corners=False)[0, 0].numpy()
    official = gaussian_filter(up, 4)
    near_up = F.interpolate(patch.sqrt()[None, None].float(), size=(224, 224), mode='nearest')
    anomalib = anomalib_blur(near_up)[0, 0].numpy()
    # A rough grid, so that a wrong border or kernel shows; the distances above are nearly flat.
    rough = generated(33, (28, 28)).double()[None, None]
    rough_up = F.interpolate(rough, size=(224, 224), mode='bilinear', align_corners=False)[0, 0].numpy()
    rough_near = anomalib_blur(F.interpolate(rough.float(), size=(224, 224), mode='nearest'))[0, 0].numpy()
    at = [0, 223, 224 * 223, 224 * 224 - 1, 1, 224] + [int(u * 224 * 224) for u in Random(98).uniforms(194)]
    return {
        'generator': GENERATOR, 'bank': {'shape': [64, 1024], 'seed': 31}, 'query': {'shape': [784, 1024], 'seed': 32, 'note': 'row 400 times 1.5'},
        'patch_squared': sampled(dist, list(range(0, 784, 8)) + [400, 783]),
        'nearest_index': {'patches': list(range(0, 784, 8)), 'rows': nearest[::8].tolist()},
        'smallest_relative_gap_to_second': float(((top2[:, 1] - top2[:, 0]) / top2[:, 0]).min()),
        'image_score_squared': float(dist[p]), 'image_score_euclidean': float(dist[p].sqrt()), 'max_patch': p, 'max_patch_nearest': m,
        'reweighted': {'note': 'Eq. 7 and the anomalib form are the same number: 1 - softmax over Euclidean distances from the patch to the b bank rows nearest to m*; score_euclidean is both papers\' and anomalib\'s', 'by_b': weighted},
        'map_official': {'note': 'squared distances, bilinear 28 -> 224 (align_corners false), Gaussian sigma 4, 33 taps, edge repeated', **sampled(official, at)},
        'map_anomalib': {'note': 'Euclidean distances, nearest 28 -> 224, Gaussian sigma 4, 33 taps, edge not repeated; float32', **sampled(anomalib, at)},
        'grid_map_official': {'note': 'the same on a generated 28x28 grid', 'seed': 33, **sampled(gaussian_filter(rough_up, 4), at)},
        'grid_map_anomalib': {'note': 'the same on a generated 28x28 grid; float32', 'seed': 33, **sampled(rough_near, at)},
    }


if __name__ == '__main__':
    torch.set_num_threads(1)
    folder = pathlib.Path(sys.argv[1])
    for name, make in (('embed', embed_fixture), ('select', select_fixture), ('score', score_fixture)):
        text = json.dumps(make())
        (folder / f'patchcore_{name}.json').write_text(text + '\n')
        print(name, len(text))
