// What randomProjection promises; its normal numbers against SciPy (test/reference/flow_fixtures.py). That PatchCore's projections are
// those of its reference: test/methods/golden.test.ts.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RandomProjectionOptions, randomProjection } from '../../src/kernels/index.js';
import {
  GAUSSIAN,
  normalOf,
  type ProjectionNumbers,
  projectionEntries,
  SPARSE,
  UNIFORM,
} from '../../src/kernels/random-projection/entries.js';
import { outputBlock } from '../../src/kernels/random-projection/plan.js';
import { readFixture } from '../helpers/fixture.js';
import { squaredDistance, uniformArray } from '../helpers/random-arrays.js';
import { BACKENDS, use } from './backends.js';

const { normal } = readFixture<{ normal: { words: number[]; values: number[] } }>('flow.json');

function project(rows: Float32Array, inputs: number, options: RandomProjectionOptions): Float32Array {
  const before = tf.memory().numTensors;
  const given = tf.tensor2d(rows, [rows.length / inputs, inputs]);
  const projected = randomProjection(given, options);
  expect(projected.shape).toEqual([rows.length / inputs, options.outputs]);
  const values = projected.dataSync<'float32'>();
  tf.dispose([given, projected]);
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

function entriesOf(kind: number, inputs: number, outputs: number, density = 1): Float32Array {
  const numbers: ProjectionNumbers = { kind, outputs, seed: 5, density };
  return projectionEntries(numbers, inputs, 0, outputs);
}

test('words give the normal quantile', () => {
  normal.words.forEach((word, i) => {
    expect(Math.abs(normalOf(word) - normal.values[i]!)).toBeLessThan(1e-6 * Math.max(1, Math.abs(normal.values[i]!)));
  });
});

test('entries have their mean, variance and kurtosis', () => {
  const count = 400 * 500;
  const moment = (entries: Float32Array, power: number) =>
    entries.reduce((sum, entry) => sum + entry ** power, 0) / count;
  // The deviation of a moment of n draws is below sqrt(E x^(2 power) / n); five of them are allowed.
  const within = (found: number, wanted: number, deviation: number) =>
    expect(Math.abs(found - wanted)).toBeLessThan(5 * (deviation / Math.sqrt(count)));
  const gaussian = entriesOf(GAUSSIAN, 400, 500).map((entry) => entry * Math.sqrt(500));
  within(moment(gaussian, 1), 0, 1);
  within(moment(gaussian, 2), 1, Math.sqrt(3));
  within(moment(gaussian, 3), 0, Math.sqrt(15));
  within(moment(gaussian, 4), 3, Math.sqrt(105));
  const uniform = entriesOf(UNIFORM, 400, 500).map((entry) => entry * 20);
  within(moment(uniform, 1), 0, 1 / Math.sqrt(3));
  within(moment(uniform, 2), 1 / 3, 1 / Math.sqrt(5));
  expect(uniform.every((entry) => Math.abs(entry) <= 1)).toBe(true);
  const sparse = entriesOf(SPARSE, 400, 500, 1 / 3);
  const size = Math.fround(Math.sqrt(3 / 500));
  expect(new Set(sparse)).toEqual(new Set([0, size, -size]));
  within(sparse.filter((entry) => entry > 0).length / count, 1 / 6, 1);
  within(sparse.filter((entry) => entry < 0).length / count, 1 / 6, 1);
});

test('a block never holds more than a mebibyte, or eight outputs', () => {
  for (const [inputs, outputs] of [
    [1, 1],
    [1024, 128],
    [1536, 300],
    [32_769, 9],
    [2 ** 20, 65_536],
  ] as const) {
    const block = outputBlock(inputs, outputs);
    expect(block).toBeGreaterThanOrEqual(1);
    expect(block).toBeLessThanOrEqual(outputs);
    expect(block <= 8 || block * inputs <= 2 ** 18).toBe(true);
  }
});

describe.each(BACKENDS)('randomProjection on $name', (backend) => {
  beforeAll(() => use(backend));

  test('unit rows show the entries, uniform and sparse ones to the last bit', () => {
    const inputs = 37;
    const unit = Float32Array.from({ length: inputs * inputs }, (_, i) => Number(i % (inputs + 1) === 0));
    const options = { outputs: 21, seed: 5 };
    const uniform = project(unit, inputs, { ...options, kind: 'uniform' });
    expect(uniform).toEqual(entriesOf(UNIFORM, inputs, 21));
    const sparse = project(unit, inputs, { ...options, kind: 'sparse', density: 0.25 });
    expect(sparse.map((value) => value + 0)).toEqual(entriesOf(SPARSE, inputs, 21, 0.25));
    const gaussian = project(unit, inputs, { ...options, kind: 'gaussian' });
    entriesOf(GAUSSIAN, inputs, 21).forEach((entry, i) => {
      expect(Math.abs(gaussian[i]! - entry)).toBeLessThan(2e-6 * Math.max(Math.abs(entry), 1 / Math.sqrt(21)));
    });
  });

  test.each([
    ['uniform', Math.sqrt((3 * 1024) / 128)],
    ['sparse', 1],
    ['gaussian', 1],
  ] as const)('%s: distances keep their scale within a quarter, and in the mean', (kind, scale) => {
    const rows = uniformArray(1, 60 * 1024);
    const projected = project(rows, 1024, { kind, outputs: 128, seed: 1001 });
    const row = (of: Float32Array, width: number, i: number) => of.subarray(i * width, (i + 1) * width);
    let sum = 0;
    for (let i = 1; i < 60; i++) {
      const found = squaredDistance(row(projected, 128, 0), row(projected, 128, i));
      const ratio = scale * Math.sqrt(found / squaredDistance(row(rows, 1024, 0), row(rows, 1024, i)));
      expect(Math.abs(ratio - 1)).toBeLessThan(0.25);
      sum += ratio;
    }
    expect(Math.abs(sum / 59 - 1)).toBeLessThan(0.1);
  });

  test('a row does not depend on the rows beside it; another seed is another matrix', () => {
    for (const kind of ['uniform', 'sparse', 'gaussian'] as const) {
      const rows = uniformArray(2, 23 * 300);
      const options = { kind, outputs: 40, seed: 9 };
      const all = project(rows, 300, options);
      const alone = project(rows.subarray(20 * 300, 21 * 300), 300, options);
      expect(alone).toEqual(all.slice(800, 840));
      expect(project(rows, 300, { ...options, seed: 10 })).not.toEqual(all);
    }
  });

  test('bad arguments are refused by name', () => {
    const [rows, empty] = [tf.zeros<tf.Rank.R2>([2, 3]), tf.zeros<tf.Rank.R2>([0, 3])];
    const before = tf.memory().numTensors;
    const options = { kind: 'sparse', outputs: 2, seed: 0 } as const;
    expect(() => randomProjection(empty, options)).toThrow(/BAD_ARGUMENT.*rows must be \[N, D\], not \[0, 3\]/);
    expect(() => randomProjection(rows, { ...options, outputs: 0 })).toThrow(/BAD_ARGUMENT.*outputs/);
    expect(() => randomProjection(rows, { ...options, seed: 2 ** 32 })).toThrow(/BAD_ARGUMENT.*seed/);
    expect(() => randomProjection(rows, { ...options, density: 0 })).toThrow(/BAD_ARGUMENT.*density/);
    // @ts-expect-error the kind is checked at run time too
    expect(() => randomProjection(rows, { ...options, kind: 'cauchy' })).toThrow(
      /must be one of uniform,sparse,gaussian/,
    );
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([rows, empty]);
  });
});
