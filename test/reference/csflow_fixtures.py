"""Golden values for CS-Flow as a method: the scales of an image, and from the features of three scales to loss, first gradients, image
score and anomaly map.

Versions: Python 3.11, torch 2.15, numpy 2.4.
Run from the repository's root:  python test/reference/csflow_fixtures.py test/fixtures
Writes csflow.json. In float64, from the paper's formulas; the flow itself is that of normalizing_flows.py, whose conventions for inputs and
parameters hold here too.
"""
import json
import pathlib
import sys

import torch
import torch.nn.functional as F

from normalizing_flows import Parameters, cs_flow, half_length, image_input, nhwc, orders_of


def network():
    """Three blocks: filters of 3, 3 and 5."""
    p = Parameters()
    batch, height, width, channels, hidden, size = 2, 4, 8, 6, 5, (24, 40)
    orders = [orders_of(f'csflow network {k}', channels, 3) for k in range(3)]
    blocks = [{'size': side, 'orders': each} for side, each in zip((3, 3, 5), orders)]
    x = [image_input(f'csflow features {i}', batch, height >> i, width >> i, channels) for i in range(3)]
    z, logdet = cs_flow(p, 'flow', x, blocks, hidden)
    dimensions = sum(each[0].numel() for each in z)
    loss = (half_length(z) - logdet).mean() / dimensions
    loss.backward()
    score = torch.cat([each.flatten(1) for each in z], 1).pow(2).div(2).mean(1)
    anomaly = F.interpolate(z[0].pow(2).mean(1, keepdim=True), size=size, mode='bilinear', align_corners=False)
    return {'shapes': [[batch, height >> i, width >> i, channels] for i in range(3)], 'hidden': hidden, 'orders': orders,
            'z': [nhwc(each) for each in z], 'logDeterminant': logdet.tolist(), 'loss': loss.item(),
            'gradients': p.gradients(), 'score': score.tolist(), 'size': size, 'map': nhwc(anomaly)}


def pyramid():
    batch, height, width = 2, 8, 12
    x = image_input('csflow pyramid', batch, height, width, 3)
    scales = [(height >> i, width >> i) for i in range(3)]
    return {'shape': [batch, height, width, 3],
            'nearest': [nhwc(F.interpolate(x, size=size)) for size in scales],
            'mean': [nhwc(F.adaptive_avg_pool2d(x, size)) for size in scales]}


if __name__ == '__main__':
    fixture = {'network': network(), 'pyramid': pyramid()}
    rounded = json.loads(json.dumps(fixture), parse_float=lambda text: float(f'{float(text):.9g}'))
    pathlib.Path(sys.argv[1], 'csflow.json').write_text(json.dumps(rounded) + '\n')
