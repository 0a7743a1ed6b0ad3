// What ssimMap promises. Its values and gradients against PyTorch: maps-golden.test.ts.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ssimMap } from '../../src/kernels/index.js';
import { BACKENDS, use } from './backends.js';
import { expectGradients } from './gradients.js';

describe.each(BACKENDS)('ssimMap on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(['zero', 'valid'] as const)('the gradient with padding %s is its slope', (padding) => {
    const before = tf.memory().numTensors;
    const inputs = [1, 2].map((seed) => tf.randomUniform<tf.Rank.R4>([2, 13, 12, 2], 0, 1, 'float32', seed));
    expectGradients((a, b) => ssimMap(a!, b!, { padding }), inputs, 2e-2, 5e-3);
    tf.dispose(inputs);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('an image is like itself, whatever the padding, and constants compare by their means', async () => {
    const image = tf.randomUniform<tf.Rank.R4>([1, 15, 15, 1], 0, 1, 'float32', 3);
    const half = tf.fill<tf.Rank.R4>([1, 15, 15, 1], 0.5);
    const dark = tf.fill<tf.Rank.R4>([1, 15, 15, 1], 0.25);
    const same = ssimMap(image, image);
    for (const value of await same.data()) expect(value).toBe(1);
    const levels = ssimMap(half, dark, { padding: 'valid' });
    const expected = (2 * 0.125 + 1e-4) / (0.25 + 0.0625 + 1e-4);
    for (const value of await levels.data()) expect(value).toBeCloseTo(expected, 5);
    tf.dispose([image, half, dark, same, levels]);
  });

  test('it is symmetric, and noise lowers it', async () => {
    const image = tf.randomUniform<tf.Rank.R4>([1, 16, 16, 1], 0, 1, 'float32', 4);
    const noise = tf.randomNormal<tf.Rank.R4>([1, 16, 16, 1], 0, 0.1, 'float32', 5);
    const [little, much] = [image.add<tf.Tensor4D>(noise), image.add<tf.Tensor4D>(noise.mul(3))];
    const maps = [ssimMap(image, little), ssimMap(little, image), ssimMap(image, much)];
    expect(await maps[0]!.data()).toEqual(await maps[1]!.data());
    expect(maps[2]!.mean().arraySync()).toBeLessThan(maps[0]!.mean().arraySync() as number);
    tf.dispose([image, noise, little, much, ...maps]);
  });

  test('bad arguments are refused by name', () => {
    const [a, b] = [tf.zeros<tf.Rank.R4>([1, 10, 12, 1]), tf.zeros<tf.Rank.R4>([1, 12, 12, 1])];
    const before = tf.memory().numTensors;
    expect(() => ssimMap(a, b)).toThrow(/BAD_ARGUMENT.*b must be \[B, H, W, C\], not \[1, 12, 12, 1\]/);
    expect(() => ssimMap(a, a, { padding: 'valid' })).toThrow(/BAD_ARGUMENT.*both sides must be at least 11/);
    expect(() => ssimMap(a, a, { range: 0 })).toThrow(/BAD_ARGUMENT.*range must be/);
    // @ts-expect-error the padding is checked at run time too
    expect(() => ssimMap(a, a, { padding: 'same' })).toThrow(/BAD_ARGUMENT.*padding must be one of zero,valid/);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b]);
  });
});
