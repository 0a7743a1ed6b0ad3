// Every graph against torch in float64; how the numbers were made is in test/reference/backbone_golden.py.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { layersUntil } from '../../src/backbones/architecture.js';
import { foldWeights } from '../../src/backbones/fold.js';
import { type ConvPadding, createBackbone } from '../../src/backbones/graph.js';
import { resolveWeights } from '../../src/backbones/store.node.js';
import type { Architecture, FoldedWeights, LayerName } from '../../src/backbones/types.js';
import { type GoldenCase, goldenError, goldenImage, seededStateDict } from './golden.js';

const CASES: readonly GoldenCase[] = JSON.parse(
  readFileSync(new URL('../fixtures/backbones/golden.json', import.meta.url), 'utf8'),
);

// float32 sums over up to 4608 products, 50 and more layers deep, stay under 1e-5 of the map's standard deviation; the
// acceptance bound is 1e-3, and a wrong padding, stride or epsilon is off by more than that.
const TOLERANCE = 1e-4;

async function weightsOf(architecture: Architecture, until: LayerName): Promise<FoldedWeights> {
  if (architecture === 'resnet50_keras') return resolveWeights('resnet50.keras_in1k', { until });
  const path = 'seeded';
  return foldWeights(seededStateDict(architecture, until), { id: path, path, architecture, until });
}

beforeAll(async () => {
  await tf.setBackend('wasm');
});

// wide_resnet50_2's layer4 alone has 43 M parameters and the same blocks as layer3
describe.each<[Architecture, LayerName, ConvPadding]>([
  ['resnet18', 'layer4', 'zeros'],
  ['resnet18', 'layer4', 'reflect'],
  ['resnet50', 'layer4', 'zeros'],
  ['resnet50', 'layer4', 'reflect'],
  ['wide_resnet50_2', 'layer3', 'zeros'],
  ['resnet50_keras', 'layer4', 'zeros'],
  ['efficientnet_b5', 'features.7', 'zeros'],
  ['efficientnet_b5_tf', 'features.7', 'zeros'],
  ['alexnet', 'features.12', 'zeros'],
])('%s to %s, padded by %s', (architecture, until, padding) => {
  it('gives the same features as torch', async () => {
    const backbone = createBackbone(await weightsOf(architecture, until), { padding });
    const layers = layersUntil(architecture, until).map(({ name }) => name);
    const cases = CASES.filter((golden) => {
      return golden.architecture === architecture && (golden.padding ?? 'zeros') === padding;
    });
    expect(cases.length).toBeGreaterThan(0);
    for (const golden of cases) {
      const image = goldenImage(golden.height, golden.width);
      const maps = backbone.features(image, layers);
      for (const layer of layers) {
        const where = `${layer} of ${golden.height}x${golden.width}`;
        const expected = golden.layers[layer];
        if (!expected) throw new Error(`the fixture has no ${where}`);
        expect(maps[layer].shape, where).toEqual(expected.shape);
        const values = (await maps[layer].data()) as Float32Array;
        expect(goldenError(values, expected), where).toBeLessThan(TOLERANCE);
      }
      tf.dispose([image, maps]);
    }
    backbone.dispose();
  });
});
