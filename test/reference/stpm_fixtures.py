"""Golden values for STPM from torch in float64: a student's features, its loss, first gradient and first steps, and its anomaly map.

Versions: Python 3.11, torch 2.15, torchvision 0.29, numpy 2.4.
Run from the repository's root:  python test/reference/stpm_fixtures.py test/fixtures
Writes stpm.json. Weights, images and the teacher's features come from the seeded generator (seeded_random.py = src/runtime/random.ts),
each from a stream of its own; see `drawn`, which test/methods/stpm-golden.test.ts repeats.

The networks are torchvision's. The Keras ResNet-50 is torchvision's with the strides on the first 1x1 convolutions, epsilon 1e-3, and
inputs without scale; the biases of its convolutions are left out, which batch norms take out again.
Of each array the norm and some values are kept, at hashed positions.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

from seeded_random import Random

torch.set_num_threads(1)
CASES = [
    dict(architecture='resnet18', layers=['layer1', 'layer2', 'layer3'], side=60, batch=3),
    dict(architecture='resnet50_keras', layers=['layer1', 'layer2'], side=40, batch=2),
]
INPUTS = {
    'resnet18': ([0.485 * 255, 0.456 * 255, 0.406 * 255], [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)]),
    'resnet50_keras': ([123.68, 116.779, 103.939], [1, 1, 1]),
}
STEPS = 3


def drawn(name, shape):
    """Float32 values of float64 type, from the stream of the name."""
    values = Random.for_key(name, 7).signed(shape)
    part = name.split('.')[-1]
    if part == 'kernel':
        height, width, _, outputs = shape
        values = values * np.sqrt(6 / (height * width * outputs))
    elif part in ('scale', 'variance'):
        values = 1 + 0.5 * values
    elif part in ('offset', 'mean'):
        values = 0.5 * values
    elif name == 'images':
        values = np.floor((values + 1) * 128)
    else:
        values = np.maximum(values, 0)
    return values.astype(np.float32).astype(np.float64)


def summary(array, count):
    flat = np.asarray(array).reshape(-1)
    at = np.floor(Random.for_key('positions', 1).uniforms(count) * flat.size).astype(int)
    return {'norm': short(np.linalg.norm(flat)), 'values': [short(v) for v in flat[at]]}


def short(value):
    return float(f'{value:.9g}')


def network(architecture):
    net = getattr(torchvision.models, architecture.removesuffix('_keras'))(weights=None).double()
    if architecture.endswith('_keras'):
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eps = 1e-3
            if isinstance(module, torchvision.models.resnet.Bottleneck):
                module.conv1.stride, module.conv2.stride = module.conv2.stride, (1, 1)
    return net


def units(net, layers):
    """Our names of the convolutions up to the last layer, each with torch's convolution and batch norm."""
    out = {'stem': (net.conv1, net.bn1)}
    for layer in ['layer1', 'layer2', 'layer3', 'layer4'][:int(layers[-1][-1])]:
        for i, block in enumerate(getattr(net, layer)):
            for k in (1, 2, 3):
                if hasattr(block, f'conv{k}'):
                    out[f'{layer}.{i}.conv{k}'] = (getattr(block, f'conv{k}'), getattr(block, f'bn{k}'))
            if block.downsample is not None:
                out[f'{layer}.{i}.downsample'] = (block.downsample[0], block.downsample[1])
    return out


def arrays(named_units):
    """Every array by our name: torch's tensor, and whether it is a kernel."""
    out = {}
    for name, (conv, norm) in named_units.items():
        out[f'{name}.kernel'] = (conv.weight, True)
        out[f'{name}.scale'] = (norm.weight, False)
        out[f'{name}.offset'] = (norm.bias, False)
        out[f'{name}.mean'] = (norm.running_mean, False)
        out[f'{name}.variance'] = (norm.running_var, False)
    return out


def ours(tensor, is_kernel):
    value = tensor.detach().clone()
    return (value.permute(2, 3, 1, 0) if is_kernel else value).contiguous().numpy()


def features(net, images, layers):
    x = net.maxpool(F.relu(net.bn1(net.conv1(images))))
    out = []
    for layer in ['layer1', 'layer2', 'layer3', 'layer4'][:int(layers[-1][-1])]:
        x = getattr(net, layer)(x)
        if layer in layers:
            out.append(x)
    return out


def distance(student, teacher):
    return ((F.normalize(student, dim=1) - F.normalize(teacher, dim=1)) ** 2).sum(1)


def golden(architecture, layers, side, batch):
    net = network(architecture)
    named = arrays(units(net, layers))
    with torch.no_grad():
        for name, (tensor, is_kernel) in named.items():
            shape = tuple(tensor.permute(2, 3, 1, 0).shape) if is_kernel else tuple(tensor.shape)
            value = torch.from_numpy(drawn(name, shape))
            tensor.copy_(value.permute(3, 2, 0, 1) if is_kernel else value)
    mean, scale = (torch.tensor(part, dtype=torch.float64)[:, None, None] for part in INPUTS[architecture])
    pixels = torch.from_numpy(drawn('images', (batch, side, side, 3))).permute(0, 3, 1, 2)
    images = (pixels - mean) * scale

    net.eval()
    with torch.no_grad():
        inferred = features(net, images, layers)
        teacher = []
        for layer, tensor in zip(layers, inferred):
            n, c, h, w = tensor.shape
            teacher.append(torch.from_numpy(drawn(f'teacher {layer}', (n, h, w, c))).permute(0, 3, 1, 2))
        grid = inferred[0].shape[2:]
        product = 1
        for student, wanted in zip(inferred, teacher):
            level = distance(student, wanted)[:, None]
            product = product * F.interpolate(level, size=grid, mode='bilinear', align_corners=False)
        whole = F.interpolate(product, size=(side, side), mode='bilinear', align_corners=False)
    out = {
        'architecture': architecture, 'layers': layers, 'side': side, 'batch': batch,
        'infer': [summary(f.permute(0, 2, 3, 1), 32) for f in inferred],
        'grid': [short(v) for v in product[0, 0].flatten()],
        'map': summary(whole[0, 0], 32),
        'scores': [short(v) for v in whole.amax((1, 2, 3))],
    }

    net.train()
    trained = {name: pair for name, pair in named.items() if name.split('.')[-1] in ('kernel', 'scale', 'offset')}
    optimizer = torch.optim.SGD([tensor for tensor, _ in trained.values()], lr=0.4, momentum=0.9, weight_decay=1e-4)
    losses = []
    for step in range(STEPS):
        before = {name: ours(*pair) for name, pair in trained.items()}
        optimizer.zero_grad()
        found = features(net, images, layers)
        loss = sum(distance(student, wanted).mean() for student, wanted in zip(found, teacher))
        loss.backward()
        losses.append(short(loss.item()))
        if step == 0:
            out['train'] = [summary(f.detach().permute(0, 2, 3, 1), 32) for f in found]
            out['gradients'] = {name: summary(ours(t.grad, k), 4) for name, (t, k) in trained.items()}
            out['running'] = {name: summary(ours(*pair), 4) for name, pair in named.items() if name not in trained}
        optimizer.step()
        if step == 0:
            out['changes'] = {name: summary(ours(*pair) - before[name], 4) for name, pair in trained.items()}
    out['losses'] = losses
    return out


if __name__ == '__main__':
    target = pathlib.Path(sys.argv[1]) / 'stpm.json'
    target.write_text(json.dumps([golden(**case) for case in CASES]) + '\n')
