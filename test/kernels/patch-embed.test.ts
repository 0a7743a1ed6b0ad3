// What patchEmbed promises. Its values against PyTorch: test/methods/golden.test.ts.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { patchEmbed } from '../../src/kernels/index.js';
import { adaptiveBin, poolingsOf } from '../../src/kernels/patch-embed/plan.js';
import { uniformArray } from '../helpers/random-arrays.js';
import { BACKENDS, use } from './backends.js';

describe('adaptive pooling', () => {
  test('bins of 4608 values: taps 0-4 and 4-8 of each channel, the centre in both', () => {
    for (const channel of [0, 1, 255, 511]) {
      expect(adaptiveBin(2 * channel, 4608, 1024)).toEqual([9 * channel, 9 * channel + 5]);
      expect(adaptiveBin(2 * channel + 1, 4608, 1024)).toEqual([9 * channel + 4, 9 * channel + 9]);
    }
  });

  test('bins of 9216 values are the nine taps of a channel; as many bins as values is the identity', () => {
    for (const bin of [0, 1, 500, 1023]) {
      expect(adaptiveBin(bin, 9216, 1024)).toEqual([9 * bin, 9 * bin + 9]);
      expect(adaptiveBin(bin, 1024, 1024)).toEqual([bin, bin + 1]);
    }
  });

  test('bins leave no value out, at any length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (length, bins) => {
        for (let i = 0; i < bins; i++) {
          const [from, to] = adaptiveBin(i, length, bins);
          expect(to).toBeGreaterThan(from);
          expect(adaptiveBin(i + 1, length, bins)[0]).toBeLessThanOrEqual(to);
        }
        expect([adaptiveBin(0, length, bins)[0], adaptiveBin(bins - 1, length, bins)[1]]).toEqual([0, length]);
      }),
    );
  });

  test('three layers share an output where the borders of the second pooling fall', () => {
    // 48 values to 16: every output is the mean of three neighbours; layers meet at 16/3 and 32/3.
    const poolings = poolingsOf([8, 8, 8], 3, 16);
    expect(poolings.map(({ first, isShared }) => [first, isShared])).toEqual([
      [0, false],
      [5, true],
      [10, true],
    ]);
  });

  test('the poolings of 512 and 1024 channels: a filter with a heavy centre, and means of pairs', () => {
    const [fine, coarse] = poolingsOf([512, 1024], 3, 1024);
    expect([fine?.first, fine?.outputs, coarse?.first, coarse?.outputs]).toEqual([0, 512, 512, 512]);
    expect([...fine!.weight.subarray(0, 9)].map((weight) => Math.round(100 * weight))).toEqual([
      10, 10, 10, 10, 20, 10, 10, 10, 10,
    ]);
    expect([...coarse!.channel.subarray(0, 18)]).toEqual([...new Array(9).fill(0), ...new Array(9).fill(1)]);
    for (const weight of coarse!.weight) expect(weight).toBeCloseTo(1 / 18, 7);
  });
});

type Layer = readonly [height: number, width: number, channels: number, data: Float32Array];

describe.each(BACKENDS)('patchEmbed on $name', (backend) => {
  beforeAll(() => use(backend));

  async function embed(layers: readonly Layer[], options = {}) {
    const before = tf.memory().numTensors;
    const tensors = layers.map(([height, width, channels, data]) => tf.tensor4d(data, [1, height, width, channels]));
    const embedded = patchEmbed(tensors, options);
    const values = await embedded.data<'float32'>();
    tf.dispose([...tensors, embedded]);
    expect(tf.memory().numTensors).toBe(before);
    return values;
  }

  test('a constant interior stays constant, borders are thinned by the zero padding', async () => {
    const [side, channels, dimension] = [6, 8, 16];
    const layer = [side, side, channels, new Float32Array(side * side * channels).fill(3)] as const;
    const pooled = await embed([layer], { dimension });
    for (let y = 1; y < side - 1; y++) {
      for (let x = 1; x < side - 1; x++) {
        const at = (y * side + x) * dimension;
        for (const value of pooled.subarray(at, at + dimension)) expect(value).toBeCloseTo(3, 5);
      }
    }
    expect(Math.min(...pooled.subarray(0, dimension))).toBeLessThan(3);
  });

  test('a single bright cell reaches exactly its nine neighbours, each tap once', async () => {
    // As many outputs as unfolded values: the pooling is the unfolding itself.
    const [side, channels] = [5, 2];
    const data = new Float32Array(side * side * channels);
    data[(2 * side + 3) * channels + 1] = 7;
    const unfolded = await embed([[side, side, channels, data]], { dimension: 18 });
    const hits = [...unfolded.entries()].filter(([, value]) => value !== 0);
    expect(hits.every(([, value]) => Math.abs(value - 7) < 1e-6)).toBe(true);
    // Channel-major, then the tap's row and column: cell (y, x) sees (2, 3) at tap (3 - y, 4 - x).
    const expected = [1, 2, 3].flatMap((y) => [2, 3, 4].map((x) => (y * side + x) * 18 + 9 + (3 - y) * 3 + (4 - x)));
    expect(hits.map(([at]) => at).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
  });

  test('patchSize 1 is the layer itself', async () => {
    const data = uniformArray(3, 4 * 4 * 8);
    expect(await embed([[4, 4, 8, data]], { patchSize: 1 })).toEqual(data);
    expect(await embed([[4, 4, 8, data]], { patchSize: 1, dimension: 8 })).toEqual(data);
  });

  test('of two layers each fills one half of the outputs', async () => {
    const zeros = [16, 32].map((count, i): Layer => [4 >> i, 4 >> i, count, new Float32Array((4 >> i) ** 2 * count)]);
    for (const [layer, zero] of zeros.entries()) {
      const lit: Layer = [zero[0], zero[1], zero[2], uniformArray(5, zero[3].length)];
      const pooled = await embed(zeros.with(layer, lit), { dimension: 64 });
      pooled.forEach((value, at) => {
        if (Math.floor((at % 64) / 32) !== layer) expect(value).toBe(0);
      });
      expect(pooled.filter((value) => value !== 0).length).toBe(16 * 32);
    }
  });

  test('bad arguments are refused by name', () => {
    const bad = (layers: readonly tf.Tensor4D[], options: object, message: RegExp) => {
      const before = tf.memory().numTensors;
      expect(() => patchEmbed(layers, options)).toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
    };
    const layer = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const two = tf.zeros<tf.Rank.R4>([2, 2, 2, 3]);
    const empty = tf.zeros<tf.Rank.R4>([1, 0, 4, 3]);
    const whole = layer.toInt<tf.Tensor4D>();
    const gone = layer.clone();
    gone.dispose();
    bad([], {}, /BAD_ARGUMENT.*at least one tensor/);
    bad([layer, two], {}, /BAD_ARGUMENT.*patchEmbed: layer1 must be \[B, .*not \[2, 2, 2, 3\].*layer0 \[1, 4, 4, 3\]/);
    bad([empty], {}, /BAD_ARGUMENT.*layer0 must be/);
    bad([whole], {}, /BAD_ARGUMENT.*layer0 must be float32/);
    bad([gone], {}, /BAD_ARGUMENT.*layer0 was disposed/);
    bad([layer], { patchSize: 2 }, /BAD_ARGUMENT.*patchSize must be odd/);
    bad([layer], { patchSize: 17 }, /BAD_ARGUMENT.*patchSize must be an integer in 1\.\.15/);
    bad([layer], { dimension: 0 }, /BAD_ARGUMENT.*dimension must be an integer in 1\.\./);
    bad([layer, layer], { dimension: 1 }, /BAD_ARGUMENT.*dimension must be an integer in 2\.\./);
    tf.dispose([layer, two, empty, whole]);
  });
});
