// SPADE as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PaDiM } from '../../src/methods/padim/index.js';
import { resolveSpadeConfig } from '../../src/methods/spade/config.js';
import { SPADE, type SpadeOptions } from '../../src/methods/spade/index.js';
import type { FitResult, Prediction } from '../../src/methods/types.js';
import { expectReadBack, refusesChanges } from '../helpers/model-files.js';
import { refusesOptions } from '../helpers/options.js';
import { content, same, smallParts } from '../helpers/small-parts.js';
import {
  broken,
  expectNothingLeft,
  expectStopHarmless,
  expectToldApart,
  expectUnfitted,
  expectVerdicts,
} from '../helpers/whole-methods.js';

const cloth = smallParts('cloth', { train: 9, testGood: 2, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test;
let model: SPADE;
let result: FitResult;
let predictions: Prediction[];
let folder: string;

const small = (options: SpadeOptions = {}) => new SPADE({ resize: 72, inputSize: 64, seed: 3, ...options });

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'spade-'));
  model = small();
  result = await model.fit(good, { workers: 1 });
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('fit says what it learned from', () => {
  expect(result).toMatchObject({ images: 8, calibrationImages: 1, skipped: [] });
  expect(result.warnings).toEqual([expect.stringMatching(/held out \(1\) .* 0\.01, that takes 100/)]);
  expect(Object.keys(result.timings)).toEqual(['features', 'calibration']);
  expect(model.learned).toEqual([
    { name: 'global vectors', shape: [8, 2048] },
    { name: 'layer1 maps', shape: [8, 16, 16, 256] },
    { name: 'layer2 maps', shape: [8, 8, 8, 512] },
    { name: 'layer3 maps', shape: [8, 4, 4, 1024] },
  ]);
  expect(model.backbone.id).toBe('resnet50.keras_in1k');
});

// The gallery lies on shared memory after a fit, and on memory of its own once it was read.
test('the same seed gives the same bytes and predictions on two threads', async () => {
  const spread = small();
  await spread.fit(good, { workers: 2 });
  expect(same(await spread.toBytes(), await model.toBytes())).toBe(true);
  expect((await spread.predict(parts, { workers: 2 })).map(content)).toEqual(predictions.map(content));
  spread.dispose();
});

test('a model in float16 that was read predicts the same on two threads', async () => {
  const half = small({ storage: 'float16' });
  await half.fit(good, { workers: 1 });
  const loaded = await SPADE.fromBytes(await half.toBytes());
  expect(same(await loaded.toBytes(), await half.toBytes())).toBe(true);
  const expected = await half.predict(parts, { workers: 1 });
  expect((await loaded.predict(parts, { workers: 2 })).map(content)).toEqual(expected.map(content));
  for (const each of [half, loaded]) each.dispose();
});

test('float16 takes half the bytes and changes scores by less than 1 %', async () => {
  const half = small({ storage: 'float16', imageScore: 'mapMax' });
  const single = small({ imageScore: 'mapMax' });
  for (const each of [half, single]) await each.fit(good, { workers: 1 });
  const share = (await half.toBytes()).length / (await single.toBytes()).length;
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(0.53);
  const expected = await single.predict(parts, { workers: 1 });
  for (const [i, { score, map }] of (await half.predict(parts, { workers: 1 })).entries()) {
    const exact = expected[i]!;
    expect(score).not.toBe(exact.score);
    expect(Math.abs(score / exact.score - 1)).toBeLessThan(0.01);
    expect(Math.max(...map.data.map((value, at) => Math.abs(value / exact.map.data[at]! - 1)))).toBeLessThan(0.01);
  }
  for (const each of [half, single]) each.dispose();
});

test('an image that was learned is like itself', async () => {
  const own = small({ k: 1, calibrationShare: 0, smoothing: 0 });
  await own.fit(good, { workers: 1 });
  for (const { score, map } of await own.predict(good.slice(2, 5), { workers: 1 })) {
    expect(score).toBe(0);
    expect(Math.max(...map.data)).toBe(0);
  }
  own.dispose();
});

test.each<[string, SpadeOptions, number[][]]>([
  ['one layer', { layers: ['layer2'] }, [[3, 8, 8, 512]]],
  [
    'the deepest layer, concatenated',
    { layers: ['layer3', 'layer4'], fusion: 'concat' },
    [
      [3, 4, 4, 1024],
      [3, 2, 2, 2048],
    ],
  ],
  [
    'an odd size, stretched, no smoothing',
    { geometry: 'stretch', inputSize: 75, smoothing: 0, layers: ['layer1', 'layer3'] },
    [
      [3, 19, 19, 256],
      [3, 5, 5, 1024],
    ],
  ],
])('%s: finite maps at the image size, nothing left behind', async (_, options, shapes) => {
  const before = tf.memory().numTensors;
  const own = small({ calibrationShare: 0, ...options });
  const { warnings } = await own.fit(good.slice(0, 3), { workers: 1 });
  expect(warnings[0]).toMatch(/k is 5, the gallery holds 3 images/);
  expect(own.learned.slice(1).map(({ shape }) => shape)).toEqual(shapes);
  for (const { map, score } of await own.predict(parts.slice(0, 2), { workers: 1 })) {
    expect(map.shape).toEqual([96, 96]);
    expect(map.data.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
    expect(score).toBeGreaterThan(0);
  }
  own.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('verdicts follow from the thresholds', async () => {
  await expectVerdicts(model, parts, predictions, 64);
});

test('predictions in a row leave no tensor behind', () => expectNothingLeft(model, parts, 6));

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'cloth.iad');
    await expectReadBack(SPADE, model, path, parts, predictions);
    await expect(PaDiM.load(path)).rejects.toThrow(/MODEL_FORMAT.*method 'spade', not of padim/);
  });

  refusesChanges(SPADE, () => model, [
    ['of another method', () => ({ method: 'padim' }), /'padim', not of spade/],
    ['with a foreign configuration', () => ({ config: { dims: 3 } }), /configuration is not one of SPADE/],
    ['without a description', () => ({ state: {} }), /description of its gallery is missing/],
    ['of fewer images', () => ({ state: { images: 7 } }), /layer1 is \[8,16,16,256\], .* makes \[7,16,16,256\]/],
    ['of another input', ({ config }) => ({ config: { ...Object(config), inputSize: 96 } }), /makes \[8,24,24,256\]/],
    [
      'of other numbers than it says',
      ({ config }) => ({ config: { ...Object(config), storage: 'float16' } }),
      /layer1 is \[\]/,
    ],
    [
      'without global vectors',
      ({ tensors }) => ({ tensors: { ...tensors, globals: { shape: [1], data: new Float32Array(1) } } }),
      /globals is \[1\], .* makes \[8,2048\]/,
    ],
    ['without maps', ({ tensors: { layer2: _, ...rest } }) => ({ tensors: rest }), /layer2 is \[\]/],
  ]);
});

describe('what goes wrong', () => {
  test('a model that was not fitted, no images, bad images, a gallery that is too large', async () => {
    await expectUnfitted(small(), 'SPADE', parts);
    const bad = broken(good[1]!);
    const images = [...good.slice(0, 3), bad, good[4]!];
    await expect(small({ calibrationShare: 0 }).fit(images, { workers: 1 })).rejects.toThrow(/IMAGE_\w+\] broken\.png/);
    const told = await small({ calibrationShare: 0 }).fit(images, { workers: 1, skipBad: true });
    expect([told.images, told.skipped.map(({ id }) => id)]).toEqual([4, ['broken.png']]);
    const tight = small({ memoryBudget: 2 ** 20 });
    await expect(tight.fit([...good.slice(0, 3), bad])).rejects.toThrow(/MEMORY_BUDGET.*3 images .* holds 2/);
  });

  test.each(['features', 'calibration'])('a stop during %s leaves the model as it was', (stage) =>
    expectStopHarmless(model, good, stage),
  );

  refusesOptions('SPADE', (options) => new SPADE(options), [
    ['k', { k: 0 }],
    ['k', { k: 2.5 }],
    ['fusion', { fusion: 'mean' }],
    ['imageScore', { imageScore: 'max' }],
    ['storage', { storage: 'int8' }],
    ['geometry', { geometry: 'tile' }],
    ['layers', { layers: ['layer3', 'layer1'] }],
    ['ridge', { ridge: 0.1 }],
    ['seed', { seed: -1 }],
  ]);

  test('the input must be large enough for the global vector too', () => {
    expect(() => new SPADE({ backbone: 'alexnet', layers: ['features.2'], inputSize: 32 })).toThrow(
      /BAD_CONFIG.*SPADE\.inputSize.*32 is too small for features\.12 of alexnet/,
    );
  });

  test('the configuration has defaults and resolves to itself', () => {
    const config = resolveSpadeConfig({});
    expect(config).toMatchObject({
      layers: ['layer1', 'layer2', 'layer3'],
      geometry: 'crop',
      resize: 256,
      inputSize: 224,
      k: 5,
      fusion: 'layers',
      imageScore: 'global',
      storage: 'float32',
      smoothing: 4,
    });
    expect(resolveSpadeConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

test.each([
  ['global', 0.7],
  ['mapMax', 0.9],
] as const)('defects are told by %s at image and pixel level, and the record says how', async (imageScore, image) => {
  const dataset = synthSamples({ kind: 'cloth', seed: 5, size: 160, train: 16, testGood: 8, testPerDefect: 2 });
  const own = new SPADE({ inputSize: 128, geometry: 'stretch', imageScore });
  await expectToldApart(own, dataset, 'spade', { image, pixel: 0.95 });
  own.dispose();
});
