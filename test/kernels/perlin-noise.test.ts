// What perlinNoise promises, and its values against DRAEM's formula in NumPy (test/reference/flow_fixtures.py).
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { perlinNoise } from '../../src/kernels/index.js';
import { readFixture } from '../helpers/fixture.js';
import { BACKENDS, use } from './backends.js';

type Pair = [number, number];
const { perlin } = readFixture<{ perlin: { resolution: Pair; size: Pair; seed: number; noise: number[] }[] }>(
  'flow.json',
);

function noiseOf(size: Pair, seed: number, options: Parameters<typeof perlinNoise>[2]): Float32Array {
  const noise = perlinNoise(size, seed, options);
  expect(noise.shape).toEqual(size);
  const values = noise.dataSync<'float32'>();
  noise.dispose();
  return values;
}

describe.each(BACKENDS)('perlinNoise on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(perlin)('it is the noise of DRAEM at $resolution', ({ resolution, size, seed, noise }) => {
    const found = noiseOf(size, seed, { resolution });
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(noise[i]!, 5);
    });
  });

  test('it is 0 on lattice points, within -1..1 between them, and uses that range', () => {
    const before = tf.memory().numTensors;
    let [least, most, squares] = [0, 0, 0];
    for (let seed = 0; seed < 8; seed++) {
      const noise = noiseOf([64, 128], seed, { resolution: [8, 4] });
      noise.forEach((value, i) => {
        const [y, x] = [Math.floor(i / 128), i % 128];
        if (y % 8 === 0 && x % 32 === 0) expect(Math.abs(value)).toBe(0);
        [least, most] = [Math.min(least, value), Math.max(most, value)];
        squares += value * value;
      });
    }
    expect(least).toBeGreaterThanOrEqual(-1);
    expect(most).toBeLessThanOrEqual(1);
    expect(Math.min(-least, most)).toBeGreaterThan(0.7);
    expect(Math.sqrt(squares / (8 * 64 * 128))).toBeGreaterThan(0.2);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a seed is a noise; a batch is its seeds one by one; octaves add up', () => {
    const before = tf.memory().numTensors;
    const options = { resolution: [2, 3] as const };
    const one = noiseOf([20, 30], 7, options);
    expect(noiseOf([20, 30], 7, options)).toEqual(one);
    expect(noiseOf([20, 30], 8, options)).not.toEqual(one);
    const batch = perlinNoise([20, 30], [8, 7], options);
    expect(batch.shape).toEqual([2, 20, 30]);
    expect(batch.dataSync().slice(600)).toEqual(one);
    batch.dispose();
    expect(noiseOf([20, 30], 7, { ...options, octaves: 4, persistence: 0 })).toEqual(one);
    const half = noiseOf([20, 30], 7, { ...options, octaves: 2 });
    const whole = noiseOf([20, 30], 7, { ...options, octaves: 2, persistence: 1 });
    half.forEach((value, i) => {
      expect(value).toBeCloseTo((one[i]! + whole[i]!) / 2, 5);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('bad arguments are refused by name', () => {
    const before = tf.memory().numTensors;
    const resolution = [2, 2] as const;
    expect(() => perlinNoise([0, 4], 1, { resolution })).toThrow(/BAD_ARGUMENT.*height must be an integer in 1/);
    expect(() => perlinNoise([4, 4], 1, { resolution: [0, 1] })).toThrow(/BAD_ARGUMENT.*resolution\[0\]/);
    expect(() => perlinNoise([4, 4], 1, { resolution: [2, 4096], octaves: 2 })).toThrow(
      /BAD_ARGUMENT.*resolution\[1\] must be an integer in 1\.\.2048, not 4096/,
    );
    // Whole numbers of cells from the first octave on.
    expect(() => perlinNoise([4, 4], 1, { resolution: [1.5, 1], octaves: 2 })).toThrow(
      /BAD_ARGUMENT.*resolution\[0\] must be an integer in 1\.\.2048, not 1\.5/,
    );
    expect(() => perlinNoise([4, 4], 1, { resolution, octaves: 0 })).toThrow(/BAD_ARGUMENT.*octaves/);
    expect(() => perlinNoise([4, 4], 1, { resolution, persistence: Number.NaN })).toThrow(/BAD_ARGUMENT.*persistence/);
    expect(() => perlinNoise([4, 4], [1, 0.5], { resolution })).toThrow(/BAD_ARGUMENT.*seed/);
    expect(() => perlinNoise([4, 4], [], { resolution })).toThrow(/BAD_ARGUMENT.*number of seeds/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
