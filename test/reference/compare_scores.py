"""Compares the image scores of `iad-tf evaluate --json` with those of patchcore_reference.py on the same images.

Versions: Python 3.11, scipy 1.17, scikit-learn 1.9.
Example: python compare_scores.py evaluation.json scores.json
"""
import json
import sys

from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

ours = {image['id']: image for image in json.load(open(sys.argv[1]))['images']}
reference = {image['path']: image['score'] for image in json.load(open(sys.argv[2]))['images']}
ids = sorted(ours)
assert ids == sorted(reference), 'not the same images'
labels = [ours[i]['label'] for i in ids]
a = [ours[i]['score'] for i in ids]
b = [reference[i] for i in ids]
print(json.dumps({
    'images': len(ids),
    'spearman': spearmanr(a, b).statistic,
    'auroc_iad_tf': roc_auc_score(labels, a),
    'auroc_reference': roc_auc_score(labels, b),
    'largest_relative_difference': max(abs(x - y) / abs(y) for x, y in zip(a, b)),
}, indent=1))
