// What gaussianBlur promises. Its values against SciPy: maps-golden.test.ts and test/methods/golden.test.ts.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { gaussianTaps, reflected } from '../../src/kernels/gaussian-blur/plan.js';
import { gaussianBlur } from '../../src/kernels/index.js';
import { BACKENDS, use } from './backends.js';

test('the kernel of sigma 4 has 33 taps that sum to 1', () => {
  const kernel = gaussianTaps(4);
  expect(kernel).toHaveLength(33);
  expect(kernel.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  expect(kernel[16]! / kernel[12]!).toBeCloseTo(Math.exp(0.5), 10);
});

test('borders: with the edge or about its centre, more than once where need be', () => {
  expect([...reflected(3, 4, 'edge')]).toEqual([2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
  expect([...reflected(3, 4, 'centre')]).toEqual([0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2]);
  expect([...reflected(1, 2, 'centre')]).toEqual([0, 0, 0, 0, 0]);
});

describe.each(BACKENDS)('gaussianBlur on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(['edge', 'centre'] as const)(
    'with border %s it keeps a constant, also where the kernel outgrows the map',
    async (border) => {
      for (const [height, width] of [
        [1, 1],
        [3, 2],
        [5, 40],
      ] as const) {
        const before = tf.memory().numTensors;
        const maps = tf.fill<tf.Rank.R4>([1, height, width, 2], 2);
        const blurred = gaussianBlur(maps, 4, { border });
        for (const value of await blurred.data()) expect(value).toBeCloseTo(2, 6);
        tf.dispose([maps, blurred]);
        expect(tf.memory().numTensors).toBe(before);
      }
    },
  );

  test('bad arguments are refused by name', () => {
    const maps = tf.zeros<tf.Rank.R4>([1, 4, 4, 1]);
    const empty = tf.zeros<tf.Rank.R4>([1, 4, 0, 1]);
    const before = tf.memory().numTensors;
    expect(() => gaussianBlur(empty, 4)).toThrow(/BAD_ARGUMENT.*gaussianBlur: maps must be \[B, H, W, C\]/);
    for (const sigma of [-1, Number.NaN, 1025]) {
      expect(() => gaussianBlur(maps, sigma)).toThrow(/BAD_ARGUMENT.*sigma must be a number in 0\.\.1024/);
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([maps, empty]);
  });
});
