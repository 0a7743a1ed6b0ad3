"""Makes ../fixtures/statistics.json.

Reference values of the statistics over the metrics:
- Welch's t-test (scipy.stats.ttest_ind, equal_var=False) and Student's t (mpmath's incomplete beta, 40 digits); scipy.special.betainc
- quantiles of beta distributions (scipy.stats.beta), which bound the false-alarm rate of conformal thresholds
- DeLong's variance of the AUROC: the package `confidenceinterval` (Sun and Xu's algorithm), and the double sums of the paper
  in exact fractions (the value kept), which have to agree
- conformal p-values and thresholds by counting, in exact fractions

Scores are drawn with the linear congruential generator described in metric_vectors.json, which the tests draw again.

Versions: Python 3.11+, numpy 2.4.6, scipy 1.17.1, mpmath 1.3.0, confidenceinterval 1.0.5
Run:      python test/reference/statistics_fixtures.py
"""
import json
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import scipy
from confidenceinterval.delong import delong_roc_variance
from make_ranking_fixtures import Lcg, image_scores
from scipy import special, stats

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
mpmath.mp.dps = 40


def student(t, dof):
    t, dof = mpmath.mpf(t), mpmath.mpf(dof)
    return float(mpmath.betainc(dof / 2, mpmath.mpf(1) / 2, 0, dof / (dof + t * t), regularized=True))


def welch_case(seed, n1, n2, shift, scale):
    g = Lcg(seed)
    first = [g.r(12) / 2**12 for _ in range(n1)]
    second = [shift + scale * g.r(12) / 2**12 for _ in range(n2)]
    found = stats.ttest_ind(first, second, equal_var=False)
    return {"first": first, "second": second, "t": float(found.statistic), "dof": float(found.df), "p": float(found.pvalue)}


def delong_case(params):
    scores, labels = image_scores(**params)
    fast_auc, fast_variance = delong_roc_variance(labels, scores)
    exact = [Fraction(float(s)) for s in scores]
    x = [s for s, y in zip(exact, labels) if y == 1]
    y = [s for s, y in zip(exact, labels) if y == 0]
    psi = [[Fraction(int(a > b) * 2 + int(a == b), 2) for b in y] for a in x]
    m, n = len(x), len(y)
    v10 = [sum(row) / n for row in psi]
    v01 = [sum(psi[i][j] for i in range(m)) / m for j in range(n)]
    theta = sum(v10) / m
    s10 = sum((v - theta) ** 2 for v in v10) / (m - 1)
    s01 = sum((v - theta) ** 2 for v in v01) / (n - 1)
    variance = float(s10 / m + s01 / n)
    # That package rounds to 32 bits on the way.
    assert abs(float(theta) - fast_auc) < 1e-6 and abs(variance - fast_variance) < 1e-6 * variance + 1e-9
    error = float(np.sqrt(variance))
    low, high = np.clip(stats.norm.interval(0.9, float(theta), error), 0, 1)
    return {"params": params, "auroc": float(theta), "standardError": error, "low90": float(low), "high90": float(high)}


def beta_cases(seed, count):
    """Around the mean and far in the tails, where the shapes are unlike and where both are large."""
    g = Lcg(seed)
    for _ in range(count):
        a, b = (10 ** (6 * g.r(16) / 2**16 - 1) for _ in range(2))
        deviation = np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
        x = a / (a + b) + (g.r(16) / 2**14 - 2) * 3 * deviation
        if 0 < x < 1:
            yield [x, a, b, float(special.betainc(a, b, x))]


def conformal_case(seed, n, bits, rates):
    """`rates` as [numerator, denominator]. The threshold is found by trying every score."""
    g = Lcg(seed)
    normal = [g.r(bits) / 2**bits for _ in range(n)]
    scores = [g.r(bits) / 2**bits for _ in range(12)] + [-1.0, 2.0]
    ps = [Fraction(1 + sum(c >= s for c in normal), n + 1) for s in scores]
    found = []
    for a, b in rates:
        # The smallest rank whose guarantee (n + 1 - k) / (n + 1) keeps the rate; the last one if none does.
        k = next((k for k in range(1, n + 1) if Fraction(n + 1 - k, n + 1) <= Fraction(a, b)), n)
        found.append(
            {
                "rate": [a, b],
                "threshold": sorted(normal)[k - 1],
                "guaranteedRate": (n + 1 - k) / (n + 1),
                "boundedRate": float(stats.beta.ppf(0.95, n + 1 - k, k)),
                "met": Fraction(n + 1 - k, n + 1) <= Fraction(a, b),
            }
        )
    return {"normal": normal, "scores": scores, "pValues": [float(p) for p in ps], "thresholds": found}


def percentile_case(seed, n):
    g = Lcg(seed)
    values = [g.r(12) / 2**6 for _ in range(n)]
    found = np.percentile(values, [50, 90, 95, 99])
    return {"values": values, "p50": found[0], "p90": found[1], "p95": found[2], "p99": found[3]}


def main():
    dofs = [0.5, 1, 1.5, 2, 7.2187, 14, 30.5, 99, 1000, 54321.5, 1e6]
    ts = [1e-8, 0.01, 0.3, 1, 1.7, 1.96, 3, 10, 35, 1000]
    fixture = {
        "versions": {"scipy": scipy.__version__, "mpmath": mpmath.__version__, "confidenceinterval": "1.0.5"},
        "welch": [
            welch_case(1, 8, 8, 0.1, 1),
            welch_case(2, 2, 9, 0.5, 0.01),
            welch_case(3, 5, 40, 0, 3),
            welch_case(4, 30, 30, 3, 1),
            welch_case(5, 12, 3, 1e-3, 1),
        ],
        "student": [[t, dof, student(t, dof)] for dof in dofs for t in ts],
        "beta": list(beta_cases(501, 40)),
        "normal": [[c, float(stats.norm.ppf((1 + c) / 2))] for c in [0.01, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999]],
        "delong": [
            delong_case({"seed": s, "n": n, "posModulus": p, "shift": shift, "bits": bits})
            for s, n, p, shift, bits in [(201, 40, 3, 0.25, 3), (202, 60, 2, 0.25, 12), (203, 30, 4, 0.6, 5), (204, 45, 2, 0.8, 8)]
        ],
        "conformal": [
            conformal_case(301, 19, 16, [[1, 20], [1, 10], [1, 2], [0, 1], [1, 1]]),
            conformal_case(302, 40, 3, [[1, 100], [1, 20], [1, 10], [3, 41], [7, 10]]),
            conformal_case(303, 99, 10, [[1, 100], [1, 20], [1, 10], [29, 100]]),
            conformal_case(304, 1, 8, [[1, 2], [49, 100]]),
        ],
        "percentiles": [percentile_case(401, 1), percentile_case(402, 2), percentile_case(403, 57)],
    }
    (FIXTURES / "statistics.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
