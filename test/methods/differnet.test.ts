// DifferNet as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { resolveDifferNetConfig } from '../../src/methods/differnet/config.js';
import { DifferNet, type DifferNetOptions } from '../../src/methods/differnet/index.js';
import type { ModelContent } from '../../src/methods/parts/model-file.js';
import type { Prediction } from '../../src/methods/types.js';
import { seededStateDict } from '../backbones/golden.js';
import { changedFile, expectReadBack, refusesChanges } from '../helpers/model-files.js';
import { refusesOptions } from '../helpers/options.js';
import { content, same, smallParts } from '../helpers/small-parts.js';
import { expectToldApart, stopTraining } from '../helpers/whole-methods.js';

const metal = smallParts('metal', { train: 5, testGood: 1, testPerDefect: 1 });
const good = metal.train;
const parts = metal.test.slice(0, 2);
const SMALL: DifferNetOptions = {
  backbone: 'resnet50',
  layers: ['layer1'],
  inputSize: 64,
  hidden: 8,
  blocks: 2,
  copies: 2,
  rotationCount: 3,
  epochs: 2,
  batchSize: 2,
  learningRate: 1e-3,
  seed: 3,
};
const small = (options: DifferNetOptions = {}) => new DifferNet({ ...SMALL, ...options });

let folder: string;
let model: DifferNet;
let predictions: Prediction[];
let result: Awaited<ReturnType<DifferNet['fit']>>;

const fitted = async (options: DifferNetOptions = {}) => {
  const own = small(options);
  await own.fit(good, { workers: 1 });
  return own;
};

/** The same model with other options. */
async function changed(change: DifferNetOptions): Promise<DifferNet> {
  const config = (whole: ModelContent) => ({ config: { ...Object(whole.config), ...change } });
  return DifferNet.fromBytes(await changedFile(await model.toBytes(), config));
}

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'differnet-'));
  model = small();
  result = await model.fit(good, { workers: 1 });
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('fit says what it learned from, and how the training went', () => {
  expect(result).toMatchObject({ images: 4, calibrationImages: 1, skipped: [], training: { epoch: 1, steps: 4 } });
  const losses = result.training.epochs.map(({ loss }) => loss);
  expect(losses[1]).toBeLessThan(losses[0]!);
  expect(model.backbone.id).toBe('resnet50.keras_in1k');
});

test('the same seed gives the same bytes, on two threads the same predictions', async () => {
  const again = await fitted();
  expect(same(await again.toBytes(), await model.toBytes())).toBe(true);
  expect((await again.predict(parts, { workers: 2 })).map(content)).toEqual(predictions.map(content));
  again.dispose();
});

test('random angles belong to the seed, and are others than the fixed ones', async () => {
  const random = await changed({ rotations: 'random' });
  const scores = (await random.predict(parts, { workers: 1 })).map(({ score }) => score);
  expect((await random.predict(parts, { workers: 1 })).map(({ score }) => score)).toEqual(scores);
  for (const [i, { score }] of predictions.entries()) {
    expect(scores[i]).not.toBe(score);
    expect(Math.abs(scores[i]! / score - 1)).toBeLessThan(0.5);
  }
  random.dispose();
});

test('without localisation the scores stay, and the map is the score everywhere', async () => {
  const without = await changed({ localisation: 'none' });
  for (const [i, { score, map }] of (await without.predict(parts, { workers: 1 })).entries()) {
    expect(Math.abs(score / predictions[i]!.score - 1)).toBeLessThan(1e-5);
    expect([...new Set(map.data)]).toEqual([Math.fround(score)]);
  }
  without.dispose();
});

test('maps are from 0 up, of the image size, and not even; nothing is left behind', async () => {
  const before = tf.memory().numTensors;
  for (const { map, score } of await model.predict(parts, { workers: 1 })) {
    expect(map.shape).toEqual([96, 96]);
    expect(map.data.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    expect(Math.max(...map.data)).toBeGreaterThan(2 * Math.min(...map.data));
    expect(score).toBeGreaterThan(0);
  }
  const own = await fitted({ epochs: 1, brightness: 0.2, smoothing: 0, geometry: 'crop', resize: 72 });
  await own.predict(parts.slice(0, 1), { workers: 1 });
  own.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("on its paper's backbone, with seeded weights; images too small for it are refused", async () => {
  const weights = join(folder, 'alexnet.safetensors');
  await writeFile(weights, writeSafetensors(seededStateDict('alexnet', 'features.12')));
  const backbone = { architecture: 'alexnet', weights } as const;
  const { layers: _, ...rest } = SMALL;
  const own = new DifferNet({ ...rest, backbone, inputSize: 252, epochs: 1, calibrationShare: 0 });
  expect(own.config.layers).toEqual(['features.12']);
  await own.fit(good.slice(0, 2), { workers: 1 });
  const [prediction] = await own.predict(parts.slice(0, 1), { workers: 1 });
  expect(prediction!.map.data.every(Number.isFinite) && Number.isFinite(prediction!.score)).toBe(true);
  own.dispose();
  const small = new DifferNet({ ...rest, backbone, inputSize: 128 });
  await expect(small.fit(good, { workers: 1 })).rejects.toMatchObject({ path: 'DifferNet.inputSize' });
});

test('a stopped fit goes on from its checkpoint to the same bytes', async () => {
  const own = small();
  const options = { workers: 1, checkpoint: join(folder, 'differnet.checkpoint'), checkpointEvery: 1 };
  await stopTraining(own, good, 2, options);
  await own.fit(good, options);
  expect(same(await own.toBytes(), await model.toBytes())).toBe(true);
  own.dispose();
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'metal.iad');
    await expectReadBack(DifferNet, model, path, parts, predictions);
  });

  refusesChanges(DifferNet, () => model, [
    ['of a method that is not known', () => ({ method: 'magic' })],
    ['with the orders of one block', ({ state }) => ({ state: { ...Object(state), drawn: [[1, 0]] } })],
    ['of another width', ({ config }) => ({ config: { ...Object(config), hidden: 7 } })],
    ['of more blocks', ({ config }) => ({ config: { ...Object(config), blocks: 3 } })],
  ]);
});

describe('the configuration', () => {
  refusesOptions('DifferNet', (options) => new DifferNet(options), [
    ['blocks', { blocks: 0 }],
    ['copies', { copies: 0 }],
    ['rotations', { rotations: 'some' }],
    ['rotationCount', { rotationCount: 0 }],
    ['localisation', { localisation: 'box' }],
    ['brightness', { brightness: -1 }],
    ['layers', { layers: ['layer1', 'layer2'] }],
    ['inputSize', { inputSize: 98 }],
    ['geometry', { geometry: 'tile' }],
    ['shrinking', { shrinking: 'mean' }],
  ]);

  test("has the paper's defaults and resolves to itself", () => {
    const config = resolveDifferNetConfig({});
    expect(config).toMatchObject({
      backbone: 'alexnet',
      layers: ['features.12'],
      geometry: 'stretch',
      inputSize: 448,
      epochs: 192,
      batchSize: 24,
      learningRate: 2e-4,
      weightDecay: 1e-5,
      blocks: 8,
      hidden: 2048,
      copies: 4,
      rotations: 'fixed',
      rotationCount: 64,
      localisation: 'gradient',
      smoothing: 3,
    });
    expect(resolveDifferNetConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

test('defects of some size are told at image and pixel level, and the record says how', {
  timeout: 300_000,
}, async () => {
  const whole = synthSamples({ kind: 'metal', seed: 5, size: 128, train: 60, testGood: 6, testPerDefect: 4 });
  // Fine scratches and cracks do not move the means over the whole image.
  const large = whole.test.filter(({ defectType }) => ['good', 'stain', 'hole'].includes(defectType));
  const dataset = { ...whole, test: large };
  const settings: DifferNetOptions = { layers: ['layer2'], hidden: 64, blocks: 4, copies: 1, rotationCount: 6 };
  const own = small({ ...settings, epochs: 8, batchSize: 8, learningRate: 2e-3 });
  await expectToldApart(own, dataset, 'differnet', { image: 0.85, pixel: 0.85 });
  own.dispose();
});
