// STPM as a whole on small synthetic parts: with made-up features for how it works, with real ImageNet features for what it finds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { resolveSTPMConfig } from '../../src/methods/stpm/config.js';
import { DESIGN } from '../../src/methods/stpm/design.js';
import { STPM, type STPMOptions } from '../../src/methods/stpm/index.js';
import type { Prediction } from '../../src/methods/types.js';
import { expectReadBack, refusesChanges } from '../helpers/model-files.js';
import { refusesOptions } from '../helpers/options.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { same, smallParts } from '../helpers/small-parts.js';
import { expectNothingLeft, expectToldApart, stopTraining, trainedSteps } from '../helpers/whole-methods.js';

const cloth = smallParts('cloth', { train: 9, testGood: 2, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test.slice(0, 3);
let backbone: BackboneChoice;
let folder: string;
let model: STPM;
let result: Awaited<ReturnType<STPM['fit']>>;
let predictions: Prediction[];

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
  const options = { workers: 1, checkpoint: join(folder, 'training.safetensors') };
  await stopTraining(stopped, good, 3, options);
  expect(await trainedSteps(stopped, good, options)).toEqual([4, 5, 6]);
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

test('predictions in a row leave no tensor behind', () => expectNothingLeft(model, parts, 5));

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name, on two threads', async () => {
    const path = join(folder, 'cloth.iad');
    await expectReadBack(STPM, model, path, parts, predictions, 2);
  });

  refusesChanges(STPM, () => model, [
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
  ]);
});

describe('the configuration', () => {
  refusesOptions('STPM', (options) => new STPM(options), [
    ['validationShare', { validationShare: 0.6 }],
    ['epochs', { epochs: 0 }],
    ['learningRate', { learningRate: 0 }],
    ['geometry', { geometry: 'tile' }],
    ['dims', { dims: 3 }],
    ['backbone', { backbone: 'alexnet', layers: ['features.5'] }],
  ]);

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
  await expectToldApart(own, dataset, 'stpm', { image: 0.85, pixel: 0.9 });
  own.dispose();
}, 120_000);
