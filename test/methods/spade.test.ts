// SPADE as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../src/benchmark/index.js';
import { evaluationSchema } from '../../src/benchmark/schema.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import type { Sample } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PaDiM } from '../../src/methods/padim/index.js';
import { decodeModel, encodeModel, type ModelContent } from '../../src/methods/parts/model-file.js';
import { loadMethod } from '../../src/methods/registry.js';
import { resolveSpadeConfig } from '../../src/methods/spade/config.js';
import { SPADE, type SpadeOptions } from '../../src/methods/spade/index.js';
import type { FitResult, Prediction } from '../../src/methods/types.js';
import { content, smallParts } from '../helpers/small-parts.js';

const cloth = smallParts('cloth', { train: 9, testGood: 2, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test;
let model: SPADE;
let result: FitResult;
let predictions: Prediction[];
let folder: string;

/** Quicker than toEqual, which takes each byte for a value. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

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
  const maps = await model.predict(parts, { maps: 'input' });
  const { image, pixel } = model.thresholds!;
  for (const [i, { score, map, mask, isAnomalous, threshold }] of maps.entries()) {
    expect(map.shape).toEqual([64, 64]);
    expect(score).toBe(predictions[i]!.score);
    expect([threshold, isAnomalous]).toEqual([image, score > image]);
    expect(mask!.data).toEqual(Uint8Array.from(map.data, (value) => (value > pixel ? 1 : 0)));
  }
});

test('predictions in a row leave no tensor behind', async () => {
  const before = tf.memory().numTensors;
  for (let i = 0; i < 6; i++) await model.predict(parts.slice(i % 3, (i % 3) + 1), { workers: 1 });
  for await (const _ of model.predictEach(parts, { workers: 1 })) break;
  expect(tf.memory().numTensors).toBe(before);
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'cloth.iad');
    await model.save(path);
    const loaded = await SPADE.load(path);
    expect([loaded.config, loaded.thresholds, loaded.backbone, loaded.learned]).toEqual([
      model.config,
      model.thresholds,
      model.backbone,
      model.learned,
    ]);
    expect(same(await loaded.toBytes(), await model.toBytes())).toBe(true);
    expect((await loaded.predict(parts, { workers: 1 })).map(content)).toEqual(predictions.map(content));
    const byName = await loadMethod(path);
    expect(byName).toBeInstanceOf(SPADE);
    for (const each of [loaded, byName]) each.dispose();
    await expect(PaDiM.load(path)).rejects.toThrow(/MODEL_FORMAT.*method 'spade', not of padim/);
  });

  const changes: [string, (content: ModelContent) => Partial<ModelContent>, RegExp][] = [
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
  ];
  test.each(changes)('%s is refused', async (_, change, message) => {
    const whole = await decodeModel(await model.toBytes(), 'm.iad');
    const bytes = await encodeModel({ ...whole, ...change(whole) });
    const refused = SPADE.fromBytes(bytes, 'm.iad');
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: 'm.iad' });
    await expect(SPADE.fromBytes(bytes, 'm.iad')).rejects.toThrow(message);
  });
});

describe('what goes wrong', () => {
  const broken: Sample = { ...good[1]!, id: 'broken.png', image: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3) };

  test('a model that was not fitted, no images, bad images, a gallery that is too large', async () => {
    const empty = small();
    await expect(empty.predict(parts)).rejects.toMatchObject({ code: 'NOT_FITTED', path: 'SPADE.predict' });
    await expect(empty.toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
    expect(() => empty.learned).toThrow(/NOT_FITTED/);
    await expect(empty.fit([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES', path: 'SPADE.fit' });
    await expect(empty.fit([broken], { skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    const images = [...good.slice(0, 3), broken, good[4]!];
    await expect(small({ calibrationShare: 0 }).fit(images, { workers: 1 })).rejects.toThrow(/IMAGE_\w+\] broken\.png/);
    const told = await small({ calibrationShare: 0 }).fit(images, { workers: 1, skipBad: true });
    expect([told.images, told.skipped.map(({ id }) => id)]).toEqual([4, ['broken.png']]);
    const tight = small({ memoryBudget: 2 ** 20 });
    await expect(tight.fit([...good.slice(0, 3), broken])).rejects.toThrow(/MEMORY_BUDGET.*3 images .* holds 2/);
  });

  test.each(['features', 'calibration'])('a stop during %s leaves the model as it was', async (stage) => {
    const bytes = await model.toBytes();
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const onProgress = (event: { stage: string }) => {
      if (event.stage === stage) controller.abort();
    };
    const run = model.fit(good, { workers: 1, onProgress, signal: controller.signal });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(same(await model.toBytes(), bytes)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each<[string, Record<string, unknown>]>([
    ['k', { k: 0 }],
    ['k', { k: 2.5 }],
    ['fusion', { fusion: 'mean' }],
    ['imageScore', { imageScore: 'max' }],
    ['storage', { storage: 'int8' }],
    ['geometry', { geometry: 'tile' }],
    ['layers', { layers: ['layer3', 'layer1'] }],
    ['ridge', { ridge: 0.1 }],
    ['seed', { seed: -1 }],
  ])('the configuration is refused naming %s in %o', (field, options) => {
    expect(() => new SPADE(options)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', path: `SPADE.${field}` }));
  });

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
  const fit = await own.fit(dataset.train, { workers: 1 });
  const found = await evaluate(own, dataset, { fit, workers: 1 });
  expect(found.image.auroc).toBeGreaterThan(image);
  expect(found.pixel!.auroc).toBeGreaterThan(0.95);
  expect(evaluationSchema.parse(found)).toMatchObject({ method: 'spade', learned: own.learned });
  own.dispose();
});
