// Depthwise convolutions, squeeze and excitation, uneven paddings and pooling on WebGPU (SwiftShader where there is no card), against torch.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layersUntil } from '../../src/backbones/architecture.js';
import { foldWeights } from '../../src/backbones/fold.js';
import { createBackbone } from '../../src/backbones/graph.js';
import type { Architecture, LayerName } from '../../src/backbones/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { missing } from '../helpers/needs.js';
import { type GoldenCase, goldenError, goldenImage, seededStateDict } from './golden.js';

const CASES: readonly GoldenCase[] = JSON.parse(
  readFileSync(new URL('../fixtures/backbones/golden.json', import.meta.url), 'utf8'),
);

describe.skipIf(missing('webgpu') !== null)('on WebGPU', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
  });
  afterAll(() => tf.removeBackend('webgpu'));

  it.each<[Architecture, LayerName]>([
    ['efficientnet_b5', 'features.2'],
    ['efficientnet_b5_tf', 'features.3'],
    ['alexnet', 'features.12'],
  ])('%s to %s gives the same features as torch', async (architecture, until) => {
    const golden = CASES.find((one) => one.architecture === architecture);
    if (!golden) throw new Error(`the fixture has no ${architecture}`);
    const origin = { id: 'seeded', path: 'seeded', architecture, until };
    const backbone = createBackbone(await foldWeights(seededStateDict(architecture, until), origin));
    const layers = layersUntil(architecture, until).map(({ name }) => name);
    const image = goldenImage(golden.height, golden.width);
    const before = tf.memory().numTensors;
    const maps = backbone.features(image, layers);
    expect(tf.memory().numTensors).toBe(before + layers.length);
    for (const layer of layers) {
      const expected = golden.layers[layer];
      if (!expected) throw new Error(`the fixture has no ${layer}`);
      expect(maps[layer].shape).toEqual(expected.shape);
      const values = await maps[layer].data<'float32'>();
      expect(goldenError(values, expected), layer).toBeLessThan(1e-3);
    }
    tf.dispose([maps, image]);
    backbone.dispose();
  });
});
