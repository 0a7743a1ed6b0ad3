"""Golden values for DifferNet as a method: the vector of an image, its density and score, the anomaly map by gradients, and the rotation
by splines that the map needs.

Versions: Python 3.11, torch 2.15, torchvision 0.29, numpy 2.4, scipy 1.17, Pillow 12.
Run from the repository's root:  python test/reference/differnet_fixtures.py test/fixtures
Writes differnet.json. In float64, from the paper's formulas; weights and image of the backbone are those of backbone_golden.py, the flow is
that of normalizing_flows.py.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image
from scipy.ndimage import gaussian_filter, rotate

import backbone_golden
from normalizing_flows import Parameters, differ_net, half_length, orders_of, signed

SIDE, HIDDEN, BLOCKS, ROTATIONS, LAYER = 64, 20, 2, 4, 'layer1'
MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
STD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]


def seeded(net, unused):
    net = net.double().eval()
    state = net.state_dict()
    for name, tensor in state.items():
        if not name.startswith(unused) and tensor.dtype == torch.float64:
            state[name] = backbone_golden.weight(name, tuple(tensor.shape))
    net.load_state_dict(state)
    return net


def extractor():
    net = seeded(torchvision.models.resnet18(weights=None), 'fc.')
    return torch.nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool, getattr(net, LAYER))


def pooled(net, x):
    """x normalised, [B, 3, H, W]"""
    scales = [F.interpolate(x, size=x.shape[-1] >> i) if i else x for i in range(3)]
    return torch.cat([net(scale).mean((2, 3)) for scale in scales], 1)


def method():
    p = Parameters()
    net = extractor()
    upright = backbone_golden.image(SIDE, SIDE)[0].permute(1, 2, 0).numpy().astype(np.uint8)
    angles = [360 * i / ROTATIONS + 10 * (i % 2) for i in range(ROTATIONS)]
    turned = [np.array(Image.fromarray(upright).rotate(angle)) for angle in angles]
    x = torch.stack([(torch.tensor(each).double().permute(2, 0, 1) / 255 - MEAN) / STD for each in turned])
    x.requires_grad_(True)
    y = pooled(net, x)
    orders = orders_of('differnet method', y.shape[1], BLOCKS)
    z, logdet = differ_net(p, 'flow', y, orders, [HIDDEN] * 3)
    each = (half_length([z]) - logdet) / y.shape[1]
    each.sum().backward()
    total = np.zeros((SIDE, SIDE))
    for angle, gradient in zip(angles, x.grad.permute(0, 2, 3, 1).numpy()):
        back = gaussian_filter(rotate(gradient, -angle, reshape=False), (3, 3, 0))
        total += np.abs(back).sum(2)
    return {'side': SIDE, 'layer': LAYER, 'hidden': HIDDEN, 'angles': angles, 'orders': orders,
            'y': y[0].tolist(), 'z': z[0].tolist(), 'logDeterminant': logdet.tolist(), 'loss': each.mean().item(),
            'score': z.pow(2).mean().item(), 'map': ((total / (3 * ROTATIONS)) ** 2).flatten().tolist()}


def alex_net():
    """The paper's backbone, at almost the least size that it can be given."""
    side = 256
    net = seeded(torchvision.models.alexnet(weights=None), 'classifier.').features
    x = (backbone_golden.image(side, side) / 255 - MEAN) / STD
    with torch.no_grad():
        return {'side': side, 'y': pooled(net, x)[0].tolist()}


def splines():
    cases = []
    for side, degrees in ((2, 180), (5, 90), (9, -33), (16, 5.625)):
        image = signed(f'spline {side}', (side, side, 2)).astype(np.float32)
        turned = rotate(image.astype(np.float64), degrees, reshape=False)
        cases.append({'side': side, 'degrees': degrees, 'turned': turned.flatten().tolist()})
    return cases


if __name__ == '__main__':
    fixture = {'method': method(), 'alexNet': alex_net(), 'splines': splines()}
    rounded = json.loads(json.dumps(fixture), parse_float=lambda text: float(f'{float(text):.9g}'))
    pathlib.Path(sys.argv[1], 'differnet.json').write_text(json.dumps(rounded) + '\n')
