// CS-Flow as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { resolveCsFlowConfig } from '../../src/methods/csflow/config.js';
import { CsFlow, type CsFlowOptions } from '../../src/methods/csflow/index.js';
import { decodeModel } from '../../src/methods/parts/model-file.js';
import type { Prediction } from '../../src/methods/types.js';
import { seededStateDict } from '../backbones/golden.js';
import { expectReadBack, refusesChanges } from '../helpers/model-files.js';
import { refusesOptions } from '../helpers/options.js';
import { content, same, smallParts } from '../helpers/small-parts.js';
import { expectNothingLeft, expectToldApart, expectUnfitted, stopTraining } from '../helpers/whole-methods.js';

const cloth = smallParts('cloth', { train: 7, testGood: 1, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test.slice(0, 3);
const SMALL: CsFlowOptions = {
  backbone: 'resnet50',
  layers: ['layer2'],
  inputSize: 64,
  hidden: 6,
  blocks: 2,
  epochs: 3,
  batchSize: 3,
  learningRate: 1e-3,
  seed: 3,
};
const small = (options: CsFlowOptions = {}) => new CsFlow({ ...SMALL, ...options });

let folder: string;
let model: CsFlow;
let predictions: Prediction[];
let result: Awaited<ReturnType<CsFlow['fit']>>;

const fitted = async (options: CsFlowOptions = {}, images = good) => {
  const own = small(options);
  await own.fit(images, { workers: 1, cacheFolder: join(folder, 'cache') });
  return own;
};

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'csflow-'));
  model = small();
  result = await model.fit(good, { workers: 1, cacheFolder: join(folder, 'cache') });
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('fit says what it learned from, and how the training went', () => {
  expect(result).toMatchObject({ images: 6, calibrationImages: 1, skipped: [], training: { epoch: 2, steps: 6 } });
  const losses = result.training.epochs.map(({ loss }) => loss);
  expect(losses).toHaveLength(3);
  expect(losses[2]).toBeLessThan(losses[0]!);
  expect(model.learned.length).toBeGreaterThan(0);
  expect(model.backbone.id).toBe('resnet50.keras_in1k');
});

test('the same seed gives the same bytes, on two threads the same predictions; another seed others', async () => {
  const again = await fitted();
  expect(same(await again.toBytes(), await model.toBytes())).toBe(true);
  expect((await again.predict(parts, { workers: 2 })).map(content)).toEqual(predictions.map(content));
  const reseeded = await fitted({ seed: 4, epochs: 1 });
  const [orders, others] = await Promise.all(
    [model, reseeded].map(async (each) => (await decodeModel(await each.toBytes(), 'm.iad')).state),
  );
  expect(others).not.toEqual(orders);
  for (const each of [again, reseeded]) each.dispose();
});

test('scores and maps are from 0 up, the maps of the image size', () => {
  for (const { map, score } of predictions) {
    expect(map.shape).toEqual([96, 96]);
    expect(map.data.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    expect(score).toBeGreaterThan(0);
  }
});

test.each<[string, CsFlowOptions]>([
  ['a deeper layer, one block', { layers: ['layer4'], inputSize: 128, blocks: 1 }],
  ['scales by means, cropped, smoothed', { shrinking: 'mean', geometry: 'crop', resize: 72, smoothing: 2 }],
])('%s: finite maps at the image size, nothing left behind', async (_, options) => {
  const before = tf.memory().numTensors;
  const own = await fitted({ epochs: 1, ...options }, good.slice(0, 3));
  for (const { map, score } of await own.predict(parts.slice(0, 1), { workers: 1 })) {
    expect(map.shape).toEqual([96, 96]);
    expect(map.data.every(Number.isFinite) && Number.isFinite(score)).toBe(true);
  }
  own.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('a flow too large for a model file, or for training here, is refused before any image is read', async () => {
  const refusal = (options: CsFlowOptions) =>
    new CsFlow({ backbone: 'resnet50', layers: ['layer3'], inputSize: 64, ...options }).fit(['nowhere.png']);
  await expect(refusal({})).rejects.toMatchObject({ code: 'MEMORY_BUDGET', path: 'CS-Flow.fit' });
  await expect(refusal({})).rejects.toThrow(
    /model file holds at most 2\.00 GiB, .* takes 3\.\d\d GiB.*lower hidden or blocks, or .* fewer channels than 1024/,
  );
  await expect(refusal({ hidden: 256 })).rejects.toThrow(/wasm backend it may take 4\.00 GiB, this .*another backend/);
  await expect(refusal({ hidden: 8 })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
});

test("on its paper's backbone, with seeded weights", async () => {
  const weights = join(folder, 'b5.safetensors');
  await writeFile(weights, writeSafetensors(seededStateDict('efficientnet_b5', 'features.6')));
  const own = new CsFlow({
    backbone: { architecture: 'efficientnet_b5_tf', weights },
    inputSize: 128,
    hidden: 2,
    blocks: 1,
    epochs: 1,
    calibrationShare: 0,
  });
  expect(own.config.layers).toEqual(['features.6']);
  await own.fit(good.slice(0, 2), { workers: 1 });
  const [prediction] = await own.predict(parts.slice(0, 1), { workers: 1 });
  expect(prediction!.map.data.every(Number.isFinite) && Number.isFinite(prediction!.score)).toBe(true);
  // A subnet of 5x5: 3 convolutions from 152 to 2 channels and 7 from 2 to 304, their biases, and 3 gains.
  expect(own.learned).toEqual([
    { name: 'trained parameters', shape: [2 * (25 * (3 * 152 * 2 + 7 * 2 * 304) + 3 * 2 + 7 * 304 + 3)] },
  ]);
  own.dispose();
});

test('predictions in a row leave no tensor behind', () => expectNothingLeft(model, parts, 4));

describe('a stopped fit', () => {
  test('leaves the model as it was, and goes on from its checkpoint to the same bytes', async () => {
    const bytes = await model.toBytes();
    const checkpoint = join(folder, 'csflow.checkpoint');
    const own = small();
    const options = { workers: 1, cacheFolder: join(folder, 'cache'), checkpoint, checkpointEvery: 2 };
    await stopTraining(own, good, 3, options);
    expect((await stat(checkpoint)).size).toBeGreaterThan(1000);
    await expect(own.toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await own.fit(good, options);
    expect(same(await own.toBytes(), bytes)).toBe(true);
    own.dispose();
  });
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'cloth.iad');
    await expectReadBack(CsFlow, model, path, parts, predictions);
  });

  const orders = (count: number, channels: number) =>
    new Array(count).fill(new Array(3).fill(Array.from({ length: channels }, (_, i) => i)));
  refusesChanges(CsFlow, () => model, [
    ['of a method that is not known', () => ({ method: 'magic' })],
    ['with a foreign configuration', () => ({ config: { coresetRatio: 0.1 } })],
    ['without a state', () => ({ state: null })],
    ['with the orders of one block', ({ state }) => ({ state: { ...Object(state), drawn: orders(1, 512) } })],
    ['with orders of other channels', ({ state }) => ({ state: { ...Object(state), drawn: orders(2, 256) } })],
    [
      'with an order that repeats a channel',
      ({ state }) => ({
        state: { ...Object(state), drawn: new Array(2).fill(new Array(3).fill(new Array(512).fill(1))) },
      }),
    ],
    ['of another width', ({ config }) => ({ config: { ...Object(config), hidden: 7 } })],
  ]);
});

describe('what goes wrong', () => {
  test('a model that was not fitted, no images, scales that do not halve', async () => {
    await expectUnfitted(small(), 'CS-Flow', parts);
    await expect(fitted({ inputSize: 72 })).rejects.toMatchObject({ code: 'BAD_CONFIG', path: 'CS-Flow.inputSize' });
  });

  refusesOptions('CS-Flow', (options) => new CsFlow(options), [
    ['blocks', { blocks: 0 }],
    ['hidden', { hidden: 0.5 }],
    ['shrinking', { shrinking: 'linear' }],
    ['layers', { layers: ['layer1', 'layer2'] }],
    ['inputSize', { inputSize: 98 }],
    ['geometry', { geometry: 'tile' }],
    ['learningRate', { learningRate: 0 }],
    ['epochs', { epochs: 0 }],
    ['coresetRatio', { coresetRatio: 0.1 }],
  ]);

  test("the configuration has the paper's defaults and resolves to itself", () => {
    const config = resolveCsFlowConfig({});
    expect(config).toMatchObject({
      backbone: 'efficientnet_b5_tf',
      layers: ['features.6'],
      geometry: 'stretch',
      inputSize: 768,
      epochs: 240,
      batchSize: 16,
      learningRate: 2e-4,
      weightDecay: 1e-5,
      blocks: 4,
      hidden: 1024,
      shrinking: 'nearest',
      smoothing: 0,
    });
    expect(resolveCsFlowConfig({ backbone: 'resnet50' }).layers).toEqual(['layer3']);
    expect(resolveCsFlowConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

test('defects are told at image and pixel level, and the record says how', { timeout: 300_000 }, async () => {
  const dataset = synthSamples({ kind: 'cloth', seed: 5, size: 160, train: 14, testGood: 6, testPerDefect: 2 });
  const own = small({ inputSize: 128, hidden: 16, epochs: 5, batchSize: 4, learningRate: 2e-3 });
  await expectToldApart(own, dataset, 'csflow', { image: 0.9, pixel: 0.95 });
  own.dispose();
});
