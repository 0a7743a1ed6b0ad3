"""Golden values for the Gaussian kernels: mean, covariance, its Cholesky factor and inverse, Mahalanobis distances, as PaDiM uses them.

Versions: Python 3.11, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/gaussian_fixtures.py test/fixtures
Writes gaussian_scipy.json. Training and query features come from the seeded generator (seeded_random.py = src/runtime/random.ts), rounded to
float32; all golden values are computed in float64.
"""
import json
import pathlib
import sys

import numpy as np
import scipy
from scipy.linalg import cholesky
from scipy.spatial.distance import mahalanobis

from seeded_random import Random

IMAGES, QUERIES, POSITIONS, DEPTH, RIDGE = 20, 3, 5, 8, 0.01
TRAIN_SEED, QUERY_SEED = 31, 32


def packed(matrices):
    rows, columns = np.tril_indices(DEPTH)
    return [m[rows, columns].tolist() for m in matrices]


def main(folder):
    train = Random(TRAIN_SEED).signed((IMAGES, POSITIONS, DEPTH)).astype(np.float32).astype(np.float64)
    query = Random(QUERY_SEED).signed((QUERIES, POSITIONS, DEPTH)).astype(np.float32).astype(np.float64)
    mean = train.mean(0)
    covariance = [np.cov(train[:, p], rowvar=False, ddof=1) for p in range(POSITIONS)]
    ridged = [c + RIDGE * np.eye(DEPTH) for c in covariance]
    distances = [
        [mahalanobis(query[b, p], mean[p], np.linalg.inv(ridged[p])) for p in range(POSITIONS)] for b in range(QUERIES)
    ]
    golden = {
        'generator': 'new Random(seed), 2 * uniform() - 1 in row-major order of [images, positions, depth], as float32',
        'made': f'test/reference/gaussian_fixtures.py, numpy {np.__version__}, scipy {scipy.__version__}',
        'trainSeed': TRAIN_SEED, 'querySeed': QUERY_SEED, 'images': IMAGES, 'queries': QUERIES,
        'positions': POSITIONS, 'depth': DEPTH, 'ridge': RIDGE,
        'mean': mean.tolist(),
        'covariance': packed(covariance),
        'factors': packed([cholesky(m, lower=True) for m in ridged]),
        'distances': distances,
    }
    path = pathlib.Path(folder) / 'gaussian_scipy.json'
    path.write_text(json.dumps(golden, indent=1) + '\n')


main(sys.argv[1])
