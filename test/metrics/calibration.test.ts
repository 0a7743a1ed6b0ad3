// Conformal thresholds, costs, speed and memory: against counting in exact fractions, SciPy and NumPy, and their definitions.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bankBytes,
  type ConfusionCounts,
  cheapestThreshold,
  conformalPValues,
  conformalThreshold,
  confusionCounts,
  expectedCost,
  latencySummary,
  memorySummary,
  operatingCurve,
  throughput,
} from '../../src/metrics/index.js';
import { readFixture } from '../helpers/fixture.js';
import { expectRelative } from './relative.js';

const reference = readFixture<{
  conformal: {
    normal: number[];
    scores: number[];
    pValues: number[];
    thresholds: {
      rate: [number, number];
      threshold: number;
      guaranteedRate: number;
      boundedRate: number;
      met: boolean;
    }[];
  }[];
  percentiles: { values: number[]; p50: number; p90: number; p95: number; p99: number }[];
}>('statistics.json');

const score = fc.constantFrom(-1, -0, 0, 0.25, 0.5, 2);
const scored = fc.array(fc.tuple(score, fc.constantFrom(0, 1)), { maxLength: 30 });
const split = (list: [number, number][]): [number[], number[]] => [list.map(([s]) => s), list.map(([, y]) => y)];

describe('conformal calibration', () => {
  test.each(reference.conformal)('as counted: $normal.length scores', ({ normal, scores, pValues, thresholds }) => {
    expect([...conformalPValues(normal, scores)]).toEqual(pValues);
    for (const { rate, threshold, guaranteedRate, boundedRate, met } of thresholds) {
      const found = conformalThreshold(normal, rate[0] / rate[1])!;
      expect([found.threshold, found.count, found.guaranteedRate]).toEqual([threshold, normal.length, guaranteedRate]);
      expectRelative(found.boundedRate, boundedRate);
      expect(found.warning === null).toBe(met);
    }
  });

  test('flags just what has a p-value of at most the rate', () => {
    const normal = fc.array(score, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(normal, score, fc.integer({ min: 1, max: 60 }), (list, one, part) => {
        const rate = part / 61;
        const { threshold, warning } = conformalThreshold(list, rate)!;
        // Rounding of the rate is kept away from the p-value's steps.
        const p = conformalPValues(list, [one])[0]!;
        if (warning === null) expect(one > threshold).toBe(p <= rate + 1e-12);
      }),
    );
  });

  test('leaves at most the guaranteed rate of new good images above, over all ways to draw them', () => {
    // Exchangeable scores: each of n + 1 is the new one equally often.
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 2, maxLength: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, rate) => {
          const thresholds = all.map(
            (_, i) =>
              conformalThreshold(
                all.filter((__, j) => j !== i),
                rate,
              )!,
          );
          const flagged = all.filter((one, i) => one > thresholds[i]!.threshold).length;
          expect(flagged / all.length).toBeLessThanOrEqual(thresholds[0]!.guaranteedRate + 1e-12);
        },
      ),
    );
  });

  test('without calibration scores there is no threshold, and no score is unusual', () => {
    expect(conformalThreshold([], 0.1)).toBeNull();
    expect([...conformalPValues([], [1, 2])]).toEqual([1, 1]);
  });
});

describe('costs', () => {
  const costs = { miss: 50, falseAlarm: 1, defectRate: 0.02 };

  test('the curve: nothing flagged, then everything', () => {
    const curve = operatingCurve([1, 2, 2, 3], [0, 0, 1, 1])!;
    expect([...curve.falseAlarmsPer1000]).toEqual([0, 0, 500, 1000]);
    expect([...curve.missRate]).toEqual([1, 0.5, 0, 0]);
    expect([...curve.thresholds]).toEqual([Infinity, 3, 2, 1]);
    expect(operatingCurve([1, 2], [1, 1])).toBeNull();
  });

  test('weighs both errors by how often their class occurs', () => {
    const counts: ConfusionCounts = { truePositives: 3, falseNegatives: 1, falsePositives: 2, trueNegatives: 8 };
    expect(expectedCost(counts, costs)).toBeCloseTo(0.98 * 0.2 + 0.02 * 0.25 * 50, 14);
    expect(expectedCost(counts, { miss: 7, falseAlarm: 3 })).toBeCloseTo((7 * 1 + 3 * 2) / 14, 14);
  });

  test('one class missing: null only if it occurs', () => {
    const good: ConfusionCounts = { truePositives: 0, falseNegatives: 0, falsePositives: 1, trueNegatives: 3 };
    expect(expectedCost(good, costs)).toBeNull();
    expect(expectedCost(good, { ...costs, defectRate: 0 })).toBe(0.25);
    expect(expectedCost(good, { miss: 1, falseAlarm: 2 })).toBe(0.5);
    expect(cheapestThreshold([1, 2], [0, 0], { miss: 1, falseAlarm: 2 })?.threshold).toBe(Infinity);
    expect(cheapestThreshold([1, 2], [1, 1], { miss: 1, falseAlarm: 2 })?.threshold).toBe(1);
    expect(cheapestThreshold([], [], costs)).toBeNull();
  });

  test('the cheapest threshold is that of all, the lowest of equals', () => {
    const cost = fc.integer({ min: 0, max: 8 });
    const rate = fc.option(fc.constantFrom(0.25, 0.5), { nil: undefined });
    fc.assert(
      fc.property(scored, cost, cost, rate, (list, miss, falseAlarm, defectRate) => {
        const [scores, labels] = split(list);
        const at = { miss, falseAlarm, ...(defectRate !== undefined && { defectRate }) };
        const found = cheapestThreshold(scores, labels, at);
        const tried = [...new Set(scores.map((s) => s + 0)), Infinity].map((threshold) => {
          return { threshold, cost: expectedCost(confusionCounts(scores, labels, threshold), at) };
        });
        if (found === null) {
          expect(tried.every((one) => one.cost === null)).toBe(true);
          return;
        }
        const least = Math.min(...tried.map((one) => one.cost!));
        expect(found.cost).toBe(least);
        expect(found.threshold).toBe(
          Math.min(...tried.filter((one) => one.cost === least).map((one) => one.threshold)),
        );
        expect(found.counts).toEqual(confusionCounts(scores, labels, found.threshold));
      }),
    );
  });

  test('equal costs at the share in the data: the least number of errors', () => {
    const { counts } = cheapestThreshold([1, 2, 3, 4, 5], [0, 1, 0, 1, 1], { miss: 1, falseAlarm: 1 })!;
    expect(counts.falsePositives + counts.falseNegatives).toBe(1);
  });
});

describe('efficiency', () => {
  test.each(reference.percentiles)('percentiles as NumPy: $values.length', ({ values, p50, p90, p95, p99 }) => {
    const found = latencySummary(values, 0)!;
    expectRelative(found.median, p50);
    expectRelative(found.p90, p90);
    expectRelative(found.p95, p95);
    expectRelative(found.p99, p99);
    expect([found.min, found.max, found.count]).toEqual([Math.min(...values), Math.max(...values), values.length]);
  });

  test('the first ten measurements are the warm-up', () => {
    const times = Array.from({ length: 60 }, (_, i) => (i < 10 ? 1000 : 20));
    expect(latencySummary(times)).toEqual({
      ...{ count: 50, mean: 20, sd: 0, min: 20, median: 20, p90: 20, p95: 20, p99: 20, max: 20, fps: 50 },
      warning: null,
    });
    expect(latencySummary(times, 11)?.warning).toMatch(/^49 measurements are few/);
    expect(latencySummary(times, 60)).toBeNull();
    expect(latencySummary([0], 0)).toMatchObject({ sd: null, fps: null });
  });

  test('throughput, memory, sizes', () => {
    expect(throughput(40, 2000)).toEqual({ perImage: 50, fps: 20 });
    expect(throughput(0, 2000)).toBeNull();
    expect(throughput(3, 0)).toEqual({ perImage: 0, fps: null });
    expect(memorySummary([100, 300, 250])).toEqual({ peak: 300, risen: 200 });
    expect(memorySummary([])).toBeNull();
    expect(bankBytes(1000, 1536)).toBe(6_144_000);
    expect(bankBytes(1000, 1536, 2)).toBe(3_072_000);
  });
});
