"""Makes test/fixtures/backbones/{tiny,hostile}*: small weight files as torch and safetensors write them, and hostile ones.

Versions: Python 3, torch 2.15.0, safetensors 0.8.0, numpy 2.4.6.
Run from the repository's root: python test/reference/backbone_formats.py
"""

import collections
import json
import os
import pickle
import struct
import zipfile

import safetensors.torch
import torch

OUT = os.path.join("test", "fixtures", "backbones")


def tensors() -> "collections.OrderedDict[str, torch.Tensor]":
    grid = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    both = torch.arange(10, dtype=torch.float32)
    return collections.OrderedDict(
        {
            "f32": grid / 7 - 1,
            "f16": (grid / 7 - 1).half(),
            "bf16": (grid / 7 - 1).bfloat16(),
            "f64": (grid / 7 - 1).double(),
            # Values at the ends of half precision: subnormal, largest, infinite.
            "f16_ends": torch.tensor([2**-24, -(2**-15), 65504.0, float("inf"), float("-inf"), -0.0]).half(),
            "odd": torch.tensor([1, 2, 3], dtype=torch.float32).half(),
            "count": torch.tensor(7, dtype=torch.int64),
            # Two tensors on one storage.
            "head": both[:4],
            "tail": both[4:],
        }
    )


def zip_with(path: str, payload: bytes, data: dict) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", payload)
        for key, value in data.items():
            archive.writestr(f"archive/data/{key}", value)


class Shell:
    def __reduce__(self):
        return os.system, ("echo pwned",)


def header(entries: dict) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


def main() -> None:
    os.makedirs(OUT, exist_ok=True)
    at = lambda name: os.path.join(OUT, name)  # noqa: E731
    state = tensors()
    torch.save(state, at("tiny.pth"))
    torch.save(state, at("tiny-legacy.pth"), _use_new_zipfile_serialization=False)
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.BatchNorm2d(2))
    with torch.no_grad():
        for index, parameter in enumerate(module.parameters()):
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) + 100 * index)
    torch.save(module.state_dict(), at("tiny-module.pth"))
    owned = {name: tensor.clone() for name, tensor in state.items()}
    safetensors.torch.save_file(owned, at("tiny.safetensors"), metadata={"format": "pt", "note": "tiny"})
    values = {name: tensor.double().reshape(-1).tolist() for name, tensor in state.items()}
    with open(at("tiny.json"), "w") as file:
        # JSON has no infinities: they travel as text.
        text = {float("inf"): "Infinity", float("-inf"): "-Infinity"}
        plain = {k: [text.get(x, x) for x in v] for k, v in values.items()}
        json.dump({"values": plain, "shapes": {k: list(t.shape) for k, t in state.items()}}, file)

    torch.save({"weight": torch.zeros(2, 3).t()}, at("hostile-strides.pth"))
    zip_with(at("hostile-system.pth"), pickle.dumps({"weight": Shell()}, protocol=2), {})
    with open(at("hostile-system-legacy.pth"), "wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, {"weight": Shell()}):
            pickle.dump(value, file, protocol=2)
    # A state dict whose tensor claims more elements than its storage has.
    zip_with(
        at("hostile-bounds.pth"),
        b"\x80\x02}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n"
        b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"
        b"K\x00K\x08\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs.",
        {"0": bytes(16)},
    )
    with open(at("hostile-overlap.safetensors"), "wb") as file:
        entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
        file.write(header({"a": entry, "b": {**entry, "data_offsets": [4, 12]}}) + bytes(12))
    with open(at("hostile-length.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", 2**63) + b"{}")


if __name__ == "__main__":
    main()
