"""Times training steps in PyTorch on the CPU, beside those of bench/training.ts: the same networks on features of the same shapes.

Versions: Python 3.11, torch 2.15, torchvision 0.29, numpy 2.4.
Run from the repository's root, on an idle machine, after `npm run bench:training -- --out bench/results/training.json`, whose
configurations are taken:
  python test/reference/training_speed.py bench/results/training.json bench/results/training-torch.json

Writes seconds per step (the median less the first) and the number of trained parameters, which must be those of bench/training.ts. A step is
all that is done with a batch of images. Features are random numbers, as if from the cache: a step's time does not depend on them. Only
DifferNet's are computed, of images that are turned in every step. Networks are written from the papers' formulas.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import statistics
import time

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.transforms.functional import rotate

FIELDS = ("backbone", "layers", "inputSize", "batchSize")


class FlowStep(nn.Module):
    """FastFlow's and CFLOW-AD's step: an affine coupling, a global affine map per channel, a permutation or a rotation."""

    def __init__(self, channels: int, alpha: float, subnet: nn.Module, rotates: bool):
        super().__init__()
        self.kept, self.alpha, self.subnet, self.rotates = channels - channels // 2, alpha, subnet, rotates
        self.gamma = nn.Parameter(torch.full((channels,), 2 * math.log(math.expm1(5))))
        self.offset = nn.Parameter(torch.zeros(channels))
        mix = torch.linalg.qr(torch.randn(channels, channels))[0] if rotates else torch.randperm(channels)
        self.register_buffer("mix", mix)

    def forward(self, x, condition=None):
        passed, changed = x[:, : self.kept], x[:, self.kept :]
        a = 0.1 * self.subnet(passed if condition is None else torch.cat([passed, condition], 1))
        s, t = self.alpha * torch.tanh(a[:, : changed.shape[1]]), a[:, changed.shape[1] :]
        scale = 0.2 * F.softplus(self.gamma / 2)
        shape = (1, -1) + (1,) * (x.dim() - 2)
        y = torch.cat([passed, changed * torch.exp(s) + t], 1) * scale.view(shape) + self.offset.view(shape)
        volume = s.flatten(1).sum(1) + x[0, 0].numel() * torch.log(scale).sum()
        return y @ self.mix if self.rotates else y[:, self.mix], volume


class FastFlow(nn.Module):
    """A layer norm and a flow for every level; 3x3 and 1x1 subnets in turn."""

    fields = ("steps", "kernels", "hiddenRatio", "learningRate", "weightDecay")

    def __init__(self, config):
        super().__init__()
        self.config = config
        assert config["kernels"] == "auto" and config["hiddenRatio"] == 1
        levels = levels_of(config)
        self.norms = nn.ModuleList(nn.LayerNorm(level) for level in levels)
        self.flows = nn.ModuleList(
            nn.ModuleList(FlowStep(c, 2, self.subnet(c, 3 if k % 2 == 0 else 1), False) for k in range(config["steps"]))
            for c, _, _ in levels
        )
        self.features = [torch.randn(config["batchSize"], *level) for level in levels]

    @staticmethod
    def subnet(channels: int, size: int) -> nn.Module:
        kept, changed = channels - channels // 2, channels // 2
        first = nn.Conv2d(kept, kept, size, padding=size // 2)
        return nn.Sequential(first, nn.ReLU(), nn.Conv2d(kept, 2 * changed, size, padding=size // 2))

    def losses(self):
        total = 0
        for x, norm, flow in zip(self.features, self.norms, self.flows):
            z, volume = norm(x), 0
            for step in flow:
                z, more = step(z)
                volume = volume + more
            total = total + (0.5 * z.square().flatten(1).sum(1) - volume).mean()
        yield total

    def optimizer(self):
        return adam(self, self.config)


class Cflow(nn.Module):
    """A decoder for every level; a step of the optimiser for every group of a batch's vectors, as in the authors' code."""

    fields = ("couplings", "positionChannels", "fibers", "rotation", "learningRate", "weightDecay")

    def __init__(self, config):
        super().__init__()
        self.config = config
        assert config["rotation"] == 0
        code, levels = config["positionChannels"], levels_of(config)
        self.decoders = nn.ModuleList(
            nn.ModuleList(FlowStep(c, 1.9, self.subnet(c, code), True) for _ in range(config["couplings"]))
            for c, _, _ in levels
        )
        images = config["batchSize"]
        self.vectors = [torch.randn(images * h * w, c) for c, h, w in levels]
        self.codes = [torch.rand(h * w, code).repeat(images, 1) for _, h, w in levels]

    @staticmethod
    def subnet(channels: int, code: int) -> nn.Module:
        inputs = channels - channels // 2 + code
        return nn.Sequential(nn.Linear(inputs, 2 * inputs), nn.ReLU(), nn.Linear(2 * inputs, channels // 2 * 2))

    def losses(self):
        for vectors, codes, decoder in zip(self.vectors, self.codes, self.decoders):
            order, size = torch.randperm(len(vectors)), self.config["fibers"]
            for group in range(max(1, len(vectors) // size)):
                rows = order[group * size : (group + 1) * size]
                z, condition, volume = vectors[rows], codes[rows], 0
                for step in decoder:
                    z, more = step(z, condition)
                    volume = volume + more
                channels = z.shape[1]
                log_p = -0.5 * channels * math.log(2 * math.pi) - 0.5 * z.square().sum(1) + volume
                yield -F.logsigmoid(log_p / channels).mean()

    def optimizer(self):
        return adam(self, self.config)


class Glow(nn.Module):
    """CS-Flow's and DifferNet's flow: permutations and two couplings in a block, on lists of scales."""

    def __init__(self, half: int, scales: int, subnets):
        """@param subnets: pairs of modules, a pair for each block"""
        super().__init__()
        self.half = half
        self.subnets = nn.ModuleList(nn.ModuleList(pair) for pair in subnets)
        self.orders = [[torch.randperm(2 * half) for _ in range(scales)] for _ in subnets]

    def couple(self, halves, out):
        rho = [3 * 0.636 * torch.atan(o[:, : self.half] / 3) for o in out]
        changed = [a * torch.exp(s) + o[:, self.half :] for a, s, o in zip(halves, rho, out)]
        return changed, sum(s.flatten(1).sum(1) for s in rho)

    def loss(self, features):
        x, volume = features, 0
        for orders, (second, first) in zip(self.orders, self.subnets):
            x = [each[:, order] for each, order in zip(x, orders)]
            u, v = [each[:, : self.half] for each in x], [each[:, self.half :] for each in x]
            u, more = self.couple(u, second(v))
            v, rest = self.couple(v, first(u))
            x = [torch.cat(pair, 1).clamp(-1e6, 1e6) for pair in zip(u, v)]
            volume = volume + more + rest
        count = sum(each[0].numel() for each in x)
        return (sum(0.5 * each.square().flatten(1).sum(1) for each in x) - volume).mean() / count


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
    fields = ("blocks", "hidden", "learningRate", "weightDecay")
    clip_norm = 1

    def __init__(self, config):
        super().__init__()
        self.config = config
        ((channels, height, width),) = levels_of(config)
        half, count = channels // 2, config["blocks"]
        made = lambda k: CrossScale(5 if k == count - 1 else 3, half, config["hidden"], 2 * half)
        self.flow = Glow(half, 3, [(made(k), made(k)) for k in range(count)])
        self.features = [torch.randn(config["batchSize"], channels, height >> i, width >> i) for i in range(3)]

    def losses(self):
        yield self.flow.loss(self.features)

    def optimizer(self):
        return adam(self, self.config, eps=1e-4)


class OnOneScale(nn.Sequential):
    def forward(self, x):
        return [super(OnOneScale, self).forward(x[0])]


class DifferNet(nn.Module):
    """Turned copies of every image, the means of the backbone's features of three scales, a flow of the vectors."""

    fields = ("blocks", "hidden", "copies", "learningRate", "weightDecay")

    def __init__(self, config):
        super().__init__()
        self.config = config
        ((channels, _, _),) = levels_of(config)
        made = lambda: OnOneScale(*self.subnet(3 * channels, config["hidden"]))
        self.flow = Glow(3 * channels // 2, 1, [(made(), made()) for _ in range(config["blocks"])])
        self.images = torch.randint(0, 256, (config["batchSize"], 3, config["inputSize"], config["inputSize"])).byte()
        self.backbone = [keras_resnet50().eval()]

    @staticmethod
    def subnet(channels: int, hidden: int):
        widths = [channels // 2, hidden, hidden, hidden, channels]
        for i, (a, b) in enumerate(zip(widths, widths[1:])):
            yield from [nn.ReLU(), nn.Linear(a, b)] if i > 0 else [nn.Linear(a, b)]

    def losses(self):
        angles = (360 * torch.rand(len(self.images), self.config["copies"]) - 180).tolist()
        turned = [rotate(image, angle) for image, each in zip(self.images, angles) for angle in each]
        x = torch.stack(turned).float() - torch.tensor([123.68, 116.779, 103.939])[:, None, None]
        with torch.no_grad():
            scales = [F.interpolate(x, scale_factor=0.5**i) if i > 0 else x for i in range(3)]
            means = [features(self.backbone[0], scale, self.config["layers"])[0].mean((2, 3)) for scale in scales]
        yield self.flow.loss([torch.cat(means, 1)])

    def optimizer(self):
        return adam(self, self.config, betas=(0.8, 0.8), eps=1e-4)


class Stpm(nn.Module):
    """A student of its teacher's architecture, that sees the images."""

    fields = ("learningRate", "weightDecay")

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.student = keras_resnet50()
        for name in ("layer1", "layer2", "layer3", "layer4")[int(config["layers"][-1][-1]) :] + ("fc",):
            delattr(self.student, name)
        self.images = 255 * torch.rand(config["batchSize"], 3, config["inputSize"], config["inputSize"]) - 120
        self.teacher = [torch.rand(config["batchSize"], *level) for level in levels_of(config)]

    def losses(self):
        distance = lambda s, t: (F.normalize(s, dim=1) - F.normalize(t, dim=1)).square().sum(1).mean()
        student = features(self.student, self.images, self.config["layers"])
        yield sum(distance(s, t) for s, t in zip(student, self.teacher))

    def optimizer(self):
        rate, decay = self.config["learningRate"], self.config["weightDecay"]
        return torch.optim.SGD(self.parameters(), lr=rate, momentum=0.9, weight_decay=decay)


METHODS = {"fastflow": FastFlow, "stpm": Stpm, "cflow": Cflow, "csflow": CsFlow, "differnet": DifferNet}


def keras_resnet50() -> nn.Module:
    """torchvision's with the strides on the first 1x1 convolutions."""
    net = torchvision.models.resnet50(weights=None)
    for module in net.modules():
        if isinstance(module, torchvision.models.resnet.Bottleneck):
            module.conv1.stride, module.conv2.stride = module.conv2.stride, (1, 1)
    return net


def features(net: nn.Module, images, layers: list[str]):
    x, found = net.maxpool(F.relu(net.bn1(net.conv1(images)))), []
    for i in range(int(layers[-1][-1])):
        x = getattr(net, f"layer{i + 1}")(x)
        if f"layer{i + 1}" in layers:
            found.append(x)
    return found


def levels_of(config) -> list[tuple[int, int, int]]:
    """Of ResNet-50: channels, height, width."""
    assert config["backbone"] == "resnet50", "sizes are ResNet-50's"
    numbers = [int(layer.removeprefix("layer")) for layer in config["layers"]]
    sides = [config["inputSize"] // (2 << n) for n in numbers]
    return [(128 << n, side, side) for n, side in zip(numbers, sides)]


def adam(network: nn.Module, config, **others):
    rate, decay = config["learningRate"], config["weightDecay"]
    return torch.optim.Adam(network.parameters(), lr=rate, weight_decay=decay, **others)


def timed(network: nn.Module, steps: int) -> float:
    optimizer, laps = network.optimizer(), []
    for _ in range(steps + 1):
        start = time.perf_counter()
        for loss in network.losses():
            optimizer.zero_grad()
            loss.backward()
            if hasattr(network, "clip_norm"):
                nn.utils.clip_grad_norm_(network.parameters(), network.clip_norm)
            optimizer.step()
        laps.append(time.perf_counter() - start)
    return statistics.median_low(laps[1:])


def cpu_name() -> str:
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("ours", type=pathlib.Path, help="results of bench/training.ts")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", default="1,2")
    options = parser.parse_args()
    torch.manual_seed(0)
    methods = {}
    for name, record in json.loads(options.ours.read_text())["methods"].items():
        if name not in METHODS:
            continue
        network = METHODS[name](record["config"])
        parameters = sum(p.numel() for p in network.parameters())
        seconds = {}
        for threads in options.threads.split(","):
            torch.set_num_threads(int(threads))
            seconds[threads] = round(timed(network, options.steps), 4)
        config = {field: record["config"][field] for field in (*FIELDS, *network.fields)}
        methods[name] = {"config": config, "parameters": parameters, "stepSeconds": seconds}
        ours = next(iter(record["byWorkers"].values()))["learned"][0]["shape"][0]
        print(name, seconds, f"{parameters} trained parameters, of iad-tf {ours}", flush=True)
    found = {
        "date": datetime.date.today().isoformat(),
        "machine": {"cpu": cpu_name(), "cores": os.cpu_count()},
        "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
        "methods": methods,
    }
    options.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
