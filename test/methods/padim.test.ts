// PaDiM as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { resolvePaDiMConfig } from '../../src/methods/padim/config.js';
import { PaDiM, type PaDiMOptions } from '../../src/methods/padim/index.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';
import { loadMethod } from '../../src/methods/registry.js';
import type { FitResult, Prediction } from '../../src/methods/types.js';
import { areaUnderCurve } from '../../src/metrics/index.js';
import { changedFile, expectReadBack, refusesChanges } from '../helpers/model-files.js';
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

const cloth = smallParts('cloth', { train: 12, testGood: 2, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test;
let model: PaDiM;
let result: FitResult;
let predictions: Prediction[];
let folder: string;

const small = (options: PaDiMOptions = {}) => new PaDiM({ resize: 72, inputSize: 64, dims: 40, seed: 3, ...options });

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'padim-'));
  model = small();
  result = await model.fit(good, { workers: 1 });
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('fit says what it learned from', () => {
  expect(result).toMatchObject({ images: 11, calibrationImages: 1, skipped: [] });
  expect(result.warnings).toEqual([expect.stringMatching(/held out \(1\) .* 0\.01, that takes 100/)]);
  expect(Object.keys(result.timings)).toEqual(['features', 'gaussians', 'calibration']);
  expect(model.learned).toEqual([
    { name: 'means', shape: [256, 40] },
    { name: 'covariance factors', shape: [256, 820] },
  ]);
  expect(model.channels).toHaveLength(40);
  expect(model.backbone.id).toBe('resnet50.keras_in1k');
});

test('the same seed gives the same bytes, also on two threads', async () => {
  const bytes = await model.toBytes();
  const spread = small();
  await spread.fit(good.slice(0, 2), { workers: 1 });
  await spread.fit(good, { workers: 2 });
  expect(same(await spread.toBytes(), bytes)).toBe(true);
  const found = await spread.predict(parts, { workers: 2 });
  expect(found.map(content)).toEqual(predictions.map(content));
  spread.dispose();
});

test('several passes predict what one does; another seed draws other channels', async () => {
  const often = small({ memoryBudget: 2 ** 20 });
  const { warnings } = await often.fit(good, { workers: 1 });
  expect(warnings[0]).toMatch(/memoryBudget of 1048576 bytes .* images were read 3 times/);
  expect((await often.predict(parts, { workers: 1 })).map(content)).toEqual(predictions.map(content));
  const reseeded = small({ seed: 4 });
  await reseeded.fit(good.slice(0, 2), { workers: 1 });
  expect(reseeded.channels).not.toEqual(model.channels);
  for (const each of [often, reseeded]) each.dispose();
});

test.each<[string, PaDiMOptions, number, number]>([
  ['one layer, all of its channels', { layers: ['layer1'], dims: 'all' }, 256, 256],
  ['deeper layers', { layers: ['layer2', 'layer3'] }, 64, 40],
  ['a single channel', { dims: 1 }, 256, 1],
  ['an odd size, stretched, no smoothing', { geometry: 'stretch', inputSize: 75, smoothing: 0 }, 361, 40],
])('%s: finite maps at the image size, nothing left behind', async (_, options, positions, dims) => {
  const before = tf.memory().numTensors;
  const own = small(options);
  await own.fit(good.slice(0, 4), { workers: 1 });
  expect(own.learned[0]!.shape).toEqual([positions, dims]);
  for (const { map, score } of await own.predict(parts.slice(0, 2), { workers: 1 })) {
    expect(map.shape).toEqual([96, 96]);
    expect(map.data.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
    expect(score).toBeGreaterThan(0);
  }
  own.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('the score is the maximum of the map; verdicts follow from the thresholds', async () => {
  for (const { score, map } of await expectVerdicts(model, parts, predictions, 64)) {
    expect(Math.max(...map.data)).toBe(score);
  }
});

test('predictions in a row leave no tensor behind', () => expectNothingLeft(model, parts, 10));

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'cloth.iad');
    await expectReadBack(PaDiM, model, path, parts, predictions);
    expect((await PaDiM.load(path)).channels).toEqual(model.channels);
    await expect(PatchCore.load(path)).rejects.toThrow(/MODEL_FORMAT.*method 'padim', not of patchcore/);
  });

  refusesChanges(PaDiM, () => model, [
    ['of a method that is not known', () => ({ method: 'magic' }), /'magic', not of padim/],
    ['with a foreign configuration', () => ({ config: { coresetRatio: 0.1 } }), /configuration is not one of PaDiM/],
    ['without channels', () => ({ state: { images: 3 } }), /description of its Gaussians is missing/],
    ['with channels twice', () => ({ state: { images: 3, channels: new Array(40).fill(5) } }), /no ascending list/],
    [
      'with channels beyond the network',
      () => ({ state: { images: 3, channels: Array.from({ length: 40 }, (_, i) => 1760 + i) } }),
      /no ascending list of 1792/,
    ],
    ['with fewer channels', () => ({ state: { images: 3, channels: [1, 2] } }), /mean is \[256,40\].*makes \[256,2\]/],
    ['of another input', ({ config }) => ({ config: { ...Object(config), inputSize: 96 } }), /makes \[576,40\]/],
    [
      'without factors',
      ({ tensors }) => ({ tensors: { ...tensors, factors: { shape: [1], data: new Float32Array(1) } } }),
      /factors is \[1\]/,
    ],
  ]);

  test('of a method that is not known is refused by name', async () => {
    const path = join(folder, 'magic.iad');
    await writeFile(path, await changedFile(await model.toBytes(), () => ({ method: 'magic' })));
    await expect(loadMethod(path)).rejects.toThrow(/MODEL_FORMAT.*method 'magic', which is not known here/);
  });
});

describe('what goes wrong', () => {
  test('a model that was not fitted, no images, bad images', async () => {
    await expectUnfitted(small(), 'PaDiM', parts);
    const images = [...good.slice(0, 3), broken(good[1]!), good[4]!];
    await expect(small({ calibrationShare: 0 }).fit(images, { workers: 1 })).rejects.toThrow(/IMAGE_\w+\] broken\.png/);
    const told = await small().fit(images, { workers: 1, skipBad: true });
    expect([told.images + told.calibrationImages, told.skipped.map(({ id }) => id)]).toEqual([4, ['broken.png']]);
  });

  test.each(['features', 'gaussians', 'calibration'])('a stop during %s leaves the model as it was', (stage) =>
    expectStopHarmless(model, good, stage),
  );

  refusesOptions('PaDiM', (options) => new PaDiM(options), [
    ['dims', { dims: 0 }],
    ['dims', { dims: 2.5 }],
    ['dims', { dims: 'some' }],
    ['ridge', { ridge: -1 }],
    ['ridge', { ridge: Number.NaN }],
    ['geometry', { geometry: 'tile' }],
    ['layers', { layers: ['layer3', 'layer1'] }],
    ['coresetRatio', { coresetRatio: 0.1 }],
    ['seed', { seed: -1 }],
  ]);

  test("the configuration has the paper's defaults and resolves to itself", () => {
    const config = resolvePaDiMConfig({});
    expect(config).toMatchObject({
      layers: ['layer1', 'layer2', 'layer3'],
      geometry: 'crop',
      resize: 256,
      inputSize: 224,
      dims: 'auto',
      ridge: 0.01,
      smoothing: 4,
    });
    expect(resolvePaDiMConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

test('defects are told at image and pixel level, and the record says how', async () => {
  const dataset = synthSamples({ kind: 'cloth', seed: 5, size: 160, train: 16, testGood: 8, testPerDefect: 2 });
  const own = new PaDiM({ resize: 128, inputSize: 128, geometry: 'stretch', dims: 100 });
  const found = await expectToldApart(own, dataset, 'padim', { image: 0.9, pixel: 0.9 }, 2);
  // The curve in the record is thinned to 256 points, the area is of all of them.
  const { fpr, pro, atThreshold } = found.proCurve!;
  expect(fpr.length).toBeLessThanOrEqual(256);
  expect(areaUnderCurve(fpr, pro, 0.3) / 0.3).toBeCloseTo(found.pixel!.aupro!, 2);
  expect(atThreshold?.threshold).toBe(own.thresholds!.pixel);
  const flagged = fpr.findIndex((rate) => rate >= atThreshold!.fpr);
  expect(atThreshold!.pro).toBeGreaterThan(pro[flagged - 1]! - 1e-9);
  expect(atThreshold!.pro).toBeLessThan(pro[flagged]! + 1e-9);
  own.dispose();
});
