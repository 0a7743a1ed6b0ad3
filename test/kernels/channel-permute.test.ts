// What channelPermute promises.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelPermute, inversePermutation } from '../../src/kernels/index.js';
import { Random } from '../../src/runtime/random.js';
import { uniformArray } from '../helpers/random-arrays.js';
import { BACKENDS, use } from './backends.js';

describe.each(BACKENDS)('channelPermute on $name', (backend) => {
  beforeAll(() => use(backend));

  test('channels come in the order given, and its inverse leads back, at every rank', () => {
    const order = new Random(3).sample(10, 10);
    for (const shape of [[10], [7, 10], [2, 3, 5, 10]]) {
      const before = tf.memory().numTensors;
      const x = tf.tensor(uniformArray(1, tf.util.sizeFromShape(shape)), shape);
      const y = channelPermute(x, order);
      const back = channelPermute(y, inversePermutation(order));
      const [given, moved] = [x.dataSync(), y.dataSync()];
      expect([...moved]).toEqual([...moved].map((_, i) => given[i - (i % 10) + order[i % 10]!]));
      expect(back.shape).toEqual(shape);
      expect(back.dataSync()).toEqual(given);
      tf.dispose([x, y, back]);
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  test('the gradient goes by the inverse', () => {
    const before = tf.memory().numTensors;
    const order = [2, 0, 3, 1];
    const [x, dy] = [tf.ones([5, 4]), tf.tensor2d(uniformArray(2, 20), [5, 4])];
    const dx = tf.grad((at) => channelPermute(at, order))(x, dy);
    const expected = channelPermute(dy, inversePermutation(order));
    expect(dx.dataSync()).toEqual(expected.dataSync());
    tf.dispose([x, dy, dx, expected]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what is no permutation is refused', () => {
    const [x, empty] = [tf.zeros([2, 3]), tf.zeros([2, 0])];
    const before = tf.memory().numTensors;
    for (const order of [
      [0, 0, 1],
      [0, 1, 3],
      [0, 1, -1],
      [0, 1, 1.5],
      [0, 1, Number.NaN],
    ]) {
      expect(() => channelPermute(x, order)).toThrow(/BAD_ARGUMENT.*does not make a permutation/);
    }
    expect(() => channelPermute(x, [1, 0])).toThrow(
      /BAD_ARGUMENT.*order must have as many places as x \[2,3\] has channels, not 2/,
    );
    expect(() => channelPermute(empty, [])).toThrow(/BAD_ARGUMENT.*x must be \[d0, C\], not \[2, 0\]/);
    expect(() => inversePermutation([0, 0])).toThrow(/BAD_ARGUMENT.*inversePermutation: 0 at 1/);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, empty]);
  });
});
