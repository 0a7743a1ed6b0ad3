// CFLOW-AD as a whole, with real ImageNet features on small synthetic parts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { CFlow, type CFlowOptions } from '../../src/methods/cflow/index.js';
import type { ModelContent } from '../../src/methods/parts/model-file.js';
import type { Prediction } from '../../src/methods/types.js';
import { expectReadBack, refusesChanges } from '../helpers/model-files.js';
import { content, same, smallParts } from '../helpers/small-parts.js';
import { expectToldApart, stopTraining, trainedSteps } from '../helpers/whole-methods.js';

const cloth = smallParts('cloth', { train: 7, testGood: 1, testPerDefect: 1 });
const good = cloth.train;
const parts = cloth.test.slice(0, 3);
let folder: string;
let model: CFlow;
let predictions: Prediction[];

/** 16 x 16 and 8 x 8 places; a batch makes 3 and 1 steps. */
const small = (options: CFlowOptions = {}) =>
  new CFlow({
    inputSize: 64,
    layers: ['layer1', 'layer2'],
    epochs: 2,
    batchSize: 3,
    couplings: 1,
    positionChannels: 8,
    rotation: 0,
    seed: 3,
    ...options,
  });

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'cflow-'));
  model = small();
  await model.fit(good, { workers: 1 });
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

test('fit says what it learned from, and how', async () => {
  const own = small();
  const losses: number[] = [];
  const result = await own.fit(good, {
    workers: 1,
    onProgress: ({ stage, loss }) => {
      if (stage === 'training' && loss !== undefined) losses.push(loss);
    },
  });
  // Six images are trained on, in two batches of four steps, twice.
  expect(result).toMatchObject({ images: 6, calibrationImages: 1, skipped: [], training: { steps: 16, epoch: 1 } });
  expect(losses).toHaveLength(16);
  // Of one block each: two layers of the subnet, gamma and offset.
  const level = (channels: number) => {
    const inputs = channels / 2 + 8;
    return inputs * 2 * inputs + 2 * inputs + 2 * inputs * channels + channels + 2 * channels;
  };
  // Not trained: a rotation of each level, and the peaks.
  expect(own.learned).toEqual([
    { name: 'trained parameters', shape: [level(256) + level(512)] },
    { name: 'other parameters', shape: [256 ** 2 + 512 ** 2 + 2] },
  ]);
  // The same seed, the same bytes.
  expect(same(await own.toBytes(), await model.toBytes())).toBe(true);
  own.dispose();
});

test('the score is the maximum of the map, which ends at the number of levels', async () => {
  for (const { score, map } of await model.predict(parts, { maps: 'input', workers: 1 })) {
    expect(map.shape).toEqual([64, 64]);
    expect(Math.max(...map.data)).toBe(score);
    expect(score).toBeLessThanOrEqual(2);
    expect(score).toBeGreaterThan(0);
  }
});

test('on the images that it was trained on no place is more likely than the peaks', async () => {
  const own = small({ calibrationShare: 0 });
  await own.fit(good.slice(0, 3), { workers: 1 });
  const maps = await own.predict(good.slice(0, 3), { maps: 'input', workers: 1 });
  // Features pass the cache in half precision while fitting.
  for (const { map } of maps) expect(Math.min(...map.data)).toBeGreaterThan(-0.02);
  own.dispose();
});

test('two threads predict what one does', async () => {
  const found = await model.predict(parts, { workers: 2 });
  expect(found.map(content)).toEqual(predictions.map(content));
});

test('a fit that was stopped goes on from its checkpoint to the same bytes', async () => {
  const options = { workers: 1, checkpoint: join(folder, 'cflow.ckpt') };
  const stopped = small();
  const before = tf.memory().numTensors;
  await stopTraining(stopped, good, 6, options);
  expect((await trainedSteps(stopped, good, options))[0]).toBe(7);
  expect(same(await stopped.toBytes(), await model.toBytes())).toBe(true);
  stopped.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test.each<[string, CFlowOptions]>([
  ['turned images', { rotation: 5 }],
  ['borders of zeros, an odd size, smoothing', { encoderPadding: 'zeros', inputSize: 75, smoothing: 2 }],
  ['one level, a batch of fewer fibers than a group', { layers: ['layer2'], batchSize: 2, fibers: 200 }],
])('%s: finite maps at the image size, other than before, nothing left behind', async (_, options) => {
  const before = tf.memory().numTensors;
  const own = small({ epochs: 1, calibrationShare: 0, ...options });
  await own.fit(good.slice(0, 4), { workers: 1 });
  const [first] = await own.predict(parts.slice(0, 1), { workers: 1 });
  expect(first!.map.shape).toEqual([96, 96]);
  expect(first!.map.data.every(Number.isFinite)).toBe(true);
  expect(first!.score).not.toBe(predictions[0]!.score);
  own.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, by its own class or by name', async () => {
    const path = join(folder, 'cloth.iad');
    await expectReadBack(CFlow, model, path, parts, predictions);
  });

  const changed = ({ tensors, config }: ModelContent, what: object) => ({
    tensors,
    config: { ...Object(config), ...what },
  });
  refusesChanges(CFlow, () => model, [
    ['of another input', (whole) => changed(whole, { positionChannels: 12 }), /its level0.* is \[\d+,\d+\]/],
    ['of more couplings', (whole) => changed(whole, { couplings: 2 }), /its level0\.decoder\.1.* is \[\]/],
    [
      'without peaks',
      ({ tensors }) => ({ tensors: Object.fromEntries(Object.entries(tensors).filter(([n]) => !/peaks/.test(n))) }),
      /its peaks is \[\]/,
    ],
  ]);
});

test('an input without two cells to mirror is refused', async () => {
  const tiny = small({ inputSize: 32, layers: ['layer4'] });
  await expect(tiny.fit(good.slice(0, 2), { workers: 1 })).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    path: 'CFlow.inputSize',
  });
});

test('defects are told at image and pixel level, and the record says how', async () => {
  const dataset = synthSamples({ kind: 'cloth', seed: 5, size: 160, train: 16, testGood: 8, testPerDefect: 2 });
  const own = new CFlow({
    inputSize: 128,
    layers: ['layer2'],
    epochs: 12,
    batchSize: 8,
    couplings: 2,
    positionChannels: 16,
    learningRate: 2e-3,
    rotation: 0,
  });
  await expectToldApart(own, dataset, 'cflow', { image: 0.9, pixel: 0.9 });
  own.dispose();
});
