// Batch norm in training: its values, its statistics and its gradient; against torch it is tested within STPM's student.
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { batchNorm } from '../../src/methods/parts/batch-norm.js';
import { expectGradients } from '../kernels/gradients.js';

const EPSILON = 1e-2;

describe.each(['cpu', 'wasm'] as const)('batch norm on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  const drawn = (seed: number, shape: [number, number, number, number]) =>
    tf.randomNormal<tf.Rank.R4>(shape, 3, 2, 'float32', seed);

  test('standardises by its batch, and tells the statistics', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const x = drawn(1, [2, 3, 5, 7]);
      const affine = { scale: tf.range(1, 8), offset: tf.range(-3, 4) };
      const told: number[][] = [];
      const y = batchNorm(x, affine, EPSILON, ({ mean, variance }) =>
        told.push([...mean.dataSync()], [...variance.dataSync()]),
      );
      expect(told.length).toBe(2);
      const values = x.arraySync();
      const [found, scales, offsets] = [y.arraySync(), affine.scale.dataSync(), affine.offset.dataSync()];
      for (let c = 0; c < 7; c++) {
        const channel = values.flat(2).map((at) => at[c]!);
        const mean = channel.reduce((sum, v) => sum + v, 0) / 30;
        const squares = channel.reduce((sum, v) => sum + (v - mean) ** 2, 0);
        expect(told[0]![c]).toBeCloseTo(mean, 5);
        expect(told[1]![c]).toBeCloseTo(squares / 29, 4);
        for (const [i, v] of channel.entries()) {
          const wanted = ((v - mean) / Math.sqrt(squares / 30 + EPSILON)) * scales[c]! + offsets[c]!;
          expect(found.flat(2)[i]![c]).toBeCloseTo(wanted, 4);
        }
      }
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('its gradients are right by x, scale and offset', () => {
    const vector = (tensor: Tensor4D): Tensor1D => tensor.as1D();
    tf.tidy(() => {
      const inputs = [drawn(1, [2, 3, 2, 4]), drawn(2, [1, 1, 1, 4]), drawn(3, [1, 1, 1, 4])];
      expectGradients(
        (x, scale, offset) => batchNorm(x!, { scale: vector(scale!), offset: vector(offset!) }, EPSILON, () => {}),
        inputs,
        1e-1,
        5e-3,
      );
    });
  });

  test('a batch of equal values is only shifted, and one value is refused', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const affine = { scale: tf.ones<tf.Rank.R1>([2]), offset: tf.tensor1d([1, -1]) };
      const even = batchNorm(tf.fill([1, 2, 2, 2], 7), affine, EPSILON, () => {});
      expect([...even.dataSync()]).toEqual([1, -1, 1, -1, 1, -1, 1, -1]);
      const one = () => batchNorm(tf.ones([1, 1, 1, 2]), affine, EPSILON, () => {});
      expect(one).toThrow(/BAD_ARGUMENT.*more than one value per channel, not \[1,1,1,2\]/);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
