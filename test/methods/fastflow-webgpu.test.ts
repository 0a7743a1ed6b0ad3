// FastFlow trains on WebGPU as it does on wasm: same batches, same losses up to rounding, nothing left behind.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { FastFlow } from '../../src/methods/fastflow/index.js';
import { missing } from '../helpers/needs.js';
import { smallParts } from '../helpers/small-parts.js';

const { train, test: parts } = smallParts('metal', { train: 4, testGood: 1, testPerDefect: 0 });

async function trained(backend: 'wasm' | 'webgpu') {
  await useBackend(backend);
  const before = tf.memory().numTensors;
  // Twelve steps: more than WebGPU can add up at once.
  const model = new FastFlow({
    layers: ['layer1'],
    inputSize: 32,
    steps: 12,
    hiddenRatio: 0.1,
    epochs: 3,
    batchSize: 2,
  });
  const { training } = await model.fit(train, { workers: 1 });
  const [prediction] = await model.predict(parts, { workers: 1 });
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { losses: training.epochs.map(({ loss }) => loss), score: prediction!.score };
}

describe.skipIf(missing('webgpu') !== null)('on webgpu', () => {
  test('as on wasm', async () => {
    const [there, here] = [await trained('webgpu'), await trained('wasm')];
    for (const [i, loss] of here.losses.entries()) {
      expect(Math.abs(there.losses[i]! - loss)).toBeLessThan(1e-3 * Math.abs(loss));
    }
    expect(there.score).toBeCloseTo(here.score, 2);
  }, 240_000);
});
