"""Times training steps in PyTorch on the CPU, beside those of bench/training.ts: the same networks on features of the same shapes.

Versions: Python 3.11, torch 2.15, numpy 2.4.
Run from the repository's root, on an idle machine:
  python test/reference/training_speed.py --method fastflow --batch 4 --input-size 256 --channels 256,512,1024 --threads 1,2

Prints seconds per step (the median less the first step) and the number of trained parameters. Features are random numbers: a step's time
does not depend on them. Features are not computed in a step, as from the cache. Networks are written from the papers' formulas.
"""
import argparse
import json
import math
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn


class AllInOne(nn.Module):
    """FastFlow's step: an affine coupling, a global affine map per channel, a permutation."""

    def __init__(self, channels: int, subnet: nn.Module):
        super().__init__()
        self.kept = channels - channels // 2
        self.subnet = subnet
        self.gamma = nn.Parameter(torch.full((channels,), 2 * math.log(math.expm1(5))))
        self.offset = nn.Parameter(torch.zeros(channels))
        self.register_buffer("order", torch.randperm(channels))

    def forward(self, x):
        passed, changed = x[:, : self.kept], x[:, self.kept :]
        a = self.subnet(passed) * 0.1
        s, t = 2 * torch.tanh(a[:, : changed.shape[1]]), a[:, changed.shape[1] :]
        scale = 0.2 * F.softplus(self.gamma / 2)
        joined = torch.cat([passed, changed * torch.exp(s) + t], 1)
        y = (joined * scale.view(1, -1, 1, 1) + self.offset.view(1, -1, 1, 1))[:, self.order]
        return y, s.flatten(1).sum(1) + x[0, 0].numel() * torch.log(scale).sum()


class FastFlow(nn.Module):
    """A layer norm and a flow of eight steps for every level; 3x3 and 1x1 subnets in turn, as wide as their input."""

    def __init__(self, levels):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(level) for level in levels)
        self.flows = nn.ModuleList(
            nn.ModuleList(AllInOne(c, self.subnet(c, 3 if k % 2 == 0 else 1)) for k in range(8))
            for c, _, _ in levels
        )

    @staticmethod
    def subnet(channels: int, size: int) -> nn.Module:
        kept, changed = channels - channels // 2, channels // 2
        first = nn.Conv2d(kept, kept, size, padding=size // 2)
        return nn.Sequential(first, nn.ReLU(), nn.Conv2d(kept, 2 * changed, size, padding=size // 2))

    def loss(self, features):
        total = 0
        for x, norm, flow in zip(features, self.norms, self.flows):
            z, volume = norm(x), 0
            for step in flow:
                z, more = step(z)
                volume = volume + more
            total = total + (0.5 * z.square().flatten(1).sum(1) - volume).mean()
        return total

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3, weight_decay=1e-5)


class CrossScale(nn.Module):
    """CS-Flow's subnet on three scales."""

    def __init__(self, size: int, inputs: int, hidden: int, outputs: int):
        super().__init__()
        conv = lambda a, b, stride=1: nn.Conv2d(a, b, size, stride, size // 2)
        self.enter = nn.ModuleList(conv(inputs, hidden) for _ in range(3))
        self.leave = nn.ModuleList(conv(hidden, outputs) for _ in range(3))
        self.up10, self.up21 = conv(hidden, outputs), conv(hidden, outputs)
        self.down01, self.down12 = conv(hidden, outputs, 2), conv(hidden, outputs, 2)
        self.gains = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        h = [F.leaky_relu(enter(each), 0.1) for enter, each in zip(self.enter, x)]
        up = lambda each: F.interpolate(each, scale_factor=2, mode="bilinear", align_corners=False)
        o = [leave(each) for leave, each in zip(self.leave, h)]
        o[0] = o[0] + self.up10(up(h[1]))
        o[1] = o[1] + self.down01(h[0]) + self.up21(up(h[2]))
        o[2] = o[2] + self.down12(h[1])
        return [gain * each for gain, each in zip(self.gains, o)]


class CsFlow(nn.Module):
    """Four blocks of permutations and two couplings, on three scales at once."""

    def __init__(self, levels, hidden: int):
        super().__init__()
        self.half = levels[0][0] // 2
        sizes = (3, 3, 3, 5)
        made = lambda size: CrossScale(size, self.half, hidden, 2 * self.half)
        self.second = nn.ModuleList(made(size) for size in sizes)
        self.first = nn.ModuleList(made(size) for size in sizes)
        self.orders = [[torch.randperm(2 * self.half) for _ in levels] for _ in sizes]
        self.count = sum(c * h * w for c, h, w in levels)

    def couple(self, halves, out):
        rho = [3 * 0.636 * torch.atan(o[:, : self.half] / 3) for o in out]
        changed = [a * torch.exp(s) + o[:, self.half :] for a, s, o in zip(halves, rho, out)]
        return changed, sum(s.flatten(1).sum(1) for s in rho)

    def loss(self, features):
        x, volume = features, 0
        for orders, second, first in zip(self.orders, self.second, self.first):
            x = [each[:, order] for each, order in zip(x, orders)]
            u, v = [each[:, : self.half] for each in x], [each[:, self.half :] for each in x]
            u, more = self.couple(u, second(v))
            v, rest = self.couple(v, first(u))
            x = [torch.cat(pair, 1).clamp(-1e6, 1e6) for pair in zip(u, v)]
            volume = volume + more + rest
        return (sum(0.5 * each.square().flatten(1).sum(1) for each in x) - volume).mean() / self.count

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), lr=2e-4, eps=1e-4, weight_decay=1e-5)


def levels_of(method: str, side: int, channels: list[int]):
    if method == "csflow":
        return [(channels[0], side // 32 >> i, side // 32 >> i) for i in range(3)]
    return [(c, side // 4 >> i, side // 4 >> i) for i, c in enumerate(channels)]


def timed(network: nn.Module, levels, batch: int, steps: int) -> list[float]:
    optimizer = network.optimizer()
    features = [torch.randn(batch, *level) for level in levels]
    laps = []
    for _ in range(steps + 1):
        start = time.perf_counter()
        optimizer.zero_grad()
        network.loss(features).backward()
        optimizer.step()
        laps.append(time.perf_counter() - start)
    return laps[1:]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=("fastflow", "csflow"), default="fastflow")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--input-size", type=int, default=256)
    parser.add_argument("--channels", default="256,512,1024")
    parser.add_argument("--hidden", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", default="1,2")
    options = parser.parse_args()
    torch.manual_seed(0)
    channels = [int(c) for c in options.channels.split(",")]
    levels = levels_of(options.method, options.input_size, channels)
    network = FastFlow(levels) if options.method == "fastflow" else CsFlow(levels, options.hidden)
    seconds = {}
    for threads in options.threads.split(","):
        torch.set_num_threads(int(threads))
        seconds[threads] = round(statistics.median_low(timed(network, levels, options.batch, options.steps)), 4)
    parameters = sum(p.numel() for p in network.parameters())
    print(json.dumps({**vars(options), "torch": torch.__version__, "parameters": parameters, "stepSeconds": seconds}))


if __name__ == "__main__":
    main()
