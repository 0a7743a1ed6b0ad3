// PaDiM against golden values that test/reference/padim_fixtures.py computed with NumPy and PyTorch.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { packedSize } from '../../src/kernels/packed.js';
import { resolvePaDiMConfig } from '../../src/methods/padim/config.js';
import { Scorer } from '../../src/methods/padim/scorer.js';
import { readFixture } from '../helpers/fixture.js';
import { expectGoldenImage, fitMadeUp, type GoldenImage } from '../helpers/padim.js';
import { relativeDifference, uniformArray } from '../helpers/random-arrays.js';

const golden = readFixture<{
  features: {
    images: number;
    positions: number;
    depth: number;
    train_seed: number;
    test_seed: number;
    ridge: number;
    mean: number[];
    covariance: number[];
    scores: number[];
  };
  image: GoldenImage & { readonly channels: readonly number[] };
}>('padim.json');

beforeAll(async () => {
  await useBackend('wasm');
});

test('means, covariances and distances of made-up features', async () => {
  const { images, positions, depth, ridge, ...expected } = golden.features;
  const values = uniformArray(expected.train_seed, images * positions * depth);
  const { gaussians } = await fitMadeUp(values, { positions, depth, ridge });
  expect(relativeDifference(gaussians.mean, expected.mean)).toBeLessThan(1e-6);
  const columns = packedSize(depth);
  const covariance = new Float64Array(positions * depth * depth);
  for (let p = 0; p < positions; p++) {
    const factor = (row: number, column: number) =>
      column > row ? 0 : gaussians.factors[p * columns + packedSize(row) + column]!;
    for (let i = 0; i < depth; i++)
      for (let j = 0; j < depth; j++)
        for (let k = 0; k < depth; k++) covariance[(p * depth + i) * depth + j]! += factor(i, k) * factor(j, k);
  }
  expect(relativeDifference(covariance, expected.covariance)).toBeLessThan(2e-6);
  const scorer = new Scorer(resolvePaDiMConfig({}), gaussians);
  const features = tf.tensor3d(uniformArray(expected.test_seed, positions * depth), [1, positions, depth]);
  expect(relativeDifference(await scorer.distances(features), expected.scores)).toBeLessThan(1e-5);
  features.dispose();
  scorer.dispose();
});

test('an image end to end through the Keras ResNet-50', async () => {
  const { channels, ...expected } = golden.image;
  const model = await expectGoldenImage(expected, {});
  expect(model.channels).toEqual(channels);
  model.dispose();
});
