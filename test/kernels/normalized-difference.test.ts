// What normalizedDifference promises. Its values and gradients against PyTorch: maps-golden.test.ts.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { normalizedDifference } from '../../src/kernels/index.js';
import { uniformArray } from '../helpers/random-arrays.js';
import { BACKENDS, use } from './backends.js';
import { expectGradients } from './gradients.js';

const KINDS = ['squared', 'cosine'] as const;

function maps(seed: number, shape: [number, number, number, number]): tf.Tensor4D {
  return tf.tensor4d(uniformArray(seed, tf.util.sizeFromShape(shape)), shape);
}

describe.each(BACKENDS)('normalizedDifference on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(KINDS)('the gradient of %s is its slope', (kind) => {
    const before = tf.memory().numTensors;
    const inputs = [maps(1, [2, 3, 2, 7]), maps(2, [2, 3, 2, 7])];
    expectGradients((a, b) => normalizedDifference(a!, b!, kind), inputs, 1e-2, 1e-3);
    tf.dispose(inputs);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(KINDS)('the gradient of %s is at right angles to the vector, and none where a multiple is met', (kind) => {
    const [a, b] = [maps(3, [1, 2, 2, 33]), maps(4, [1, 2, 2, 33])];
    const [byA] = tf.grads((x, y) => normalizedDifference(x as tf.Tensor4D, y as tf.Tensor4D, kind))([a, b]);
    const along = byA!.mul(a).sum(3).abs().max().arraySync() as number;
    expect(along).toBeLessThan(1e-6);
    const thrice = b.mul<tf.Tensor4D>(3);
    const [none] = tf.grads((x, y) => normalizedDifference(x as tf.Tensor4D, y as tf.Tensor4D, kind))([thrice, b]);
    expect(none!.abs().max().arraySync()).toBeLessThan(1e-6);
    tf.dispose([a, b, byA!, thrice, none!]);
  });

  test('bad arguments are refused by name', () => {
    const [a, b, empty] = [maps(5, [1, 2, 2, 3]), maps(6, [1, 2, 2, 4]), tf.zeros<tf.Rank.R4>([1, 2, 2, 0])];
    const before = tf.memory().numTensors;
    expect(() => normalizedDifference(a, b, 'squared')).toThrow(
      /BAD_ARGUMENT.*b must be \[B, H, W, C\], not \[1, 2, 2, 4\]/,
    );
    expect(() => normalizedDifference(empty, empty, 'squared')).toThrow(/BAD_ARGUMENT.*a must be/);
    // @ts-expect-error the kind is checked at run time too
    expect(() => normalizedDifference(a, a, 'l1')).toThrow(/BAD_ARGUMENT.*kind must be one of squared,cosine/);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b, empty]);
  });
});
