"""Makes ../fixtures/ranking_sklearn.json and ../fixtures/components_scipy.json.

Reference values of ranking metrics and curves (scikit-learn) and of component labels (scipy.ndimage.label) on small
inputs drawn with the linear congruential generator described in metric_vectors.json, which the tests draw again.

Versions: Python 3.11+, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1
Run:      python test/reference/make_ranking_fixtures.py
"""
import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import ndimage
from sklearn import metrics

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


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


def image_scores(seed, n, posModulus, shift, bits):
    g = Lcg(seed)
    labels, scores = [], []
    for _ in range(n):
        y = 1 if g.int(posModulus) == 0 else 0
        labels.append(y)
        scores.append(g.r(bits) / 2**bits + (shift if y else 0))
    return np.array(scores), np.array(labels)


def ranking_case(params):
    scores, labels = image_scores(**params)
    fpr, tpr, roc_thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, pr_thresholds = metrics.precision_recall_curve(labels, scores, drop_intermediate=False)
    return {
        "params": params,
        "auroc": metrics.roc_auc_score(labels, scores),
        "averagePrecision": metrics.average_precision_score(labels, scores),
        "roc": {"fpr": fpr[1:].tolist(), "tpr": tpr[1:].tolist(), "thresholds": roc_thresholds[1:].tolist()},
        # Highest threshold first, without the point (recall 0, precision 1).
        "pr": {
            "precision": precision[:-1][::-1].tolist(),
            "recall": recall[:-1][::-1].tolist(),
            "thresholds": pr_thresholds[::-1].tolist(),
        },
    }


def components_case(params):
    g = Lcg(params["seed"])
    width, height = params["width"], params["height"]
    mask = np.array([1 if g.int(100) < params["percent"] else 0 for _ in range(width * height)]).reshape(height, width)
    out = {"params": params}
    for connectivity, structure in ((4, None), (8, np.ones((3, 3)))):
        labels, count = ndimage.label(mask, structure)
        boxes = [[c.start, r.start, c.stop - c.start, r.stop - r.start] for r, c in ndimage.find_objects(labels)]
        out[str(connectivity)] = {
            "count": count,
            "labels": labels.ravel().tolist(),
            "areas": np.bincount(labels.ravel(), minlength=count + 1)[1:].tolist(),
            "boxes": boxes,
        }
    return out


def write(name, versions, cases):
    text = json.dumps({"versions": versions, "cases": cases}, separators=(",", ":"))
    (FIXTURES / name).write_text(text.replace('{"params"', '\n{"params"') + "\n")


write(
    "ranking_sklearn.json",
    {"scikit-learn": sklearn.__version__},
    [
        ranking_case(dict(seed=101, n=40, posModulus=3, shift=0.25, bits=3)),
        ranking_case(dict(seed=102, n=150, posModulus=5, shift=0.125, bits=4)),
        ranking_case(dict(seed=103, n=120, posModulus=2, shift=0.0, bits=1)),
        ranking_case(dict(seed=104, n=100, posModulus=4, shift=0.5, bits=20)),
    ],
)
write(
    "components_scipy.json",
    {"scipy": scipy.__version__},
    [
        components_case(dict(seed=201, width=24, height=17, percent=35)),
        components_case(dict(seed=202, width=31, height=20, percent=50)),
        components_case(dict(seed=203, width=19, height=23, percent=65)),
        components_case(dict(seed=204, width=40, height=1, percent=60)),
        components_case(dict(seed=205, width=1, height=40, percent=60)),
        components_case(dict(seed=206, width=2, height=30, percent=45)),
    ],
)
