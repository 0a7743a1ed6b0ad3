"""How long scikit-learn and the official evaluation code take over the maps of bench/metrics/maps.ts, made here in the same way.

Pixel AUROC, AP and F1-max by scikit-learn, each as its users call it; AUPRO@0.3 by pro_curve_util.py of MVTec AD
(github.com/Hwa-Jong/MVTec_AD, 60e95949, folder mvtec_ad_evaluation); with --loco also AUsPRO@0.05 by the code of MVTec LOCO AD
(github.com/M-3LAB/open-iad, 05044fed), which takes minutes. Making the maps is not counted.

  python test/reference/metrics_speed.py --mvtec-ad FOLDER [--loco FOLDER] [--images 1725]

Compare with: tsx --tsconfig tsconfig.test.json bench/metrics/memory.ts exact 1725

Versions: Python 3.11+, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1
"""
import argparse
import contextlib
import io
import json
import resource
import sys
import time
import types

import numpy as np
import scipy.ndimage
from sklearn import metrics

from seeded_random import Random

SIDE, DRAWN, GOOD = 256, 24, 8
PIXELS = SIDE * SIDE


def draw():
    random = Random(19)
    drawn = []
    for image in range(DRAWN):
        pairs = random.uint32s(2 * PIXELS) >> np.uint32(17)
        levels = (pairs[0::2] + pairs[1::2]).astype(np.uint16)
        channels = []
        for _ in range(0 if image < GOOD else 2):
            tall, wide = (8 + (random.uint32s(2) >> np.uint32(27))).tolist()
            top, left = random.uint32s(2).tolist()
            mask = np.zeros((SIDE, SIDE), bool)
            mask[top % (SIDE - tall) :, left % (SIDE - wide) :][:tall, :wide] = True
            channels.append(mask)
        drawn.append((levels, channels))
    return drawn


def make(count):
    drawn = draw()
    maps = np.empty((count, SIDE, SIDE), np.float32)
    masks = np.zeros((count, SIDE, SIDE), np.uint8)
    for i in range(count):
        levels, channels = drawn[i % DRAWN]
        turned = np.roll(levels, -((977 * i) % PIXELS)).astype(np.float32) + (37 * i) % 1024
        maps[i] = (turned / 65536).reshape(SIDE, SIDE)
        for mask in channels:
            maps[i][mask] += 12000 / 65536
            masks[i][mask] = 1
    return maps, masks, drawn


def timed(name, work):
    start, cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        value = work()
    out[name] = {
        "seconds": round(time.perf_counter() - start, 2),
        "cpuSeconds": round(time.process_time() - cpu, 2),
        "value": float(value),
    }


def f1_max():
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    return (2 * precision * recall / np.maximum(precision + recall, 1e-300)).max()


def aupro():
    fpr, pro = pro_curve_util.compute_pro(maps, masks)
    return generic_util.trapezoid(fpr, pro, x_max=0.3) / 0.3


def auspro():
    config = image.DefectConfig("any", 255, 0.5, True)
    truth = [
        image.GroundTruthMap([image.GroundTruthChannel(mask, config) for mask in channels]) if channels else None
        for channels in (drawn[i % DRAWN][1] for i in range(len(maps)))
    ]
    run = aggregation.MetricsAggregator(truth, [image.AnomalyMap(m) for m in maps]).run(curve_max_distance=0.01)
    return util.get_auc_for_max_fpr(run.get_fp_rates(), run.get_mean_spros(), 0.05)


arguments = argparse.ArgumentParser()
arguments.add_argument("--mvtec-ad", required=True)
arguments.add_argument("--loco")
arguments.add_argument("--images", type=int, default=1725)
options = arguments.parse_args()
for name, members in {
    "tifffile": {},
    "tqdm": {"tqdm": lambda items, **_: items},
    "scipy.ndimage.measurements": {"label": scipy.ndimage.label},
}.items():
    sys.modules.setdefault(name, types.ModuleType(name)).__dict__.update(members)
sys.path.insert(0, options.mvtec_ad)
import generic_util  # noqa: E402
import pro_curve_util  # noqa: E402

maps, masks, drawn = make(options.images)
scores, labels = maps.ravel(), masks.ravel()
out = {"images": options.images}
timed("auroc", lambda: metrics.roc_auc_score(labels, scores))
timed("ap", lambda: metrics.average_precision_score(labels, scores))
timed("f1Max", f1_max)
timed("aupro", aupro)
for unit in ("seconds", "cpuSeconds"):
    out[unit] = round(sum(row[unit] for row in out.values() if isinstance(row, dict)), 2)
if options.loco:
    sys.path.insert(0, options.loco)
    from metric.mvtec_loco.src import aggregation, image, util  # noqa: E402

    timed("auspro", auspro)
out["peakMiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps(out))
