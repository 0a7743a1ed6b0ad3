// Image-level metrics: against the definitions on small heavily tied data, against scikit-learn, and by their symmetries.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  auroc,
  averagePrecision,
  confusionCounts,
  confusionRates,
  f1Max,
  imageMetrics,
  MetricError,
  prAucTrapezoid,
  prCurve,
  rocCurve,
  thresholdAtSigma,
  thresholdAtTnr,
  tprAtTnr,
} from '../../src/metrics/index.js';
import { BestF1, RocArea } from '../../src/metrics/sums.js';
import { bruteAuroc, bruteAveragePrecision, bruteCounts, bruteF1Max, distinct } from './brute.js';
import { imageScores, type ScoreParams } from './lcg.js';

type Item = [score: number, label: number];
const label = fc.constantFrom(0, 1);
/** Few distinct values, -0 among them: ties within and between the classes. */
const tied = fc.array(fc.tuple(fc.constantFrom(-1.5, -0, 0, 0.1, 0.2, 0.3, 7), label), { maxLength: 40 });
const spread = fc.array(fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), label), { maxLength: 40 });
const items = fc.oneof(tied, spread);
const split = (list: Item[]): [number[], number[]] => [list.map(([score]) => score), list.map(([, y]) => y)];

function expectClose(found: number | null, expected: number | null): void {
  if (found === null || expected === null) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThan(1e-12);
}

describe('against the definitions', () => {
  test('auroc counts pairs', () => {
    fc.assert(fc.property(items, (list) => expectClose(auroc(...split(list)), bruteAuroc(...split(list)))));
  });

  test('averagePrecision sums recall steps', () => {
    fc.assert(
      fc.property(items, (list) =>
        expectClose(averagePrecision(...split(list)), bruteAveragePrecision(...split(list))),
      ),
    );
  });

  test('f1Max tries every threshold and keeps the lowest of the best', () => {
    fc.assert(
      fc.property(items, (list) => {
        expect(f1Max(...split(list))).toEqual(bruteF1Max(...split(list)));
      }),
    );
  });

  test('curves hold the counts of every threshold', () => {
    fc.assert(
      fc.property(items, (list) => {
        const [scores, labels] = split(list);
        const roc = rocCurve(scores, labels);
        const pr = prCurve(scores, labels);
        expect(roc === null).toBe(auroc(scores, labels) === null);
        expect(pr === null).toBe(!labels.includes(1));
        distinct(scores).forEach((threshold, g) => {
          const { tp, fp, tn, fn } = bruteCounts(scores, labels, threshold);
          if (roc !== null) {
            expect([roc.thresholds[g + 1], roc.fpr[g + 1], roc.tpr[g + 1]]).toEqual([
              threshold,
              fp / (fp + tn),
              tp / (tp + fn),
            ]);
          }
          if (pr !== null) {
            expect([pr.thresholds[g], pr.precision[g], pr.recall[g]]).toEqual([
              threshold,
              tp / (tp + fp),
              tp / (tp + fn),
            ]);
          }
        });
        if (roc !== null) {
          expect([roc.thresholds[0], roc.fpr[0], roc.tpr[0]]).toEqual([Infinity, 0, 0]);
          expect([roc.fpr.length, roc.tpr.length, roc.thresholds.length]).toEqual(
            Array(3).fill(distinct(scores).length + 1),
          );
        }
        if (pr !== null) {
          expect([pr.precision.length, pr.recall.length, pr.thresholds.length]).toEqual(
            Array(3).fill(distinct(scores).length),
          );
        }
      }),
    );
  });

  test('the areas are those under the curves', () => {
    fc.assert(
      fc.property(items, (list) => {
        const [scores, labels] = split(list);
        const roc = rocCurve(scores, labels);
        const pr = prCurve(scores, labels);
        if (roc !== null) expectClose(auroc(scores, labels), trapezoid(roc.fpr, roc.tpr));
        if (pr !== null) {
          expectClose(prAucTrapezoid(scores, labels), trapezoid([0, ...pr.recall], [1, ...pr.precision]));
        }
      }),
    );
  });

  test('imageMetrics gives the single functions', () => {
    fc.assert(
      fc.property(items, (list) => {
        const [scores, labels] = split(list);
        const best = f1Max(scores, labels);
        expect(imageMetrics(scores, labels)).toEqual({
          auroc: auroc(scores, labels),
          ap: averagePrecision(scores, labels),
          prAucTrapezoid: prAucTrapezoid(scores, labels),
          f1Max: best?.f1 ?? null,
          f1MaxThreshold: best?.threshold ?? null,
        });
      }),
    );
  });
});

describe('symmetries', () => {
  test('a strictly rising transform changes nothing but the threshold', () => {
    fc.assert(
      fc.property(tied, (list) => {
        const [scores, labels] = split(list);
        const moved = scores.map((score) => Math.exp(score) * 3 - 100);
        expect({ ...imageMetrics(moved, labels), f1MaxThreshold: null }).toEqual({
          ...imageMetrics(scores, labels),
          f1MaxThreshold: null,
        });
        expect(prAucTrapezoid(moved, labels)).toBe(prAucTrapezoid(scores, labels));
      }),
    );
  });

  test('flipped labels give 1 - auroc; flipped labels and scores give auroc', () => {
    fc.assert(
      fc.property(items, (list) => {
        const [scores, labels] = split(list);
        const flipped = labels.map((y) => 1 - y);
        const value = auroc(scores, labels);
        expectClose(auroc(scores, flipped), value === null ? null : 1 - value);
        expect(
          auroc(
            scores.map((score) => -score),
            flipped,
          ),
        ).toBe(value);
      }),
    );
  });

  test('order plays no part', () => {
    const shuffled = items.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(imageMetrics(...split(other))).toEqual(imageMetrics(...split(list)));
        expect(prAucTrapezoid(...split(other))).toBe(prAucTrapezoid(...split(list)));
      }),
    );
  });
});

interface SklearnCase {
  params: ScoreParams;
  auroc: number;
  averagePrecision: number;
  roc: { fpr: number[]; tpr: number[]; thresholds: number[] };
  pr: { precision: number[]; recall: number[]; thresholds: number[] };
}
const sklearn = JSON.parse(readFileSync(new URL('../fixtures/ranking_sklearn.json', import.meta.url), 'utf8')) as {
  cases: SklearnCase[];
};

describe.each(sklearn.cases)('scikit-learn, seed $params.seed', (reference) => {
  const { scores, labels } = imageScores(reference.params);

  test('areas', () => {
    expectClose(auroc(scores, labels), reference.auroc);
    expectClose(averagePrecision(scores, labels), reference.averagePrecision);
  });

  test('curves', () => {
    const roc = rocCurve(scores, labels)!;
    const pr = prCurve(scores, labels)!;
    expectAllClose(roc.fpr.subarray(1), reference.roc.fpr);
    expectAllClose(roc.tpr.subarray(1), reference.roc.tpr);
    expectAllClose(roc.thresholds.subarray(1), reference.roc.thresholds);
    // scikit-learn draws the curve down to the lowest score as well.
    expectAllClose(pr.precision, reference.pr.precision);
    expectAllClose(pr.recall, reference.pr.recall);
    expectAllClose(pr.thresholds, reference.pr.thresholds);
  });
});

describe('exact arithmetic', () => {
  test('auroc beyond 2^53 pairs does not drift', () => {
    const area = new RocArea();
    let twice = 0n;
    let positives = 0n;
    let negatives = 0n;
    for (let i = 0; i < 50_000; i++) {
      const p = 3_001 + 7 * (i % 13);
      const n = 50_021 - 11 * (i % 17);
      area.add(p, n);
      twice += BigInt(n) * (2n * positives + BigInt(p));
      positives += BigInt(p);
      negatives += BigInt(n);
    }
    expect(twice).toBeGreaterThan(2n ** 58n);
    // Three roundings: of the sum, of the number of pairs, of their quotient.
    const exact = Number((twice * 2n ** 80n) / (2n * positives * negatives)) / 2 ** 80;
    expect(Math.abs(area.value()! / exact - 1)).toBeLessThanOrEqual(2 * Number.EPSILON);
  });

  test('auroc of groups whose products exceed 2^53', () => {
    const area = new RocArea();
    area.add(3e9, 0);
    area.add(1e9, 4e9);
    expectClose(area.value(), (3 + 0.5) / 4);
  });

  test('F1 that differs beyond 2^53 only', () => {
    // 1e8 / 300000001 exceeds 199999999 / 599999999 by one part in 6e16: the cross products round to the same double.
    const best = new BestF1(199_999_999);
    best.add(2, 100_000_000, 2);
    best.add(1, 99_999_999, 199_999_999);
    expect(best.value()).toEqual({ f1: 200_000_000 / 300_000_001, threshold: 2 });
  });
});

describe('edge cases', () => {
  test('nothing at all', () => {
    const none = { auroc: null, ap: null, prAucTrapezoid: null, f1Max: null, f1MaxThreshold: null };
    expect(imageMetrics([], [])).toEqual(none);
    expect([prAucTrapezoid([], []), rocCurve([], []), prCurve([], []), thresholdAtTnr([], 0.9)]).toEqual(
      Array(4).fill(null),
    );
  });

  test('0 and -0 tie', () => {
    expect(auroc([0, -0], [1, 0])).toBe(0.5);
    expect(f1Max([-0, 1], [1, 1])).toEqual({ f1: 1, threshold: 0 });
  });

  test('typed arrays are taken', () => {
    expect(auroc(Float32Array.of(0.5, 0.25, 0.75), Uint8Array.of(1, 0, 1))).toBe(1);
  });

  test.each([Number.NaN, Infinity, -Infinity])('%s is an error that names the image', (bad) => {
    for (const metric of [auroc, averagePrecision, prAucTrapezoid, f1Max, imageMetrics, rocCurve, prCurve]) {
      expectError(() => metric([0, 1, bad], [0, 1, 0]), 'NOT_FINITE', 2);
    }
    expectError(() => confusionCounts([bad], [0], 0), 'NOT_FINITE', 0);
    expectError(() => thresholdAtTnr([1, bad], 0.9), 'NOT_FINITE', 1);
    expectError(() => tprAtTnr([1], [1, 1, bad], 0.9), 'NOT_FINITE', 2);
  });

  test('labels other than 0 and 1, and lengths that differ', () => {
    for (const bad of [2, -1, 0.5, Number.NaN]) expectError(() => auroc([1, 2], [0, bad]), 'BAD_LABEL', 1);
    expectError(() => auroc([1, 2], [0]), 'SHAPE', undefined);
    expectError(() => auroc([1], [0, 1]), 'SHAPE', undefined);
  });
});

describe('operating points', () => {
  test('the achieved rate is never below the target, and no lower score would do', () => {
    const scores = fc.array(fc.constantFrom(0, 0.1, 0.2, 0.3, 0.4, 5), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 100 }), (normal, percent) => {
        const point = thresholdAtTnr(normal, percent / 100)!;
        const rate = (threshold: number) => normal.filter((score) => score <= threshold).length / normal.length;
        expectClose(point.achievedTnr, rate(point.threshold));
        expect(point.achievedTnr).toBeGreaterThanOrEqual(percent / 100 - 1e-9);
        const lower = normal.filter((score) => score < point.threshold);
        if (lower.length > 0) expect(rate(Math.max(...lower))).toBeLessThan(percent / 100);
      }),
    );
  });

  test('a product that rounds up does not raise the rank', () => {
    expect(0.07 * 100).toBeGreaterThan(7);
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(thresholdAtTnr(hundred, 0.07)).toMatchObject({ threshold: 7, achievedTnr: expect.closeTo(0.07, 12) });
  });

  test('too few scores for the target are marked', () => {
    const twenty = Array.from({ length: 20 }, (_, i) => i);
    expect(thresholdAtTnr(twenty, 0.95)).toEqual({ threshold: 18, achievedTnr: 0.95, count: 20, warning: null });
    expect(thresholdAtTnr(twenty, 0.99)).toEqual({
      threshold: 19,
      achievedTnr: 1,
      count: 20,
      warning: expect.stringMatching(/^20 normal scores are too few .* 0\.99;/),
    });
  });

  test('no anomalous scores: rates are null; no normal scores: all is', () => {
    expect(tprAtTnr([1, 2], [], 0.5)).toMatchObject({ threshold: 1, tpr: null, fnr: null, fpr: null });
    expect(tprAtTnr([], [1], 0.5)).toBeNull();
  });

  test('the false-positive rate is that of the normal test scores', () => {
    expect(tprAtTnr([1, 2, 3, 4], [3, 5], 0.75, [0, 3, 4, 4])).toMatchObject({ threshold: 3, tpr: 0.5, fpr: 0.5 });
  });

  test('mean and standard deviations', () => {
    expect(thresholdAtSigma([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(11, 12);
    expect(thresholdAtSigma([2, 4, 4, 4, 5, 5, 7, 9], -1)).toBeCloseTo(3, 12);
    expect(thresholdAtSigma(Float32Array.of(7, 7, 7))).toBe(7);
    expect(thresholdAtSigma([])).toBeNull();
    // Offsets that swallow the spread where squares are summed.
    expect(thresholdAtSigma([1e9 + 1, 1e9 + 3], 1)).toBeCloseTo(1e9 + 3, 6);
    expectError(() => thresholdAtSigma([1, Number.NaN]), 'NOT_FINITE', 1);
    expectError(() => thresholdAtSigma([1], Infinity), 'BAD_ARGUMENT', undefined);
  });

  test('a target outside 0..1 is refused', () => {
    for (const bad of [-0.1, 1.1, Number.NaN]) expectError(() => thresholdAtTnr([1], bad), 'BAD_ARGUMENT', undefined);
  });
});

describe('confusion', () => {
  test('the rule decides at the threshold', () => {
    const scores = [1, 2, 2, 3];
    const labels = [0, 0, 1, 1];
    expect(confusionCounts(scores, labels, 2)).toEqual({
      truePositives: 2,
      falsePositives: 1,
      trueNegatives: 1,
      falseNegatives: 0,
    });
    expect(confusionCounts(scores, labels, 2, '>')).toEqual({
      truePositives: 1,
      falsePositives: 0,
      trueNegatives: 2,
      falseNegatives: 1,
    });
  });

  test('an infinite threshold flags nothing or everything, NaN is refused', () => {
    expect(confusionRates(confusionCounts([1, 2], [0, 1], Infinity))).toMatchObject({
      recall: 0,
      fpr: 0,
      precision: null,
    });
    expect(confusionRates(confusionCounts([1, 2], [0, 1], -Infinity))).toMatchObject({ recall: 1, fpr: 1 });
    expectError(() => confusionCounts([1], [1], Number.NaN), 'BAD_ARGUMENT', undefined);
  });
});

function trapezoid(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return area;
}

function expectAllClose(found: Float64Array, expected: number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expectClose(found[i]!, value);
}

function expectError(act: () => unknown, code: string, index: number | undefined): void {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(MetricError);
    expect(error).toMatchObject({ code, index });
    return;
  }
  expect.fail(`no error; wanted ${code}`);
}
