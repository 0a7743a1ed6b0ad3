"""Golden values for affineCoupling, perlinNoise and randomProjection.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/flow_fixtures.py test/fixtures
Writes flow.json. Inputs come from the seeded generator (seeded_random.py = src/runtime/random.ts), 2 * uniform() - 1 in row-major order;
everything is computed in float64.

- couplings: the formulas of FrEIA's blocks, differentiated by torch. The loss is sum(y * weight) + sum(logdet * volume).
  glow: exp(clamp * 0.636 * atan(s / clamp)); all_in_one: a * 0.1 first, then exp(clamp * tanh(s)); all_in_one_2023: exp(clamp *
  tanh(s / clamp)) after it.
- perlin: DRAEM's noise, with the angles given.
- normal: the normal numbers that 32-bit words stand for: the top bit is the sign, p = (rest + 1/2) / 2^31 twice the upper tail.
"""
import json
import pathlib
import sys

import numpy as np
import torch
from scipy.special import ndtri

from seeded_random import Random

COUPLINGS = {
    'glow': lambda s: 3 * 0.636 * torch.atan(s / 3),
    'all_in_one': lambda s: 2 * torch.tanh(0.1 * s),
    'all_in_one_2023': lambda s: 1.9 * torch.tanh(0.1 * s / 1.9),
}


def drawn(seed, shape, factor=1.0):
    return torch.tensor((Random(seed).signed(shape) * factor).astype(np.float32).astype(np.float64))


def couplings():
    out = []
    shape = (2, 3, 4, 5)
    for name, rho in COUPLINGS.items():
        x, a = drawn(1, shape), drawn(2, (*shape[:-1], 10), 8)
        weight, volume = drawn(3, shape), drawn(4, (2,))
        x.requires_grad_(True)
        a.requires_grad_(True)
        s, t = a.chunk(2, -1)
        scale = rho(s)
        y = x * torch.exp(scale) + (t if name == 'glow' else 0.1 * t)
        logdet = scale.sum((1, 2, 3))
        ((y * weight).sum() + (logdet * volume).sum()).backward()
        out.append({'name': name, 'shape': shape, 'y': y.flatten().tolist(), 'logdet': logdet.tolist(),
                    'dx': x.grad.flatten().tolist(), 'da': a.grad.flatten().tolist()})
    return out


def perlin(rows, columns, height, width, seed):
    angles = 2 * np.pi * Random(seed).uniforms((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    gradients = np.stack((np.cos(angles), np.sin(angles)), -1)
    grid = np.mgrid[0:rows:rows / height, 0:columns:columns / width].transpose(1, 2, 0) % 1
    tile = lambda a, b: gradients[a:a + rows, b:b + columns].repeat(height // rows, 0).repeat(width // columns, 1)
    dot = lambda g, shift: ((grid + shift) * g).sum(-1)
    n00, n10 = dot(tile(0, 0), (0, 0)), dot(tile(1, 0), (-1, 0))
    n01, n11 = dot(tile(0, 1), (0, -1)), dot(tile(1, 1), (-1, -1))
    t = 6 * grid**5 - 15 * grid**4 + 10 * grid**3
    lerp = lambda a, b, w: a + w * (b - a)
    noise = np.sqrt(2) * lerp(lerp(n00, n10, t[..., 0]), lerp(n01, n11, t[..., 0]), t[..., 1])
    return {'resolution': [rows, columns], 'size': [height, width], 'seed': seed, 'noise': noise.flatten().tolist()}


def normal():
    words = [0, 1, 2, 1000, 2**20, 2**30, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1] + Random(9).uint32s(30).tolist()
    p = (np.array([w & 0x7fffffff for w in words], dtype=np.float64) + 0.5) / 2**31
    z = -ndtri(p / 2) * np.where(np.array(words) >= 2**31, -1, 1)
    return {'words': words, 'values': z.tolist()}


if __name__ == '__main__':
    fixture = {'couplings': couplings(), 'perlin': [perlin(1, 1, 4, 6, 5), perlin(2, 4, 8, 16, 6)], 'normal': normal()}
    rounded = json.loads(json.dumps(fixture), parse_float=lambda text: float(f'{float(text):.10g}'))
    pathlib.Path(sys.argv[1], 'flow.json').write_text(json.dumps(rounded) + '\n')
