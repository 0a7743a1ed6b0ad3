// The whole way from images to metrics: PatchCore must tell defective from good parts, and where.
import { beforeAll, expect, test } from 'vitest';
import { evaluate } from '../../src/benchmark/index.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';

beforeAll(async () => {
  await useBackend('wasm');
});

test.each([
  ['board', 0.75, 0.7],
  ['cloth', 0.85, 0.9],
] as const)('defects on %s are told at image and pixel level', async (kind, image, pixel) => {
  const dataset = synthSamples({ kind, seed: 5, size: 160, train: 16, testGood: 8, testPerDefect: 2 });
  const model = new PatchCore({ resize: 128, inputSize: 128, geometry: 'stretch' });
  const fit = await model.fit(dataset.train, { workers: 2 });
  const found = await evaluate(model, dataset, { fit, workers: 2 });
  expect(found.image.auroc).toBeGreaterThan(image);
  expect(found.pixel!.auroc).toBeGreaterThan(pixel);
  model.dispose();
});
