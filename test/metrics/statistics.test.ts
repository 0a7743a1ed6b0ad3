// Means, forgetting and significance: against SciPy and exact arithmetic, against their definitions, by their symmetries.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betaQuantile, normalTwoSided, regularizedBeta, studentTwoSided } from '../../src/metrics/beta.js';
import {
  forgettingMeasure,
  markBest,
  meanOverCategories,
  meanOverRepeats,
  type RepeatMean,
  welchTest,
} from '../../src/metrics/index.js';
import { readFixture } from '../helpers/fixture.js';
import { expectRelative } from './relative.js';

const reference = readFixture<{
  welch: { first: number[]; second: number[]; t: number; dof: number; p: number }[];
  student: [t: number, dof: number, p: number][];
  beta: [x: number, a: number, b: number, value: number][];
  normal: [confidence: number, z: number][];
}>('statistics.json');

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('distributions', () => {
  test("Student's t to 1e-10, far into the tail", () => {
    for (const [t, dof, p] of reference.student) {
      expectRelative(studentTwoSided(t, dof), p, 1e-10);
      expect(studentTwoSided(-t, dof)).toBe(studentTwoSided(t, dof));
    }
    expect([studentTwoSided(0, 3), studentTwoSided(Infinity, 3)]).toEqual([1, 0]);
  });

  test('the incomplete beta function for shapes from 0.1 to 1e5', () => {
    expect(reference.beta.length).toBeGreaterThan(20);
    for (const [x, a, b, share] of reference.beta) expectRelative(regularizedBeta(x, 1 - x, a, b), share, 1e-10);
  });

  test('closed forms of the incomplete beta function', () => {
    const shape = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), shape, (x, a) => {
        expectRelative(regularizedBeta(x, 1 - x, a, 1), x ** a, 1e-10);
        expect(regularizedBeta(x, 1 - x, a, 2.5) + regularizedBeta(1 - x, x, 2.5, a)).toBeCloseTo(1, 12);
      }),
    );
    expect([regularizedBeta(0, 1, 2, 3), regularizedBeta(1, 0, 2, 3)]).toEqual([0, 1]);
    expect(regularizedBeta(0.5, 0.5, 7, 7)).toBeCloseTo(0.5, 14);
    // The share below which a fair coin stays under 30 heads in 99 flips, as a sum of binomials: I_1/2(70, 30).
    let [term, sum] = [2 ** -99, 0];
    for (let k = 0; k < 30; k++) {
      sum += term;
      term *= (99 - k) / (k + 1);
    }
    expectRelative(regularizedBeta(0.5, 0.5, 70, 30), sum, 1e-10);
  });

  test('quantiles turn them round', () => {
    for (const [confidence, z] of reference.normal) expectRelative(normalTwoSided(confidence), z, 1e-9);
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (share, a, b) => {
          const x = betaQuantile(share, a, b);
          expect(regularizedBeta(x, 1 - x, a, b)).toBeCloseTo(share, 10);
        },
      ),
    );
  });
});

describe('means', () => {
  test('over categories: null unless the undefined are left out, and then with the number used', () => {
    const mixed = { bottle: 0.9, cable: null, capsule: 0.7 };
    expect(meanOverCategories(mixed)).toEqual({ mean: null, spreadOverCategories: null, used: 2, of: 3 });
    const { mean, ...rest } = meanOverCategories(mixed, { skipUndefined: true });
    expect(mean).toBeCloseTo(0.8, 14);
    expect(rest).toEqual({ spreadOverCategories: expect.closeTo(0.1, 14), used: 2, of: 3 });
    const none = { mean: null, spreadOverCategories: null };
    expect(meanOverCategories([])).toEqual({ ...none, used: 0, of: 0 });
    expect(meanOverCategories([null], { skipUndefined: true })).toEqual({ ...none, used: 0, of: 1 });
    expect(meanOverCategories(Float32Array.of(0.5))).toEqual({ mean: 0.5, spreadOverCategories: 0, used: 1, of: 1 });
  });

  test('over repeats: one has no standard deviation', () => {
    expect(meanOverRepeats([0.25])).toEqual({ mean: 0.25, sd: null, count: 1 });
    expect(meanOverRepeats([1, 3])).toEqual({ mean: 2, sd: Math.SQRT2, count: 2 });
    expect(meanOverRepeats([1, null, 3])).toEqual({ mean: null, sd: null, count: 2 });
    expect(meanOverRepeats([1, null, 3], { skipUndefined: true })).toEqual({ mean: 2, sd: Math.SQRT2, count: 2 });
  });

  test('equal values have that mean and no spread at all; large ones do not overflow', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 2, max: 50 }), (x, count) => {
        expect(meanOverRepeats(Array(count).fill(x))).toEqual({ mean: x + 0, sd: 0, count });
      }),
    );
    expect(meanOverRepeats([1.5e308, 1.5e308]).mean).toBe(1.5e308);
  });

  test('a shift moves the mean and not the deviation', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 20 }), (list) => {
        const [here, there] = [meanOverRepeats(list), meanOverRepeats(list.map((x) => x + 4096))];
        expect(there.mean! - here.mean!).toBeCloseTo(4096, 9);
        expect(there.sd).toBeCloseTo(here.sd!, 9);
      }),
    );
  });
});

describe('forgettingMeasure', () => {
  test('one task has nothing to forget; no task has nothing', () => {
    expect(forgettingMeasure([[0.9]])).toEqual({ fm: null, perTask: [], finalMean: 0.9, justLearntMean: 0.9 });
    expect(forgettingMeasure([])).toEqual({ fm: null, perTask: [], finalMean: null, justLearntMean: null });
  });

  test('an undefined value spoils its column and what is summed over it', () => {
    const matrix = [[0.75], [null, 0.5], [0.5, 0.25, 1]];
    expect(forgettingMeasure(matrix)).toEqual({
      fm: null,
      perTask: [null, 0.25],
      finalMean: expect.closeTo(1.75 / 3, 14),
      justLearntMean: 0.75,
    });
  });

  test('what lies above the diagonal does not count', () => {
    const below = [[0.8], [0.6, 0.9]];
    expect(forgettingMeasure([[0.8, 5], ...below.slice(1)])).toEqual(forgettingMeasure(below));
  });

  test('never larger than the best earlier value less the last, over random matrices', () => {
    const matrix = fc.integer({ min: 2, max: 6 }).chain((tasks) => {
      const rows = Array.from({ length: tasks }, (_, l) => {
        return fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: l + 1, maxLength: l + 1 });
      });
      return fc.tuple(...rows);
    });
    fc.assert(
      fc.property(matrix, (rows) => {
        const { fm, perTask } = forgettingMeasure(rows);
        const last = rows.length - 1;
        const expected = Array.from({ length: last }, (_, j) => {
          let best = -Infinity;
          for (let l = j; l < last; l++) best = Math.max(best, rows[l]![j]!);
          return best - rows[last]![j]!;
        });
        expect(perTask).toEqual(expected);
        expect(fm).toBeCloseTo(expected.reduce((a, b) => a + b) / last, 12);
      }),
    );
  });
});

describe('significance', () => {
  test.each(reference.welch)('as SciPy: p $p', ({ first, second, t, dof, p }) => {
    const found = welchTest(meanOverRepeats(first), meanOverRepeats(second));
    expectRelative(found?.t, t);
    expectRelative(found?.dof, dof);
    expectRelative(found?.p, p);
  });

  test('the groups may change places', () => {
    const group = fc.array(value, { minLength: 2, maxLength: 8 }).map((list) => meanOverRepeats(list));
    fc.assert(
      fc.property(group, group, (a, b) => {
        const [there, back] = [welchTest(a, b)!, welchTest(b, a)!];
        if (there.dof === null) expect(back.t).toBe(-there.t + 0);
        else expectRelative(back.t, -there.t, 1e-12);
        expect(back.p).toBeCloseTo(there.p, 12);
        expect(there.p >= 0 && there.p <= 1).toBe(true);
      }),
    );
  });

  test('no variance, one group without, too few, none', () => {
    const fixed = (mean: number, sd: number | null, count: number): RepeatMean => ({ mean, sd, count });
    expect(welchTest(fixed(1, 0, 3), fixed(1, 0, 4))).toEqual({ t: 0, dof: null, p: 1 });
    expect(welchTest(fixed(1, 0, 3), fixed(2, 0, 4))).toEqual({ t: -Infinity, dof: null, p: 0 });
    expect(welchTest(fixed(1, 0, 3), fixed(2, 1, 4))?.dof).toBe(3);
    expect(welchTest(fixed(1, 1e-200, 3), fixed(1 + 2e-16, 1e-200, 3))?.dof).toBeCloseTo(4, 10);
    expect(welchTest(fixed(1, null, 1), fixed(2, 1, 4))).toBeNull();
    expect(welchTest({ mean: null, sd: null, count: 2 }, fixed(2, 1, 4))).toBeNull();
  });

  test('the best, and what it cannot be told from, are marked', () => {
    const tank = (mean: number, sd: number | null, count = 8): RepeatMean => ({ mean, sd, count });
    const marks = markBest([tank(75.9, 2.4), tank(77.2, 0.3), tank(50, 0.2), tank(77, null, 1), tank(77.2, 9)]);
    expect(marks.map(({ best }) => best)).toEqual([false, true, false, false, true]);
    expect(marks.map(({ marked }) => marked)).toEqual([true, true, false, false, true]);
    expect(marks[0]!.p).toBeCloseTo(0.17097196788813587, 9);
    expect(marks[3]).toEqual({ best: false, p: null, marked: false });
    expect(markBest([tank(3, 0.1), tank(2, 0.1)], { better: 'lower' }).map(({ best }) => best)).toEqual([false, true]);
    expect(markBest([{ mean: null, sd: null, count: 0 }])).toEqual([{ best: false, p: null, marked: false }]);
    expect(markBest([])).toEqual([]);
  });
});
