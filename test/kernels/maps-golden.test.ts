// gaussianBlur, normalizedDifference and ssimMap against SciPy and PyTorch (test/reference/map_fixtures.py), gradients among it.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { gaussianBlur, normalizedDifference, ssimMap } from '../../src/kernels/index.js';
import { readFixture } from '../helpers/fixture.js';
import { relativeDifference, uniformArray } from '../helpers/random-arrays.js';
import { BACKENDS, use } from './backends.js';

type Shape = [number, number, number, number];

interface Graded {
  readonly shape: Shape;
  readonly seeds: [number, number];
  /** Seed of the weights under which the map is summed. */
  readonly weights: number;
  readonly values: number[];
  readonly byA: number[];
  readonly byB: number[];
}

const golden = readFixture<{
  blur: { seed: number; shape: Shape; sigma: number; border: 'edge' | 'centre'; values: number[] }[];
  difference: (Graded & { kind: 'squared' | 'cosine' })[];
  short: { a: number[][]; b: number[][]; squared: number[]; cosine: number[] };
  ssim: (Graded & { padding: 'zero' | 'valid' })[];
}>('map_kernels.json');

const drawn = (seed: number, shape: readonly number[]) => uniformArray(seed, tf.util.sizeFromShape([...shape]));

/** The map and its gradients by both inputs. */
async function graded(given: Graded, inputs: readonly tf.Tensor4D[], f: (a: tf.Tensor4D, b: tf.Tensor4D) => tf.Tensor) {
  const map = f(inputs[0]!, inputs[1]!);
  const weights = tf.tensor(drawn(given.weights, map.shape), map.shape);
  const gradients = tf.grads((a, b) =>
    f(a as tf.Tensor4D, b as tf.Tensor4D)
      .mul(weights)
      .sum(),
  )([...inputs]);
  const [values, byA, byB] = await Promise.all([map, ...gradients].map((tensor) => tensor.data()));
  tf.dispose([map, weights, ...gradients, ...inputs]);
  return { values: values!, byA: byA!, byB: byB! };
}

describe.each(BACKENDS)('golden values on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(golden.blur)(
    'gaussianBlur sigma $sigma, border $border',
    async ({ seed, shape, sigma, border, values }) => {
      const maps = tf.tensor4d(drawn(seed, shape), shape);
      const blurred = gaussianBlur(maps, sigma, { border });
      expect(relativeDifference(await blurred.data(), values)).toBeLessThan(1e-6);
      tf.dispose([maps, blurred]);
    },
  );

  test.each(golden.difference)('normalizedDifference $kind', async (given) => {
    const inputs = given.seeds.map((seed) => tf.tensor4d(drawn(seed, given.shape), given.shape));
    const found = await graded(given, inputs, (a, b) => normalizedDifference(a, b, given.kind));
    for (const name of ['values', 'byA', 'byB'] as const) {
      expect(relativeDifference(found[name], given[name]), name).toBeLessThan(2e-6);
    }
  });

  test.each(['squared', 'cosine'] as const)(
    'normalizedDifference %s of vectors shorter than the least norm',
    async (kind) => {
      const [a, b] = [golden.short.a, golden.short.b].map((rows) => tf.tensor4d(rows.flat(), [1, rows.length, 1, 2]));
      const map = normalizedDifference(a!, b!, kind);
      expect(relativeDifference(await map.data(), golden.short[kind])).toBeLessThan(1e-6);
      tf.dispose([a!, b!, map]);
    },
  );

  test.each(golden.ssim)('ssimMap with padding $padding', async (given) => {
    const inputs = given.seeds.map((seed) =>
      tf.tensor4d(
        drawn(seed, given.shape).map((value) => (value + 1) / 2),
        given.shape,
      ),
    );
    const found = await graded(given, inputs, (a, b) => ssimMap(a, b, { padding: given.padding }));
    expect(relativeDifference(found.values, given.values)).toBeLessThan(1e-5);
    expect(relativeDifference(found.byA, given.byA)).toBeLessThan(1e-4);
    expect(relativeDifference(found.byB, given.byB)).toBeLessThan(1e-4);
  });
});
