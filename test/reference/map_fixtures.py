"""Golden values for gaussianBlur, normalizedDifference and ssimMap, from SciPy and PyTorch in float64.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/map_fixtures.py test/fixtures
Writes map_kernels.json. Inputs come from the seeded generator (seeded_random.py = src/runtime/random.ts): float32 of
2 * uniform() - 1 in row-major order of [B, H, W, C]; for SSIM (that + 1) / 2, computed in float32.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from seeded_random import Random


def drawn(seed, shape):
    return np.asarray(Random(seed).signed(shape), np.float32)


def rounded(values):
    return [float(f'{v:.9g}') for v in np.asarray(values, np.float64).ravel()]


def blur():
    cases = []
    for seed, (h, w), sigma, mode in ((71, (19, 23), 1.0, 'edge'), (72, (7, 30), 4.0, 'edge'), (73, (19, 23), 2.5, 'centre')):
        x = drawn(seed, (1, h, w, 1))[0, :, :, 0].astype(np.float64)
        out = gaussian_filter(x, sigma, mode='reflect' if mode == 'edge' else 'mirror')
        cases.append({'seed': seed, 'shape': [1, h, w, 1], 'sigma': sigma, 'border': mode, 'values': rounded(out)})
    return cases


def difference():
    """STPM's half squared distance by F.normalize, RD4AD's 1 - cosine by F.cosine_similarity, and the gradients of weighted sums."""
    shape = (2, 3, 4, 10)
    cases = []
    for kind in ('squared', 'cosine'):
        a, b = (torch.tensor(drawn(seed, shape)).double().requires_grad_() for seed in (74, 75))
        weights = torch.tensor(drawn(76, shape[:3])).double()
        if kind == 'squared':
            d = 0.5 * (F.normalize(a, dim=-1) - F.normalize(b, dim=-1)).pow(2).sum(-1)
        else:
            d = 1 - F.cosine_similarity(a, b, dim=-1)
        (d * weights).sum().backward()
        cases.append({'kind': kind, 'shape': list(shape), 'seeds': [74, 75], 'weights': 76, 'values': rounded(d.detach()),
                      'byA': rounded(a.grad), 'byB': rounded(b.grad)})
    return cases


def short_vectors():
    """What becomes of vectors shorter than the least norm."""
    a = torch.tensor([[3e-9, 4e-9], [3e-13, 4e-13], [0, 0], [3, 4]]).double()
    b = torch.tensor([1.0, 0]).double().expand(4, 2)
    squared = 0.5 * (F.normalize(a, dim=-1) - F.normalize(b, dim=-1)).pow(2).sum(-1)
    return {'a': a.tolist(), 'b': b.tolist(), 'squared': rounded(squared), 'cosine': rounded(1 - F.cosine_similarity(a, b, dim=-1))}


def ssim(padding):
    shape = (2, 14, 13, 2)
    a, b = (torch.tensor((drawn(seed, shape) + np.float32(1)) / np.float32(2)).double().requires_grad_() for seed in (77, 78))
    x = torch.arange(11).double() - 5
    g = torch.exp(-x ** 2 / (2 * 1.5 ** 2))
    g = g / g.sum()
    window = (g[:, None] * g[None])[None, None].expand(2, 1, 11, 11)
    blurred = lambda m: F.conv2d(m, window, padding=5 if padding == 'zero' else 0, groups=2)
    p, q = a.permute(0, 3, 1, 2), b.permute(0, 3, 1, 2)
    ma, mb = blurred(p), blurred(q)
    va, vb, cov = blurred(p * p) - ma ** 2, blurred(q * q) - mb ** 2, blurred(p * q) - ma * mb
    c1, c2 = 0.01 ** 2, 0.03 ** 2
    s = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2))
    s = s.permute(0, 2, 3, 1)
    weights = torch.tensor(drawn(79, tuple(s.shape))).double()
    (s * weights).sum().backward()
    return {'padding': padding, 'shape': list(shape), 'seeds': [77, 78], 'weights': 79, 'values': rounded(s.detach()),
            'byA': rounded(a.grad), 'byB': rounded(b.grad)}


if __name__ == '__main__':
    golden = {'blur': blur(), 'difference': difference(), 'short': short_vectors(), 'ssim': [ssim('zero'), ssim('valid')]}
    target = pathlib.Path(sys.argv[1]) / 'map_kernels.json'
    target.write_text(json.dumps(golden, separators=(',', ':')) + '\n')
    print(target, target.stat().st_size)
