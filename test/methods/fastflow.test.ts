// FastFlow as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { kernelsOf, resolveFastFlowConfig } from '../../src/methods/fastflow/config.js';
import { FastFlow, type FastFlowOptions } from '../../src/methods/fastflow/index.js';
import type { ModelContent } from '../../src/methods/parts/model-file.js';
import type { Prediction } from '../../src/methods/types.js';
import { changedFile, expectReadBack, refusesChanges } from '../helpers/model-files.js';
import { refusesOptions } from '../helpers/options.js';
import { same, smallParts } from '../helpers/small-parts.js';
import { expectToldApart, stopTraining } from '../helpers/whole-methods.js';

const { train: good, test: parts } = smallParts('metal', { train: 10, testGood: 2, testPerDefect: 1 });
const SMALL = {
  layers: ['layer1', 'layer2'],
  inputSize: 48,
  steps: 2,
  hiddenRatio: 0.1,
  epochs: 4,
  batchSize: 4,
  seed: 3,
} as const;
const small = (options: FastFlowOptions = {}) => new FastFlow({ ...SMALL, layers: [...SMALL.layers], ...options });
let model: FastFlow;
let bytes: Uint8Array<ArrayBuffer>;
let predictions: Prediction[];
let folder: string;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'));
  model = small();
  const result = await model.fit(good, { workers: 1 });
  // 9 images in full batches of 4.
  expect(result).toMatchObject({ images: 9, calibrationImages: 1, training: { steps: 8, epoch: 3 } });
  const losses = result.training.epochs.map(({ loss }) => loss);
  expect(losses[3]).toBeLessThan(losses[0]!);
  bytes = await model.toBytes();
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('says what it learned', () => {
  // Two norms, and two flows of two steps each: gamma, offset, and the filters of a 3x3 and of a 1x1 subnet.
  const subnet = (kept: number, hidden: number, size: number) =>
    size ** 2 * kept * hidden + hidden + size ** 2 * hidden * 2 * kept + 2 * kept;
  const level = (side: number, channels: number, hidden: number) =>
    2 * side * side * channels + 4 * channels + subnet(channels / 2, hidden, 3) + subnet(channels / 2, hidden, 1);
  expect(model.learned).toEqual([{ name: 'trained parameters', shape: [level(12, 256, 12) + level(6, 512, 25)] }]);
});

test('the map is a likelihood from -1 to 0, the score its maximum; two threads predict the same', async () => {
  const maps = await model.predict(parts, { maps: 'input', workers: 2 });
  for (const [i, { score, map }] of maps.entries()) {
    expect(map.shape).toEqual([48, 48]);
    expect(map.data.every((value) => value >= -1 && value <= 0)).toBe(true);
    expect(score).toBe(Math.max(...map.data));
    expect(score).toBe(predictions[i]!.score);
  }
});

test('the measure and the score only change how the same network is read', async () => {
  const read = async (options: FastFlowOptions) => {
    const config = (whole: ModelContent) => ({ config: { ...Object(whole.config), ...options } });
    const other = await FastFlow.fromBytes(await changedFile(bytes, config));
    const found = await other.predict(parts, { maps: 'input', workers: 1 });
    other.dispose();
    return found;
  };
  const mean = await read({ imageScore: 'mean' });
  for (const { score, map } of mean)
    expect(score).toBeCloseTo(map.data.reduce((a, b) => a + b, 0) / map.data.length, 5);
  const squares = await read({ measure: 'meanSquare' });
  for (const { score, map } of squares) {
    expect(Math.min(...map.data)).toBeGreaterThan(0);
    expect(score).toBe(Math.max(...map.data));
  }
});

test('a fit that was stopped goes on to the same bytes', async () => {
  const options = { workers: 1, checkpoint: join(folder, 'checkpoint') };
  await stopTraining(small(), good, 3, options);
  const resumed = small();
  await resumed.fit(good, options);
  expect(same(await resumed.toBytes(), bytes)).toBe(true);
  resumed.dispose();
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'metal.iad');
    await expectReadBack(FastFlow, model, path, parts, predictions);
  });

  const changed = ({ config }: ModelContent, options: FastFlowOptions) => ({
    config: { ...Object(config), ...options },
  });
  refusesChanges(FastFlow, () => model, [
    ['of another input', (whole) => changed(whole, { inputSize: 64 }), /MODEL_FORMAT.*norm.scale is \[12,12,256\]/],
    ['of more steps', (whole) => changed(whole, { steps: 3 }), /MODEL_FORMAT.*level0/],
    [
      'of other layers',
      (whole) => changed(whole, { layers: ['layer2'] }),
      /MODEL_FORMAT.*does not fit its configuration/,
    ],
    ['of other kernels', (whole) => changed(whole, { kernels: '3x3' }), /MODEL_FORMAT.*subnet/],
    ['without hidden channels', (whole) => changed(whole, { hiddenRatio: 1e-9 }), /MODEL_FORMAT.*makes no network/],
    [
      'with an order that repeats a channel',
      (whole) => {
        const state = Object(whole.state);
        const level1 = [new Array(512).fill(3), state.drawn.level1[1]];
        return { state: { ...state, drawn: { ...state.drawn, level1 } } };
      },
      /MODEL_FORMAT.*level1.0 must name each channel once/,
    ],
  ]);
});

describe('the configuration', () => {
  test("has the paper's defaults and resolves to itself", () => {
    const config = resolveFastFlowConfig({});
    expect(config).toMatchObject({
      layers: ['layer1', 'layer2', 'layer3'],
      geometry: 'stretch',
      inputSize: 256,
      epochs: 500,
      batchSize: 32,
      learningRate: 1e-3,
      weightDecay: 1e-5,
      steps: 8,
      hiddenRatio: 1,
      tanh: 'plain',
      measure: 'likelihood',
      imageScore: 'max',
      smoothing: 0,
    });
    expect(resolveFastFlowConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(
      ['resnet18', 'wide_resnet50_2'].map((architecture) => kernelsOf(config, architecture as 'resnet18')),
    ).toEqual(['3x3', 'alternating']);
  });

  refusesOptions('FastFlow', (options) => new FastFlow(options), [
    ['steps', { steps: 0 }],
    ['kernels', { kernels: '5x5' }],
    ['hiddenRatio', { hiddenRatio: 0 }],
    ['measure', { measure: 'z' }],
    ['imageScore', { imageScore: 'median' }],
    ['epochs', { epochs: 0 }],
    ['batchSize', { batchSize: 1.5 }],
    ['learningRate', { learningRate: -1 }],
    ['learningRate', { learningRate: Number.NaN }],
    ['weightDecay', { weightDecay: -1 }],
    ['geometry', { geometry: 'tile' }],
    ['cacheBudget', { cacheBudget: 0 }],
    ['coresetRatio', { coresetRatio: 0.1 }],
  ]);
});

test('a network without hidden channels is refused before anything is done', async () => {
  const before = tf.memory().numTensors;
  await expect(small({ hiddenRatio: 0.001 }).fit(good)).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    path: 'FastFlow.hiddenRatio',
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('defects are told at image and pixel level, and the record says how', async () => {
  const dataset = synthSamples({ kind: 'metal', seed: 5, size: 128, train: 16, testGood: 8, testPerDefect: 2 });
  const own = new FastFlow({
    layers: ['layer1', 'layer2'],
    inputSize: 96,
    steps: 4,
    hiddenRatio: 0.2,
    epochs: 16,
    batchSize: 8,
  });
  await expectToldApart(own, dataset, 'fastflow', { image: 0.9, pixel: 0.9 });
  own.dispose();
}, 120_000);
