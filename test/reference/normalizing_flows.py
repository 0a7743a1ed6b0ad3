"""Golden values for the normalizing flows: their values, log-determinants, losses and first gradients.

Versions: Python 3.11, torch 2.15, numpy 2.4.
Run from the repository's root:  python test/reference/normalizing_flows.py test/fixtures
Writes normalizing_flows.json. Written from the papers' formulas, NCHW, in float64; every log-determinant is checked here against that of
autograd's Jacobian. Inputs and parameters come from the seeded generator (seeded_random.py), keyed by their names: only the results are
kept, and of each gradient its length and its product with a random direction.
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch.autograd.functional import jacobian

from seeded_random import Random

SEED = 5
torch.set_default_dtype(torch.float64)


def f32(values):
    return torch.tensor(np.asarray(values).astype(np.float32).astype(np.float64))


def signed(key, shape):
    return Random.for_key(key, SEED).signed(shape)


class Parameters:
    """Makes a parameter in the library's layout when it is first asked for."""

    def __init__(self):
        self.tensors = {}
        self.fixed = {}

    def __call__(self, name, *shape):
        if name not in self.tensors:
            values = signed(name, shape)
            kind = name.split('.')[-1]
            if kind == 'weight':
                values = values * 1.5 / math.sqrt(np.prod(shape[:-1]))
            elif kind == 'gamma':
                values = 10 + 2 * values
            elif kind.startswith('gain') or kind == 'scale':
                values = 0.6 + 0.3 * values
            else:
                values = 0.5 * values
            self.tensors[name] = f32(values).requires_grad_(True)
        return self.tensors[name]

    def rotation(self, name, size):
        if name not in self.fixed:
            q, r = np.linalg.qr(signed(name, (size, size)))
            q *= np.sign(np.linalg.det(q)) ** (np.arange(size) == 0)
            self.fixed[name] = torch.tensor(q)
        return self.fixed[name]

    def gradients(self):
        out = {}
        for name, tensor in self.tensors.items():
            direction = torch.tensor(signed(f'direction {name}', tuple(tensor.shape)))
            out[name] = [tensor.grad.norm().item(), (tensor.grad * direction).sum().item()]
        return out


def conv(p, name, x, size, inputs, outputs, stride=1):
    weight = p(f'{name}.weight', size, size, inputs, outputs).permute(3, 2, 0, 1)
    return F.conv2d(x, weight, p(f'{name}.bias', outputs), stride=stride, padding=size // 2)


def linear(p, name, x, inputs, outputs):
    return F.linear(x, p(f'{name}.weight', inputs, outputs).T, p(f'{name}.bias', outputs))


def all_in_one(p, name, x, subnet, alpha, form, mix):
    """x [B, C, ...]"""
    channels = x.shape[1]
    changed = channels // 2
    x1, x2 = x[:, :channels - changed], x[:, channels - changed:]
    a = 0.1 * subnet(x1, 2 * changed)
    raw, t = a[:, :changed], a[:, changed:]
    s = alpha * torch.tanh(raw if form == 'plain' else raw / alpha)
    shape = (1, channels) + (1,) * (x.dim() - 2)
    scale = 0.1 * F.softplus(p(f'{name}.gamma', channels), beta=0.5)
    y = torch.cat((x1, x2 * torch.exp(s) + t), 1) * scale.reshape(shape) + p(f'{name}.offset', channels).reshape(shape)
    logdet = s.flatten(1).sum(1) + x[0, 0].numel() * torch.log(scale).sum()
    return mix(y), logdet


def fast_flow(p, name, x, orders, form, kernels='alternating'):
    total = 0
    for k, order in enumerate(orders):
        def subnet(x1, outputs):
            size, inputs = 3 if kernels == '3x3' or k % 2 == 0 else 1, x1.shape[1]
            h = F.relu(conv(p, f'{name}.{k}.subnet.0', x1, size, inputs, inputs))
            return conv(p, f'{name}.{k}.subnet.1', h, size, inputs, outputs)
        x, logdet = all_in_one(p, f'{name}.{k}', x, subnet, 2.0, form, lambda y: y[:, order])
        total = total + logdet
    return x, total


def cflow_decoder(p, name, x, condition, steps, form):
    total = 0
    for k in range(steps):
        def subnet(x1, outputs):
            inputs = x1.shape[1] + condition.shape[1]
            h = F.relu(linear(p, f'{name}.{k}.subnet.0', torch.cat((x1, condition), 1), inputs, 2 * inputs))
            return linear(p, f'{name}.{k}.subnet.1', h, 2 * inputs, outputs)
        rotation = p.rotation(f'{name}.{k}.rotation', x.shape[1])
        x, logdet = all_in_one(p, f'{name}.{k}', x, subnet, 1.9, form, lambda y: y @ rotation)
        total = total + logdet
    return x, total


def positional_code(height, width, channels):
    half = channels // 2
    rates = torch.exp(torch.arange(0.0, half, 2) * -(math.log(10000.0) / half))
    code = torch.zeros(channels, height, width)
    across, down = torch.arange(0.0, width)[:, None] * rates, torch.arange(0.0, height)[:, None] * rates
    code[0:half:2] = torch.sin(across).T[:, None, :]
    code[1:half:2] = torch.cos(across).T[:, None, :]
    code[half::2] = torch.sin(down).T[:, :, None]
    code[half + 1::2] = torch.cos(down).T[:, :, None]
    return code


def glow(x, order, of_second, of_first):
    """x: a list of scales [B, C, ...]; the subnets take and give such lists."""
    rho = lambda s: 3 * 0.636 * torch.atan(s / 3)
    x = [each[:, o] for each, o in zip(x, order)]
    half = x[0].shape[1] // 2
    u, v = [each[:, :half] for each in x], [each[:, half:] for each in x]
    total = 0
    for which, subnet in ((0, of_second), (1, of_first)):
        out = subnet(v if which == 0 else u)
        s, t = [rho(o[:, :half]) for o in out], [o[:, half:] for o in out]
        changed = [a * torch.exp(b) + c for a, b, c in zip(u if which == 0 else v, s, t)]
        u, v = (changed, v) if which == 0 else (u, changed)
        total = total + sum(each.flatten(1).sum(1) for each in s)
    return [torch.clamp(torch.cat(pair, 1), -1e6, 1e6) for pair in zip(u, v)], total


def cross_scale(p, name, x, size, hidden):
    inputs, outputs = x[0].shape[1], 2 * x[0].shape[1]
    h = [F.leaky_relu(conv(p, f'{name}.enter{i}', each, size, inputs, hidden), 0.1) for i, each in enumerate(x)]
    up = lambda each: F.interpolate(each, scale_factor=2, mode='bilinear', align_corners=False)
    leave = lambda to, each, stride=1: conv(p, f'{name}.{to}', each, size, hidden, outputs, stride)
    o = [leave(f'leave{i}', each) for i, each in enumerate(h)]
    o[0] = o[0] + leave('up10', up(h[1]))
    o[1] = o[1] + leave('down01', h[0], 2) + leave('up21', up(h[2]))
    o[2] = o[2] + leave('down12', h[1], 2)
    return [each * p(f'{name}.gain{i}', 1) for i, each in enumerate(o)]


def cs_flow(p, name, x, blocks, hidden):
    total = 0
    for k, block in enumerate(blocks):
        subnet = lambda which: lambda halves: cross_scale(p, f'{name}.{k}.{which}', halves, block['size'], hidden)
        x, logdet = glow(x, block['orders'], subnet('ofSecond'), subnet('ofFirst'))
        total = total + logdet
    return x, total


def differ_net(p, name, x, orders, hidden):
    total = 0
    half = x.shape[1] // 2
    widths = [half, *hidden, 2 * half]
    for k, order in enumerate(orders):
        def subnet(which):
            def run(halves):
                at = halves[0]
                for i, (a, b) in enumerate(zip(widths, widths[1:])):
                    at = linear(p, f'{name}.{k}.{which}.{i}', at if i == 0 else F.relu(at), a, b)
                return [at]
            return run
        (x,), logdet = glow([x], [order], subnet('ofSecond'), subnet('ofFirst'))
        total = total + logdet
    return x, total


def half_length(scales):
    return sum(0.5 * (z**2).flatten(1).sum(1) for z in scales)


def check_jacobian(function, x, logdet):
    """function: one flat sample to its flat z."""
    for sample, expected in zip(x, logdet):
        _, found = torch.linalg.slogdet(jacobian(function, sample))
        assert abs(found - expected) < 1e-9, (found, expected)


def orders_of(key, channels, count):
    return [Random.for_key(f'{key} {k}', SEED).sample(channels, channels) for k in range(count)]


def nhwc(x):
    return x.permute(0, 2, 3, 1).flatten().tolist()


def image_input(key, batch, height, width, channels):
    return f32(2 * signed(key, (batch, height, width, channels))).permute(0, 3, 1, 2)


def fast_flow_case(form, channels, kernels):
    p = Parameters()
    key = f'fastflow {form}'
    orders = orders_of(key, channels, 3)
    x = image_input(key, 2, 2, 3, channels)
    z, logdet = fast_flow(p, 'flow', x, orders, form, kernels)
    check_jacobian(lambda flat: fast_flow(p, 'flow', flat.reshape(1, *x.shape[1:]), orders, form, kernels)[0].flatten(),
                   x.detach().flatten(1), logdet)
    loss = (half_length([z]) - logdet).mean()
    loss.backward()
    return {'key': key, 'shape': [2, 2, 3, channels], 'kernels': kernels, 'tanh': form, 'orders': orders, 'z': nhwc(z),
            'logDeterminant': logdet.tolist(), 'loss': loss.item(), 'gradients': p.gradients()}


def cflow_case(form):
    p = Parameters()
    key = f'cflow {form}'
    height, width, channels, code, steps = 2, 3, 7, 8, 3
    x = f32(2 * signed(key, (height * width, channels)))
    condition = f32(positional_code(height, width, code).permute(1, 2, 0).reshape(-1, code).numpy())
    z, logdet = cflow_decoder(p, 'decoder', x, condition, steps, form)
    for i in range(len(x)):
        one = lambda flat: cflow_decoder(p, 'decoder', flat[None], condition[i:i + 1], steps, form)[0].flatten()
        check_jacobian(one, x[i:i + 1], logdet[i:i + 1])
    log_p = -0.5 * channels * math.log(2 * math.pi) - half_length([z]) + logdet
    loss = -F.logsigmoid(log_p / channels).mean()
    loss.backward()
    return {'key': key, 'grid': [height, width], 'channels': channels, 'condition': code, 'steps': steps, 'tanh': form,
            'code': condition.flatten().tolist(), 'rotations': {k: v.flatten().tolist() for k, v in p.fixed.items()},
            'z': z.flatten().tolist(), 'logDeterminant': logdet.tolist(), 'logLikelihood': log_p.tolist(),
            'loss': loss.item(), 'gradients': p.gradients()}


def cs_flow_case():
    p = Parameters()
    batch, height, width, channels, hidden = 2, 4, 8, 4, 5
    sizes = [(height >> i, width >> i) for i in range(3)]
    blocks = [{'size': size, 'orders': orders_of(f'csflow {k}', channels, 3)} for k, size in enumerate((3, 5))]
    x = [image_input(f'csflow x{i}', batch, h, w, channels) for i, (h, w) in enumerate(sizes)]
    z, logdet = cs_flow(p, 'flow', x, blocks, hidden)
    counts = [channels * h * w for h, w in sizes]
    split = lambda flat: [part.reshape(1, channels, h, w) for part, (h, w) in zip(flat.split(counts), sizes)]
    together = lambda scales: torch.cat([each.flatten(1) for each in scales], 1)
    check_jacobian(lambda flat: together(cs_flow(p, 'flow', split(flat), blocks, hidden)[0]).flatten(), together(x), logdet)
    loss = (half_length(z) - logdet).mean() / sum(counts)
    loss.backward()
    return {'shapes': [[batch, h, w, channels] for h, w in sizes], 'hidden': hidden, 'blocks': blocks,
            'z': [nhwc(each) for each in z], 'logDeterminant': logdet.tolist(), 'loss': loss.item(),
            'gradients': p.gradients()}


def differ_net_case():
    p = Parameters()
    batch, channels, hidden = 4, 8, [16, 12, 16]
    orders = orders_of('differnet', channels, 3)
    x = f32(2 * signed('differnet', (batch, channels)))
    z, logdet = differ_net(p, 'flow', x, orders, hidden)
    check_jacobian(lambda flat: differ_net(p, 'flow', flat[None], orders, hidden)[0].flatten(), x, logdet)
    loss = (half_length([z]) - logdet).mean() / channels
    loss.backward()
    return {'shape': [batch, channels], 'hidden': hidden, 'orders': orders, 'z': z.flatten().tolist(),
            'logDeterminant': logdet.tolist(), 'loss': loss.item(), 'gradients': p.gradients()}


def fast_flow_network():
    """Two levels: the joint layer norm of each, its flow, the loss of both, and the anomaly map at the input's size."""
    p = Parameters()
    batch, size = 2, 16
    levels = [{'height': 4, 'width': 4, 'channels': 4}, {'height': 2, 'width': 2, 'channels': 6}]
    loss, maps = 0, []
    for i, level in enumerate(levels):
        h, w, c = level['height'], level['width'], level['channels']
        level['orders'] = orders_of(f'network {i}', c, 2)
        # Features are far from standardised.
        x = 3 + 2 * image_input(f'network x{i}', batch, h, w, c)
        affine = [p(f'level{i}.norm.{kind}', h, w, c).permute(2, 0, 1) for kind in ('scale', 'offset')]
        z, logdet = fast_flow(p, f'level{i}.flow', F.layer_norm(x, (c, h, w), *affine), level['orders'], 'plain')
        loss = loss + (half_length([z]) - logdet).mean()
        likelihood = torch.exp(-0.5 * (z**2).mean(1, keepdim=True))
        maps.append(F.interpolate(-likelihood, size=(size, size), mode='bilinear', align_corners=False))
    loss.backward()
    anomaly = torch.stack(maps).mean(0)
    return {'batch': batch, 'size': size, 'levels': levels, 'loss': loss.item(), 'map': anomaly.flatten().tolist(),
            'gradients': p.gradients()}


if __name__ == '__main__':
    fixture = {
        'fastFlow': [fast_flow_case('plain', 5, 'alternating'), fast_flow_case('scaled', 4, '3x3')],
        'cflow': [cflow_case('plain'), cflow_case('scaled')],
        'csFlow': cs_flow_case(),
        'differNet': differ_net_case(),
        'fastFlowNetwork': fast_flow_network(),
    }
    rounded = json.loads(json.dumps(fixture), parse_float=lambda text: float(f'{float(text):.9g}'))
    pathlib.Path(sys.argv[1], 'normalizing_flows.json').write_text(json.dumps(rounded) + '\n')
