"""Golden values for CFLOW-AD: likelihoods, the anomaly map, the first gradients, and a whole small training.

Versions: Python 3.11, torch 2.15, numpy 2.4.
Run from the repository's root:  python test/reference/cflow_fixtures.py test/fixtures
Writes cflow.json. Written from the paper and its specification, in float64. Features, start values and orders come from the seeded
generator (seeded_random.py), keyed by their names: only the results are kept, and of each array its length and its product with a random
direction.

The training is the authors': of a batch of images each level's feature vectors are put in random order and cut into groups, with a step
of one Adam over all decoders for each group, whose other decoders have no gradient and stay.
"""
import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F

from normalizing_flows import Parameters, cflow_decoder, f32, half_length, positional_code, signed
from seeded_random import Random

SEED = 5
LEVELS = [(4, 4, 6), (2, 2, 10)]
CONDITION = 8
COUPLINGS = 2
IMAGES, BATCH, FIBERS = 5, 2, 8
STAGES, EPOCHS_PER_STAGE = 25, 2
RATE = 2e-3
SIZE = 9


def features(level):
    drawn = f32(2 * signed(f'cflow x{level}', (IMAGES, *LEVELS[level])))
    return f32(1 + drawn.numpy())


def codes(level, images):
    height, width, _ = LEVELS[level]
    code = f32(positional_code(height, width, CONDITION).permute(1, 2, 0).reshape(-1, CONDITION).numpy())
    return code.repeat(images, 1)


def likelihood(p, level, vectors, condition):
    channels = LEVELS[level][2]
    z, logdet = cflow_decoder(p, f'level{level}.decoder', vectors, condition, COUPLINGS, 'plain')
    return (-0.5 * channels * math.log(2 * math.pi) - half_length([z]) + logdet) / channels


def group_losses(p, level, images, batch):
    """One after the other: the loss of each group of a batch's vectors."""
    channels = LEVELS[level][2]
    vectors, condition = features(level)[images].reshape(-1, channels), codes(level, len(images))
    order = Random.for_key(f'cflow|fibers|{batch}|{level}', SEED).sample(len(vectors), len(vectors))
    for group in range(len(vectors) // FIBERS):
        rows = order[group * FIBERS:(group + 1) * FIBERS]
        yield -F.logsigmoid(likelihood(p, level, vectors[rows], condition[rows])).mean()


def epoch_batches(epoch):
    order = Random.for_key(f'training|order|{epoch}', SEED).sample(IMAGES, IMAGES)
    return [order[at:at + BATCH] for at in range(0, IMAGES - BATCH + 1, BATCH)]


def rate(stage, batch, batches):
    """Of a batch within a stage."""
    least = RATE * 0.1**3
    cosine = lambda at: least + (RATE - least) * (1 + math.cos(math.pi * at / STAGES)) / 2
    if stage >= 2:
        return cosine(stage)
    done = (batch + stage * batches) / (2 * batches)
    return RATE / 10 + done * (cosine(2) - RATE / 10)


def parameters():
    both = [Parameters() for _ in LEVELS]
    for level, p in enumerate(both):
        likelihood(p, level, features(level)[0].reshape(-1, LEVELS[level][2]), codes(level, 1))
    return both


def first_steps():
    out = []
    for level, p in enumerate(parameters()):
        loss = next(group_losses(p, level, epoch_batches(0)[0], 0))
        loss.backward()
        out.append({'loss': loss.item(), 'gradients': p.gradients()})
    return out


def scoring():
    likelihoods, peaks, maps = [], [], []
    for level, p in enumerate(parameters()):
        height, width, channels = LEVELS[level]
        with torch.no_grad():
            l = likelihood(p, level, features(level).reshape(-1, channels), codes(level, IMAGES))
        l = l.reshape(IMAGES, 1, height, width)
        peak = l[2:].max()
        likelihoods.append(l[:2].flatten().tolist())
        peaks.append(peak.item())
        maps.append(F.interpolate(torch.exp(l[:2] - peak), size=(SIZE, SIZE), mode='bilinear', align_corners=True))
    return {'likelihoods': likelihoods, 'peaks': peaks, 'map': (len(LEVELS) - sum(maps)).flatten().tolist()}


def course():
    both = parameters()
    adam = torch.optim.Adam([tensor for p in both for tensor in p.tensors.values()], lr=RATE)
    losses, batch = [], 0
    for epoch in range(STAGES * EPOCHS_PER_STAGE):
        found = []
        batches = epoch_batches(epoch)
        for number, images in enumerate(batches):
            stage, sub = divmod(epoch, EPOCHS_PER_STAGE)
            adam.param_groups[0]['lr'] = rate(stage, number + sub * len(batches), len(batches) * EPOCHS_PER_STAGE)
            for level, p in enumerate(both):
                for loss in group_losses(p, level, images, batch):
                    adam.zero_grad()
                    loss.backward()
                    adam.step()
                    found.append(loss.item())
            batch += 1
        losses.append(sum(found) / len(found))
    moved = {}
    for p in both:
        for name, tensor in p.tensors.items():
            direction = torch.tensor(signed(f'direction {name}', tuple(tensor.shape)))
            moved[name] = [tensor.detach().norm().item(), (tensor.detach() * direction).sum().item()]
    return {'losses': losses, 'parameters': moved}


if __name__ == '__main__':
    fixture = {
        'levels': [{'height': h, 'width': w, 'channels': c} for h, w, c in LEVELS],
        'condition': CONDITION,
        'couplings': COUPLINGS,
        'images': IMAGES,
        'batchSize': BATCH,
        'fibers': FIBERS,
        'epochs': STAGES * EPOCHS_PER_STAGE,
        'rate': RATE,
        'size': SIZE,
        'rotations': {name: m.flatten().tolist() for p in parameters() for name, m in p.fixed.items()},
        'firstSteps': first_steps(),
        'scoring': scoring(),
        'course': course(),
    }
    rounded = json.loads(json.dumps(fixture), parse_float=lambda text: float(f'{float(text):.9g}'))
    pathlib.Path(sys.argv[1], 'cflow.json').write_text(json.dumps(rounded) + '\n')
