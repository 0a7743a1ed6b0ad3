// STPM as a whole on small synthetic parts: with made-up features for how it works, with real ImageNet features for what it finds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import { evaluate } from '../../src/benchmark/index.js';
import { evaluationSchema } from '../../src/benchmark/schema.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { decodeModel, encodeModel, type ModelContent } from '../../src/methods/parts/model-file.js';
import { loadMethod } from '../../src/methods/registry.js';
import { resolveSTPMConfig } from '../../src/methods/stpm/config.js';
import { DESIGN } from '../../src/methods/stpm/design.js';
import { STPM, type STPMOptions } from '../../src/methods/stpm/index.js';
import type { Prediction } from '../../src/methods/types.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { content, smallParts } from '../helpers/small-parts.js';

const cloth = smallParts('cloth', { train: 9, testGood: 2, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test.slice(0, 3);
let backbone: BackboneChoice;
let folder: string;
let model: STPM;
let result: Awaited<ReturnType<STPM['fit']>>;
let predictions: Prediction[];

/** Quicker than toEqual, which takes each byte for a value. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

const small = (options: STPMOptions = {}) =>
  new STPM({ backbone, layers: ['layer1', 'layer2'], inputSize: 32, epochs: 3, batchSize: 4, seed: 3, ...options });

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'stpm-'));
  backbone = await seededResnet18(folder, 'layer2');
  model = small();
  result = await model.fit(good, { workers: 1 });
  predictions = await model.predict(parts, { workers: 1 });
}, 120_000);
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('fit tells the course of the training, and keeps the epoch with the smallest mean map', () => {
  expect(result).toMatchObject({ images: 6, calibrationImages: 1, skipped: [] });
  const { epochs, epoch, steps } = result.training;
  // Two of eight choose the epoch; six make batches of four and two.
  expect([epochs.length, steps]).toEqual([3, 6]);
  expect(epochs[2]!.loss).toBeLessThan(epochs[0]!.loss);
  const values = epochs.map(({ validation }) => validation!);
  expect(epoch).toBe(values.indexOf(Math.min(...values)));
});

test('the score is the maximum of the map, which lies between 0 and 4 to the power of the layers', async () => {
  for (const { map, score } of await model.predict(parts, { maps: 'input', workers: 1 })) {
    expect(map.shape).toEqual([32, 32]);
    expect(Math.max(...map.data)).toBe(score);
    expect(map.data.every((value) => value > 0 && value <= 16)).toBe(true);
  }
});

test('the same seed gives the same bytes, another one another student', async () => {
  const bytes = await model.toBytes();
  const [again, other] = [small(), small({ seed: 4 })];
  await again.fit(good, { workers: 1 });
  expect(same(await again.toBytes(), bytes)).toBe(true);
  await other.fit(good, { workers: 1 });
  expect((await other.predict(parts, { workers: 1 }))[0]!.score).not.toBe(predictions[0]!.score);
  for (const each of [again, other]) each.dispose();
});

test('a fit that was stopped goes on from its checkpoint to the same bytes, and leaves nothing behind', async () => {
  const bytes = await model.toBytes();
  const before = tf.memory().numTensors;
  const stopped = small();
  const controller = new AbortController();
  const checkpoint = join(folder, 'training.safetensors');
  const onProgress = ({ stage, done }: { stage: string; done: number }) => {
    if (stage === 'training' && done === 3) controller.abort();
  };
  const run = stopped.fit(good, { workers: 1, checkpoint, onProgress, signal: controller.signal });
  await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
  expect(tf.memory().numTensors).toBe(before);
  const steps: number[] = [];
  await stopped.fit(good, {
    workers: 1,
    checkpoint,
    onProgress: ({ stage, done }) => {
      if (stage === 'training') steps.push(done);
    },
  });
  expect(steps).toEqual([4, 5, 6]);
  expect(same(await stopped.toBytes(), bytes)).toBe(true);
  stopped.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('without a validation the last epoch is kept; one image is enough', async () => {
  const before = tf.memory().numTensors;
  for (const [images, options] of [
    [good.slice(0, 4), { validationShare: 0 }],
    [good.slice(0, 1), {}],
  ] as const) {
    const own = small({ ...options, epochs: 2, calibrationShare: 0 });
    const { training } = await own.fit(images, { workers: 1 });
    expect(training.epoch).toBe(1);
    expect(training.epochs.map(({ validation }) => validation)).toEqual([null, null]);
    own.dispose();
  }
  expect(tf.memory().numTensors).toBe(before);
});

test('predictions in a row leave no tensor behind', async () => {
  const before = tf.memory().numTensors;
  for (let i = 0; i < 5; i++) await model.predict(parts.slice(i % 3, (i % 3) + 1), { workers: 1 });
  for await (const _ of model.predictEach(parts, { workers: 1 })) break;
  expect(tf.memory().numTensors).toBe(before);
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name, on two threads', async () => {
    const path = join(folder, 'cloth.iad');
    await model.save(path);
    const loaded = await STPM.load(path);
    expect([loaded.config, loaded.thresholds, loaded.learned]).toEqual([model.config, model.thresholds, model.learned]);
    expect(same(await loaded.toBytes(), await model.toBytes())).toBe(true);
    expect((await loaded.predict(parts, { workers: 2 })).map(content)).toEqual(predictions.map(content));
    const byName = await loadMethod(path);
    expect(byName).toBeInstanceOf(STPM);
    for (const each of [loaded, byName]) each.dispose();
  });

  const changes: [string, (content: ModelContent) => Partial<ModelContent>, RegExp][] = [
    ['of a method that is not known', () => ({ method: 'magic' }), /'magic', not of stpm/],
    ['with a foreign configuration', () => ({ config: { dims: 3 } }), /configuration is not one of STPM/],
    [
      'without the stem',
      ({ tensors: { 'network/stem.kernel': _, ...tensors } }) => ({ tensors }),
      /stem\.kernel is \[\], its configuration makes \[7,7,3,64\]/,
    ],
    [
      'with a negative variance',
      ({ tensors }) => {
        const data = new Float32Array(64).fill(-1, 5, 6);
        return { tensors: { ...tensors, 'network/stem.variance': { shape: [64], data } } };
      },
      /its stem\.variance holds values below 0/,
    ],
  ];
  test.each(changes)('%s is refused', async (_, change, message) => {
    const whole = await decodeModel(await model.toBytes(), 'm.iad');
    const bytes = await encodeModel({ ...whole, ...change(whole) });
    const refused = STPM.fromBytes(bytes, 'm.iad');
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: 'm.iad' });
    await expect(STPM.fromBytes(bytes, 'm.iad')).rejects.toThrow(message);
  });
});

describe('the configuration', () => {
  test.each<[string, Record<string, unknown>]>([
    ['validationShare', { validationShare: 0.6 }],
    ['epochs', { epochs: 0 }],
    ['learningRate', { learningRate: 0 }],
    ['geometry', { geometry: 'tile' }],
    ['dims', { dims: 3 }],
    ['backbone', { backbone: 'alexnet', layers: ['features.5'] }],
  ])('is refused naming %s in %o', (field, options) => {
    expect(() => new STPM(options)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', path: `STPM.${field}` }));
  });

  test('is refused where a layer has a single position', () => {
    const config = resolveSTPMConfig({ layers: ['layer3', 'layer4'], inputSize: 32 });
    const features = [
      [2, 2, 256],
      [1, 1, 512],
    ] as const;
    expect(() => DESIGN.network({ config, architecture: 'resnet18', features }, null)).toThrow(
      /BAD_CONFIG.*STPM\.inputSize.* single position of layer4/,
    );
  });

  test("has the official code's defaults and resolves to itself", () => {
    const config = resolveSTPMConfig({});
    expect(config).toMatchObject({
      backbone: 'resnet18',
      layers: ['layer1', 'layer2', 'layer3'],
      geometry: 'stretch',
      inputSize: 256,
      epochs: 100,
      batchSize: 32,
      learningRate: 0.4,
      weightDecay: 1e-4,
      validationShare: 0.2,
      smoothing: 0,
    });
    expect(resolveSTPMConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

test('defects are told at image and pixel level, and the record says how', async () => {
  const dataset = synthSamples({ kind: 'cloth', seed: 5, size: 96, train: 20, testGood: 8, testPerDefect: 2 });
  const own = new STPM({
    backbone: 'resnet50',
    layers: ['layer1', 'layer2'],
    inputSize: 64,
    epochs: 20,
    batchSize: 4,
    calibrationShare: 0,
  });
  const fit = await own.fit(dataset.train, { workers: 1 });
  const found = await evaluate(own, dataset, { fit, workers: 1 });
  expect(found.image.auroc).toBeGreaterThan(0.85);
  expect(found.pixel!.auroc).toBeGreaterThan(0.9);
  expect(evaluationSchema.parse(found)).toMatchObject({ method: 'stpm', learned: own.learned });
  own.dispose();
}, 120_000);
