"""Makes ../fixtures/localisation.json: what the evaluation code of others gives on small maps that the tests draw again.

Nothing of that code is in this repository. Give the folders it lies in:

  --mvtec-ad  pro_curve_util.py of MVTec AD (github.com/Hwa-Jong/MVTec_AD, 60e95949, folder mvtec_ad_evaluation)
  --open-iad  IM-IAD with the code of MVTec 3D-AD and MVTec LOCO AD (github.com/M-3LAB/open-iad, 05044fed)
  --autovi    AutoVI (github.com/PlatDrake2875/autovi_evaluation_code, 4b154db7)
  --aupimo    PIMO by its authors, which anomalib took over (github.com/jpcbertoldo/aupimo, 188ec86b), folder src

Pooled pixel metrics are scikit-learn's. Maps go in as 64-bit floats, so that thresholds are exact.

Versions: Python 3.11+, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1
"""
import argparse
import contextlib
import io
import json
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import scipy
import scipy.ndimage
import sklearn
from sklearn import metrics

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

arguments = argparse.ArgumentParser()
for name in ("mvtec-ad", "open-iad", "autovi", "aupimo"):
    arguments.add_argument(f"--{name}", required=True)
folders = arguments.parse_args()


def stand_in(name, **members):
    """A module that the code imports and the parts used here do not need, or that newer versions moved."""
    module = types.ModuleType(name)
    for key, value in members.items():
        setattr(module, key, value)
    sys.modules.setdefault(name, module)


stand_in("tifffile")
stand_in("tqdm", tqdm=lambda items, **_: items)
stand_in("loguru", logger=types.SimpleNamespace(debug=print, info=print, warning=print))
stand_in("scipy.ndimage.measurements", label=scipy.ndimage.label)
np.trapz = np.trapezoid


@contextlib.contextmanager
def searched_first(folder):
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


with searched_first(folders.mvtec_ad):
    import generic_util
    import pro_curve_util
with searched_first(folders.open_iad):
    from metric.mvtec3d.au_pro import calculate_au_pro
    from metric.mvtec_loco.src import aggregation as loco
    from metric.mvtec_loco.src import image as loco_image
    from metric.mvtec_loco.src import util as loco_util
with searched_first(folders.autovi):
    from src import aggregation as autovi
    from src import image as autovi_image
with searched_first(folders.aupimo):
    sys.path.append(folders.aupimo)
    package = types.ModuleType("aupimo")
    package.__path__ = [str(Path(folders.aupimo) / "aupimo")]
    sys.modules["aupimo"] = package
    from aupimo import pimo_numpy


class Lcg:
    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF

    def next(self):
        self.state = (1664525 * self.state + 1013904223) & 0xFFFFFFFF
        return self.state

    def r(self, bits):
        return self.next() >> (32 - bits)

    def int(self, n):
        return (self.next() * n) >> 32


def rectangle(g, params):
    tall, wide = 1 + g.int(params["maxSide"]), 1 + g.int(params["maxSide"])
    top = g.int(params["height"] - tall + 1)
    left = g.int(params["width"] - wide + 1)
    mask = np.zeros((params["height"], params["width"]), bool)
    mask[top : top + tall, left : left + wide] = True
    return mask


def scores(g, params, mask):
    flat = [g.r(params["bits"]) / 2 ** params["bits"] + (params["shift"] if y else 0) for y in mask.ravel()]
    return np.array(flat).reshape(mask.shape)


def pixel_maps(params):
    g = Lcg(params["seed"])
    maps, masks = [], []
    for _ in range(params["images"]):
        mask = np.zeros((params["height"], params["width"]), bool)
        for _ in range(g.int(params["maxRects"] + 1)):
            mask |= rectangle(g, params)
        maps.append(scores(g, params, mask))
        masks.append(mask)
    return maps, masks


def spro_maps(params, configs):
    g = Lcg(params["seed"])
    maps, channels = [], []
    for _ in range(params["images"]):
        union = np.zeros((params["height"], params["width"]), bool)
        own = []
        for _ in range(g.int(params["maxRects"] + 1)):
            mask = rectangle(g, params)
            own.append((g.int(len(configs)), mask))
            union |= mask
        maps.append(scores(g, params, union))
        channels.append(own)
    return maps, channels


def pixel_case(params):
    maps, masks = pixel_maps(params)
    flat, labels = np.array(maps).ravel(), np.array(masks).ravel()
    precision, recall, thresholds = metrics.precision_recall_curve(labels, flat)
    # The lowest of the best thresholds comes first.
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    fpr, pro = pro_curve_util.compute_pro(maps, [mask.astype(int) for mask in masks])
    return {
        "params": params,
        "auroc": metrics.roc_auc_score(labels, flat),
        "ap": metrics.average_precision_score(labels, flat),
        "prAucTrapezoid": metrics.auc(recall, precision),
        "f1Max": f1.max(),
        "aupro": {limit: generic_util.trapezoid(fpr, pro, x_max=limit) / limit for limit in (0.05, 0.3, 1.0)},
        "proPoints": len(fpr),
        "auproImIad": {
            limit: calculate_au_pro([mask.astype(int) for mask in masks], maps, integration_limit=limit)[0]
            for limit in (0.05, 0.3)
        },
        "iou": metrics.jaccard_score(labels, flat >= 0.75),
        "dice": metrics.f1_score(labels, flat >= 0.75),
    }


def official(aggregation, image, maps, channels, configs, distance, limits, colours=False):
    # AutoVI's masks have three channels of colour, of which its code takes the first.
    form = (lambda mask: mask[:, :, np.newaxis]) if colours else (lambda mask: mask)
    entries = [image.DefectConfig(**config) for config in configs]
    anomaly_maps = [image.AnomalyMap(m) for m in maps]
    gt_maps = [
        image.GroundTruthMap([image.GroundTruthChannel(form(mask), entries[c]) for c, mask in own]) if own else None
        for own in channels
    ]
    run = aggregation.MetricsAggregator(gt_maps=gt_maps, anomaly_maps=anomaly_maps).run(curve_max_distance=distance)

    def areas(images, defect=None):
        part = run.reduce_to_images([anomaly_maps[i] for i in images])
        fpr = part.get_fp_rates()
        spro = part.get_mean_spros(filter_defect_names=defect)
        return {limit: loco_util.get_auc_for_max_fpr(fpr, spro, limit) for limit in limits}

    good = [i for i, own in enumerate(channels) if not own]
    logical = [i for i, own in enumerate(channels) if own and i % 2 == 1]
    structural = [i for i, own in enumerate(channels) if own and i % 2 == 0]
    of_type = {
        name: [i for i, own in enumerate(channels) if not own or any(configs[c]["defect_name"] == name for c, _ in own)]
        for name in {config["defect_name"] for config in configs}
    }
    return {
        "thresholds": len(run.anomaly_thresholds),
        "pooled": areas(range(len(maps))),
        "logical": areas(logical + good),
        "structural": areas(structural + good),
        "byDefect": {name: areas(images, [name]) for name, images in sorted(of_type.items())},
    }


CONFIGS = [
    {"defect_name": "whole", "pixel_value": 255, "saturation_threshold": 1.0, "relative_saturation": True},
    {"defect_name": "part", "pixel_value": 254, "saturation_threshold": 0.5, "relative_saturation": True},
    {"defect_name": "fixed", "pixel_value": 253, "saturation_threshold": 6, "relative_saturation": False},
]


def spro_case(params):
    maps, channels = spro_maps(params, CONFIGS)
    limits = (0.01, 0.05, 0.3, 1.0)
    return {
        "params": params,
        "configs": CONFIGS,
        "loco": official(loco, loco_image, maps, channels, CONFIGS, 0.01, limits),
        "autovi": official(autovi, autovi_image, maps, channels, CONFIGS, 0.001, limits, True),
    }


def pimo_case(params, thresholds, bounds):
    maps, masks = pixel_maps(params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        *_, classes, areas, points = pimo_numpy.aupimo_scores(
            np.array(maps),
            np.array(masks),
            num_threshs=thresholds,
            binclf_algorithm="python",
            fpr_bounds=bounds,
        )
    per_image = {i: areas[i] for i in np.flatnonzero(classes == 1).tolist()}
    return {"params": params, "thresholds": thresholds, "fprBounds": bounds, "points": points, "perImage": per_image}


def image_case(normal, anomalous):
    value = loco_util.compute_classification_auc_roc(normal, anomalous)
    return {"normal": normal, "anomalous": anomalous, "auroc": value}


def drawn(seed, images, height, width, maxRects, maxSide, bits, shift):
    return dict(locals())


g = Lcg(77)
with contextlib.redirect_stdout(io.StringIO()):
    fixture = {
        "versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
        "pixel": [
            pixel_case(drawn(301, 10, 24, 30, 3, 9, 20, 0.375)),
            pixel_case(drawn(302, 10, 24, 30, 3, 9, 3, 0.25)),
            pixel_case(drawn(303, 8, 32, 20, 5, 6, 1, 0.0)),
            pixel_case(drawn(304, 6, 16, 64, 2, 12, 8, 1.5)),
        ],
        "spro": [
            spro_case(drawn(311, 12, 20, 24, 3, 8, 20, 0.375)),
            spro_case(drawn(313, 14, 32, 24, 2, 10, 22, 0.75)),
        ],
        "pimo": [
            pimo_case(drawn(321, 12, 48, 48, 1, 14, 10, 0.5), 500, (1 / 64, 1 / 4)),
            pimo_case(drawn(322, 9, 64, 32, 2, 12, 16, 0.25), 3000, (1 / 256, 1 / 8)),
        ],
        "image": [
            image_case([g.int(6) for _ in range(20)], [g.int(6) + g.int(3) for _ in range(14)]),
            image_case([1, 1, 1], [1, 1]),
            image_case([g.int(1000) for _ in range(12)], [g.int(1000) + 300 for _ in range(9)]),
            image_case([3, 3, 5], [1, 5, 5, 5]),
        ],
    }


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


text = json.dumps(plain(fixture), separators=(",", ":"))
(FIXTURES / "localisation.json").write_text(text.replace('{"params"', '\n{"params"') + "\n")
