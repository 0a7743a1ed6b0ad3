// What the conformance walk cannot see of sgdStep and adamStep: shapes kept, inputs refused, nothing left behind.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { type AdamRule, adamStep, type SgdRule, sgdStep } from '../../src/kernels/index.js';

const SGD: SgdRule = { rate: 0.5, momentum: 0.5, nesterov: false, weightDecay: 0 };
const ADAM: AdamRule = {
  rate: 0.5,
  betas: [0.5, 0.5],
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: false,
  amsgrad: false,
};

describe.each(['cpu', 'wasm'] as const)('%s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  test('by hand: two steps of SGD with momentum on a scaled gradient', () => {
    const before = tf.memory().numTensors;
    const weights = tf.tensor2d([[1, 2, 3]]);
    const gradient = tf.tensor2d([[2, 0, -4]]);
    const state = tf.zeros<tf.Rank.R2>([1, 3]);
    const once = sgdStep({ weights, gradient, state }, SGD, 0.5);
    expect(once.weights.arraySync()).toEqual([[0.5, 2, 4]]);
    const twice = sgdStep({ weights: once.weights, gradient, state: once.state }, SGD, 0.5);
    expect(twice.state.arraySync()).toEqual([[1.5, 0, -3]]);
    expect(twice.weights.arraySync()).toEqual([[-0.25, 2, 5.5]]);
    tf.dispose([weights, gradient, state, once.weights, once.state, twice.weights, twice.state]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the first step of Adam goes by the rate, whatever the gradient; a decoupled decay needs none', () => {
    tf.tidy(() => {
      const weights = tf.tensor1d([1, 1, 1]);
      const gradient = tf.tensor1d([1e-3, -50, 0]);
      const state = tf.zeros<tf.Rank.R2>([2, 3]);
      const [a, b, c] = adamStep({ weights, gradient, state }, ADAM, 1).weights.dataSync();
      expect([a, b, c]).toEqual([expect.closeTo(0.5, 4), expect.closeTo(1.5, 6), 1]);
      const rule = { ...ADAM, weightDecay: 0.1, decoupled: true };
      const still = tf.zerosLike(gradient);
      const decayed = adamStep({ weights, gradient: still, state }, rule, 1).weights.dataSync();
      expect(decayed[0]).toBeCloseTo(1 - 0.5 * 0.1, 6);
      expect(
        adamStep({ weights: tf.scalar(1), gradient: tf.scalar(1), state: tf.zeros([2, 1]) }, ADAM, 1).weights.shape,
      ).toEqual([]);
    });
  });

  test('bad arguments are refused by name', () => {
    tf.tidy(() => {
      const weights = tf.zeros([2, 3]);
      const given = { weights, gradient: tf.zeros([2, 3]), state: tf.zeros<tf.Rank.R2>([2, 6]) };
      expect(() => sgdStep(given, SGD)).toThrow(/BAD_ARGUMENT.*sgdStep: state must be \[1, 6\], not \[2, 6\]/);
      expect(() => adamStep(given, { ...ADAM, amsgrad: true }, 1)).toThrow(/adamStep: state must be \[3, 6\]/);
      expect(() => adamStep({ ...given, gradient: tf.zeros([3, 2]) }, ADAM, 1)).toThrow(/gradient must be \[2, 3\]/);
      expect(() => adamStep(given, ADAM, 0)).toThrow(/t must be an integer/);
      expect(() => adamStep(given, { ...ADAM, rate: Number.NaN }, 1)).toThrow(/stride must be finite, not NaN/);
      expect(() => adamStep({ ...given, gradient: tf.zeros([2, 3], 'int32') }, ADAM, 1)).toThrow(/must be float32/);
      const empty = { weights: tf.zeros([0]), gradient: tf.zeros([0]), state: tf.zeros<tf.Rank.R2>([2, 0]) };
      expect(() => adamStep(empty, ADAM, 1)).toThrow(/weights must be \[d0\], not \[0\]/);
    });
  });
});
