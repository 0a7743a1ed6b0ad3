"""Makes test/fixtures/augment.json: augmentations of small images by torchvision on Pillow images.

Versions: Python 3, torch 2.15.0, torchvision 0.29.2, Pillow 13.0.0, numpy 2.4.6.
Run from the repository's root: python test/reference/augment_fixtures.py
"""

import base64
import hashlib
import json
import math
import os

import numpy as np
import torchvision.transforms.functional as F
from PIL import Image
from torchvision.transforms import InterpolationMode

from seeded_random import Random

OUT = os.path.join("test", "fixtures", "augment.json")
MODES = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}
# Wider than any of the small images needs, narrower than reflection about their borders allows.
PAD = 8


def made(seed: int, width: int, height: int, channels: int) -> np.ndarray:
    values = Random(seed).uint32s(width * height * channels)
    if channels == 1:
        return (values & 1).astype(np.uint8).reshape(height, width)
    return (values & 255).astype(np.uint8).reshape(height, width, 3)


def text(image) -> str:
    return base64.b64encode(np.asarray(image, dtype=np.uint8).tobytes()).decode()


def bordered(image, border: str, operation):
    """Outside of the image: padded before, cut back after."""
    if border == "zero":
        return operation(image)
    padded = F.pad(image, [PAD] * 4, padding_mode={"edge": "edge", "reflect": "reflect"}[border])
    result = operation(padded)
    return F.crop(result, PAD, PAD, image.height, image.width)


def chain(seed: int, sample: str, copy: int, image, mask):
    """What test/data/augment-steps.test.ts draws for one copy of one sample, step by step."""
    rng = Random.for_key(f"augment|{sample}|{copy}", seed)
    uniform = lambda: float(rng.uniforms(1)[0])  # noqa: E731
    within = lambda least, most: least + (most - least) * uniform()  # noqa: E731
    below = lambda count: int(uniform() * count)  # noqa: E731
    whole = lambda value: math.floor(value + 0.5)  # noqa: E731

    def normal():
        while True:
            while True:
                u, v = 2 * uniform() - 1, 2 * uniform() - 1
                s = u * u + v * v
                if 0 < s < 1:
                    break
            factor = math.sqrt(-2 * math.log(s) / s)
            yield u * factor
            yield v * factor

    width, height = image.size
    angle = within(-180, 180)
    across, down = uniform() < 0.5, uniform() < 0.5
    right = whole(within(-0.2 * width, 0.2 * width))
    low = whole(within(-0.2 * height, 0.2 * height))
    factor = within(0.8, 1.2)
    room_x, room_y = int(0.3 * (width // 2)), int(0.3 * (height // 2))
    left_x, right_x = lambda: below(room_x + 1), lambda: width - 1 - below(room_x + 1)
    top_y, bottom_y = lambda: below(room_y + 1), lambda: height - 1 - below(room_y + 1)
    corners = [[left_x(), top_y()], [right_x(), top_y()], [right_x(), bottom_y()], [left_x(), bottom_y()]]
    starts = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
    x, y = below(width - 24 + 1), below(height - 20 + 1)

    def move(picture, smooth):
        picture = F.rotate(picture, angle, smooth)
        picture = F.hflip(picture) if across else picture
        picture = F.vflip(picture) if down else picture
        shift = lambda each: F.affine(each, 0.0, [right, low], 1.0, [0.0, 0.0])  # noqa: E731
        picture = bordered(picture, "edge", shift)
        picture = F.affine(picture, 0.0, [0, 0], factor, [0.0, 0.0])
        picture = F.perspective(picture, starts, corners, smooth)
        return F.crop(picture, y, x, 20, 24)

    image, mask = move(image, MODES["bilinear"]), move(mask, MODES["nearest"])
    for index in rng.sample(4, 4):
        adjust = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue][index]
        image = adjust(image, within(-0.1, 0.1) if index == 3 else within(0.8, 1.2))
    deviation = math.sqrt(within(10, 120))
    noise = normal()
    values = [whole(int(value) + deviation * next(noise)) for value in np.asarray(image).reshape(-1)]
    return np.clip(values, 0, 255), mask


def main() -> None:
    cases = []

    def note(op: str, source, result, **arguments) -> None:
        seed, width, height, channels = source
        cases.append(
            {
                "op": op,
                "source": {"seed": seed, "width": width, "height": height, "channels": channels},
                **arguments,
                "width": result.width,
                "height": result.height,
                "data": text(result),
            }
        )

    image_sources = [(1, 13, 10, 3), (2, 9, 9, 3), (3, 10, 15, 3)]
    mask_source = (4, 13, 10, 1)
    opened = {each: Image.fromarray(made(*each)) for each in [*image_sources, mask_source]}

    for source in [*image_sources, mask_source]:
        image = opened[source]
        for degrees in [0, 5, -17.25, 90, 123.4, 180, 270, 360.0 - 72]:
            for resample in ["nearest"] if source[3] == 1 else ["nearest", "bilinear"]:
                if resample == "bilinear" and degrees == 0:
                    continue
                result = F.rotate(image, degrees, MODES[resample])
                note("rotate", source, result, degrees=degrees, resample=resample, border="zero", expand=False)
    for source in [image_sources[0], mask_source]:
        for degrees in [-31.5, 45, 90]:
            result = F.rotate(opened[source], degrees, MODES["nearest"], expand=True)
            note("rotate", source, result, degrees=degrees, resample="nearest", border="zero", expand=True)
    for border in ["edge", "reflect"]:
        for source in [image_sources[0], image_sources[1]]:
            for degrees in [11, -140]:
                for resample in MODES:
                    turn = lambda image: F.rotate(image, degrees, MODES[resample])  # noqa: B023, E731
                    result = bordered(opened[source], border, turn)
                    note("rotate", source, result, degrees=degrees, resample=resample, border=border, expand=False)

    def affine(move, factor, resample):
        return lambda image: F.affine(image, 0.0, list(move), factor, [0.0, 0.0], MODES[resample])

    for border in ["zero", "edge", "reflect"]:
        for source in [image_sources[0], mask_source]:
            for move in [(3, -2), (-5, 4)]:
                result = bordered(opened[source], border, affine(move, 1.0, "nearest"))
                note("translate", source, result, right=move[0], down=move[1], border=border)
    for source in [image_sources[0], image_sources[1], mask_source]:
        for factor in [0.875, 0.5, 1.3]:
            for resample in ["nearest"] if source[3] == 1 else ["nearest", "bilinear"]:
                result = affine((0, 0), factor, resample)(opened[source])
                note("scale", source, result, factor=factor, resample=resample, border="zero")

    for source, corners in [
        (image_sources[0], [[2, 1], [11, 0], [12, 8], [0, 9]]),
        (image_sources[2], [[0, 3], [7, 0], [9, 11], [1, 14]]),
        (mask_source, [[2, 1], [11, 0], [12, 8], [0, 9]]),
    ]:
        image = opened[source]
        starts = [[0, 0], [image.width - 1, 0], [image.width - 1, image.height - 1], [0, image.height - 1]]
        coefficients = F._get_perspective_coeffs(starts, corners)
        for resample in ["nearest"] if source[3] == 1 else ["nearest", "bilinear"]:
            result = F.perspective(image, starts, corners, MODES[resample])
            note("perspective", source, result, corners=corners, resample=resample, coefficients=coefficients)

    for source in [image_sources[0], mask_source]:
        note("flip", source, F.hflip(opened[source]), axis="horizontal")
        note("flip", source, F.vflip(opened[source]), axis="vertical")
        note("crop", source, F.crop(opened[source], 2, 3, 6, 7), x=3, y=2)

    colors = []
    # 64 x 64 random colours, and every grey.
    source = (5, 64, 64, 3)
    array = made(*source)
    array[:4] = np.arange(256, dtype=np.uint8).reshape(4, 64, 1)
    image = Image.fromarray(array)
    for name, operation, amounts in [
        ("adjustBrightness", F.adjust_brightness, [0, 0.3, 0.9, 1, 1.1, 2.7]),
        ("adjustContrast", F.adjust_contrast, [0, 0.3, 0.9, 1, 1.1, 2.7]),
        ("adjustSaturation", F.adjust_saturation, [0, 0.3, 0.9, 1, 1.1, 2.7]),
        ("adjustHue", F.adjust_hue, [-0.5, -0.1, 0, 0.03, 0.1, 0.5]),
    ]:
        for amount in amounts:
            result = np.asarray(operation(image, amount), dtype=np.uint8)
            part = base64.b64encode(result.reshape(-1)[3000:3090].tobytes()).decode()
            colors.append({"op": name, "amount": amount, "sha256": hashlib.sha256(result.tobytes()).hexdigest(), "part": part})

    source = made(7, 40, 30, 3)
    mask = source[:, :, 0] & 1
    chained, moved = chain(66, "train/good/000.png", 3, Image.fromarray(source), Image.fromarray(mask))

    with open(OUT, "w") as file:
        json.dump({"cases": cases, "colors": colors, "chain": {"image": text(chained), "mask": text(moved)}}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
