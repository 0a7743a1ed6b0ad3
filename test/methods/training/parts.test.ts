// The training loop's parts that need no tensors: schedules, batches, the validation split.
import { describe, expect, test } from 'vitest';
import { Batches, splitValidation, stepsPerEpoch } from '../../../src/methods/parts/training/batches.js';
import { clipScale } from '../../../src/methods/parts/training/optimizer.js';
import { rateFactor, type ScheduleInput, scheduleSchema } from '../../../src/methods/parts/training/schedule.js';

const factors = (schedule: ScheduleInput, steps: readonly number[], length = { steps: 40, stepsPerEpoch: 4 }) =>
  steps.map((step) => rateFactor(scheduleSchema.parse(schedule), step, length));

describe('schedules by whole epochs', () => {
  test('constant, step, milestones', () => {
    expect(factors({ kind: 'constant' }, [0, 39])).toEqual([1, 1]);
    expect(factors({ kind: 'step', every: 3, factor: 0.5 }, [0, 11, 12, 23, 24])).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(factors({ kind: 'milestones', at: [8, 9], factor: 0.2 }, [31, 32, 36])).toEqual([1, 0.2, 0.2 ** 2]);
  });

  test('cosine and polynomial over all epochs', () => {
    const [start, same, middle, last] = factors({ kind: 'cosine', final: 0.1 }, [0, 3, 20, 39]);
    expect([start, same]).toEqual([1, 1]);
    expect(middle).toBeCloseTo(0.55, 12);
    expect(last).toBeCloseTo(0.1 + (0.9 * (1 + Math.cos(0.9 * Math.PI))) / 2, 12);
    expect(factors({ kind: 'polynomial', power: 0.9 }, [0, 20, 39])).toEqual([
      1,
      0.5 ** 0.9,
      expect.closeTo(0.1 ** 0.9, 12),
    ]);
  });

  test('several epochs at a time', () => {
    const schedule: ScheduleInput = { kind: 'cosine', unit: { epochs: 5 } };
    expect(factors(schedule, [0, 19, 20, 39])).toEqual([1, 1, 0.5, 0.5].map((factor) => expect.closeTo(factor, 12)));
    const rising: ScheduleInput = { kind: 'constant', unit: { epochs: 2 }, warmUp: { length: 1, from: 0 } };
    expect(factors(rising, [0, 2, 7, 8])).toEqual([0, 0.25, 0.875, 1]);
  });

  test('the warm-up rises by steps to where the schedule is at its end', () => {
    const schedule: ScheduleInput = { kind: 'cosine', final: 1e-3, warmUp: { length: 2, from: 0.1 } };
    const found = factors(schedule, [0, 1, 4, 7, 8]);
    const target = 1e-3 + (0.999 * (1 + Math.cos(0.2 * Math.PI))) / 2;
    const wanted = [0.1, 0.1 + 0.9 / 8, 0.55, 0.1 + (0.9 * 7) / 8, 1].map((part) => part * target);
    found.forEach((factor, i) => {
      expect(factor).toBeCloseTo(wanted[i]!, 12);
    });
  });

  test('the schema refuses what is none', () => {
    for (const wrong of [
      { kind: 'cosine', unit: { epochs: 0 } },
      { kind: 'cosine', final: 2 },
      { kind: 'step', every: 0, factor: 1 },
      { kind: 'linear' },
    ]) {
      expect(scheduleSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

test('a norm is clipped to its limit and no smaller one', () => {
  expect(clipScale(10, 1e-3) * 10).toBeCloseTo(1e-3, 8);
  expect(clipScale(5e-4, 1e-3)).toBe(1);
  expect(clipScale(1e9, undefined)).toBe(1);
});

/** By the generator's twin in test/reference/seeded_random.py. */
const BATCHES_OF_SEED_5 = [[2, 0, 4], [1, 6, 3], [5], [1, 4, 6], [3, 2, 0], [5]];

describe('batches', () => {
  const plan = { samples: 7, batchSize: 3, dropLast: false, seed: 5 };

  test('are known numbers for a seed, another order each epoch, the same from any step on', () => {
    const batches = new Batches(plan);
    const all = Array.from({ length: 6 }, (_, step) => batches.at(step));
    expect(all).toEqual(BATCHES_OF_SEED_5);
    for (const step of [4, 0, 5]) expect(new Batches(plan).at(step)).toEqual(all[step]);
    for (const epoch of [all.slice(0, 3), all.slice(3)]) {
      expect(epoch.flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(epoch.map(({ length }) => length)).toEqual([3, 3, 1]);
    }
    expect(new Batches({ ...plan, seed: 6 }).at(0)).not.toEqual(all[0]);
  });

  test('the last one is left out on demand', () => {
    const batches = new Batches({ ...plan, dropLast: true });
    expect(stepsPerEpoch({ ...plan, dropLast: true })).toBe(2);
    expect([0, 1, 2, 3].map((step) => batches.at(step).length)).toEqual([3, 3, 3, 3]);
    expect(() => new Batches({ ...plan, samples: 2, dropLast: true })).toThrow(
      /BAD_CONFIG.*2 training images make no batch of 3/,
    );
  });
});

test('the validation split: a part, disjoint, seeded', () => {
  const { training, validation } = splitValidation(10, 0.2, 1);
  expect(validation).toHaveLength(2);
  expect([...training, ...validation].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(splitValidation(10, 0.2, 1)).toEqual({ training, validation });
  expect(splitValidation(10, 0.2, 2).validation).not.toEqual(validation);
  expect(splitValidation(3, 0.01, 0).validation).toHaveLength(1);
  expect(splitValidation(2, 0.99, 0).training).toHaveLength(1);
  expect(splitValidation(1, 0.5, 0)).toEqual({ training: [0], validation: [] });
  expect(() => splitValidation(5, 1, 0)).toThrow(/BAD_CONFIG.*must be above 0 and below 1, not 1/);
});
