"""Golden values for the optimisers and schedules of the training loop, from torch.optim in float64.

Versions: Python 3.11, torch 2.15, numpy 2.4.
Run from the repository's root:  python test/reference/training_fixtures.py test/fixtures
Writes training.json. Inputs come from the seeded generator (seeded_random.py = src/runtime/random.ts), 2 * uniform() - 1 in row-major
order, rounded to float32.

- optimizers: two parameters (5 and 2 x 3 numbers) over 20 steps with the gradients given, after each of which the schedule steps;
  weights after every fifth step.
- regression: mean squared error of x w + b over all 8 samples, AdamW under a cosine, 20 steps; the losses, w and b.
"""
import json
import pathlib
import sys

import numpy as np
import torch
from torch.optim import lr_scheduler

from seeded_random import Random

STEPS = 20
SHAPES = [(5,), (2, 3)]


def drawn(seed, shape, factor=1.0):
    return torch.tensor((Random(seed).signed(shape) * factor).astype(np.float32).astype(np.float64))


def linear_warm_up(optimizer):
    """A straight line from a tenth over 4 steps, then a cosine over all 20, joined at its value there."""
    def factor(t):
        def cosine(at):
            return 0.1 + 0.9 * (1 + np.cos(np.pi * at / STEPS)) / 2
        return cosine(4) * (0.1 + 0.9 * t / 4) if t < 4 else cosine(t)
    return lr_scheduler.LambdaLR(optimizer, factor)


SGD = torch.optim.SGD
ADAM = torch.optim.Adam
ADAMW = torch.optim.AdamW

# name: optimiser, its arguments, our configuration, torch's schedule, ours, largest norm
CASES = {
    'sgd': (SGD, dict(lr=0.1), dict(kind='sgd', rate=0.1), None, dict(kind='constant'), None),
    'momentum with decay': (
        SGD, dict(lr=0.1, momentum=0.9, weight_decay=0.01), dict(kind='sgd', rate=0.1, momentum=0.9, weightDecay=0.01),
        lambda o: lr_scheduler.StepLR(o, 6, 0.5), dict(kind='step', every=6, factor=0.5), None),
    'nesterov with decay': (
        SGD, dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        dict(kind='sgd', rate=0.1, momentum=0.9, nesterov=True, weightDecay=0.01),
        lambda o: lr_scheduler.ExponentialLR(o, 0.985), dict(kind='step', every=1, factor=0.985), None),
    'adam': (ADAM, dict(lr=0.05), dict(kind='adam', rate=0.05), None, dict(kind='constant'), None),
    'adam with decay': (
        ADAM, dict(lr=0.05, weight_decay=0.1), dict(kind='adam', rate=0.05, weightDecay=0.1),
        lambda o: lr_scheduler.MultiStepLR(o, [8, 13], 0.2), dict(kind='milestones', at=[8, 13], factor=0.2), None),
    'adam of other betas, clipped': (
        ADAM, dict(lr=0.05, betas=(0.8, 0.8), eps=1e-4, weight_decay=1e-3),
        dict(kind='adam', rate=0.05, betas=[0.8, 0.8], epsilon=1e-4, weightDecay=1e-3),
        lambda o: lr_scheduler.PolynomialLR(o, STEPS, 0.9), dict(kind='polynomial', power=0.9), 1.0),
    'adamw': (
        ADAMW, dict(lr=0.05, weight_decay=0.1), dict(kind='adam', rate=0.05, weightDecay=0.1, decoupled=True),
        lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.05 * 1e-2), dict(kind='cosine', final=1e-2), None),
    'adamw with amsgrad': (
        ADAMW, dict(lr=0.05, weight_decay=0.1, amsgrad=True),
        dict(kind='adam', rate=0.05, weightDecay=0.1, decoupled=True, amsgrad=True),
        linear_warm_up, dict(kind='cosine', final=0.1, warmUp=dict(length=4, **{'from': 0.1})), 0.5),
}


def gradients(step):
    # Smaller and smaller, so that the largest second moment is not the last.
    return [drawn(1000 + 10 * step + i, shape, 2 * 0.8**step) for i, shape in enumerate(SHAPES)]


def optimizers():
    out = []
    for name, (make, arguments, ours, schedule, our_schedule, clip) in CASES.items():
        parameters = [torch.nn.Parameter(drawn(i + 1, shape)) for i, shape in enumerate(SHAPES)]
        optimizer = make(parameters, **arguments)
        scheduler = schedule(optimizer) if schedule else None
        rates, weights = [], []
        for step in range(STEPS):
            for parameter, gradient in zip(parameters, gradients(step)):
                parameter.grad = gradient
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(parameters, clip)
            rates.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            if scheduler:
                scheduler.step()
            if step % 5 == 4:
                weights.append([p.detach().flatten().tolist() for p in parameters])
        out.append({'name': name, 'optimizer': ours, 'schedule': {**our_schedule, 'unit': 'step'}, 'clipNorm': clip,
                    'rates': rates, 'weights': weights})
    return out


def regression():
    x, y = drawn(7, (8, 3)), drawn(8, (8, 1))
    w, b = torch.nn.Parameter(drawn(9, (3, 1))), torch.nn.Parameter(drawn(10, (1,)))
    optimizer = ADAMW([w, b], lr=0.1, weight_decay=0.05)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
        scheduler.step()
    return {'losses': losses, 'w': w.detach().flatten().tolist(), 'b': b.detach().tolist()}


if __name__ == '__main__':
    target = pathlib.Path(sys.argv[1]) / 'training.json'
    target.write_text(json.dumps({'optimizers': optimizers(), 'regression': regression()}) + '\n')
