// One folder of features for several methods: an image passes the backbone once for each layer that somebody asks for.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Backbone, BackboneChoice, LayerName } from '../../src/backbones/types.js';
import { evaluate } from '../../src/benchmark/index.js';
import { useBackend } from '../../src/kernels/backend.js';
import { createMethod } from '../../src/methods/registry.js';
import type { AnomalyMethod, CallOptions } from '../../src/methods/types.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { content, smallParts } from '../helpers/small-parts.js';

/** Layers of every image that passed a backbone in this thread. */
const passes: string[] = [];

vi.mock('../../src/backbones/graph.js', async (original) => {
  const graph = await original<typeof import('../../src/backbones/graph.js')>();
  const createBackbone: typeof graph.createBackbone = (...given): Backbone => {
    const network = graph.createBackbone(...given);
    return {
      ...network,
      features<L extends LayerName>(images: tf.Tensor4D, layers: readonly L[]) {
        for (let i = 0; i < images.shape[0]; i++) passes.push(layers.join());
        return network.features(images, layers);
      },
    };
  };
  return { ...graph, createBackbone };
});

const parts = smallParts('cloth', { train: 4, testGood: 2, testPerDefect: 1 });
const { train: good, test: tested } = parts;
let folder: string;
let backbone: BackboneChoice;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'shared-cache-'));
  backbone = await seededResnet18(folder, 'layer4');
});
beforeEach(() => {
  passes.length = 0;
});
afterAll(() => rm(folder, { recursive: true }));

const OPTIONS: Readonly<Record<string, Record<string, unknown>>> = {
  patchcore: { layers: ['layer1', 'layer2'], coresetRatio: 0.5 },
  padim: { layers: ['layer2', 'layer3'], dims: 12 },
  spade: { layers: ['layer1', 'layer2'] },
  fastflow: { layers: ['layer1'], steps: 1, hiddenRatio: 0.1, epochs: 2, batchSize: 2 },
  stpm: { layers: ['layer1'], epochs: 2, batchSize: 2, validationShare: 0 },
  csflow: { layers: ['layer1'], hidden: 4, blocks: 1, epochs: 1, batchSize: 2, inputSize: 64 },
  cflow: { layers: ['layer1'], couplings: 1, positionChannels: 8, epochs: 1, batchSize: 2, encoderPadding: 'zeros' },
};

function small(id: string): AnomalyMethod {
  const common = { backbone, geometry: 'stretch', inputSize: 32, seed: 3, calibrationShare: 0 };
  return createMethod(id, { ...common, ...OPTIONS[id] });
}

/** Fits and predicts; how often the backbone ran for each. */
async function run(id: string, options: CallOptions) {
  const method = small(id);
  const before = tf.memory().numTensors;
  passes.length = 0;
  await method.fit(good, { workers: 1, ...options });
  const fitPasses = [...passes];
  passes.length = 0;
  const predictions = await method.predict(tested, { workers: 1, ...options });
  const predictPasses = [...passes];
  method.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { fitPasses, predictPasses, predictions };
}

test('each method finds what those before it have left, and runs the backbone for the rest', async () => {
  const cacheFolder = join(folder, 'grid');
  const times = (layers: string, count: number) => Array.from({ length: count }, () => layers);
  const patchcore = await run('patchcore', { cacheFolder });
  expect([patchcore.fitPasses, patchcore.predictPasses]).toEqual([
    times('layer1,layer2', good.length),
    times('layer1,layer2', tested.length),
  ]);
  const padim = await run('padim', { cacheFolder });
  expect([padim.fitPasses, padim.predictPasses]).toEqual([
    times('layer3', good.length),
    times('layer3', tested.length),
  ]);
  // Its global vector is of the last layer.
  const spade = await run('spade', { cacheFolder });
  expect([spade.fitPasses, spade.predictPasses]).toEqual([
    times('layer4', good.length),
    times('layer4', tested.length),
  ]);
  for (const id of ['fastflow', 'stpm']) {
    const { fitPasses, predictPasses } = await run(id, { cacheFolder });
    expect([id, fitPasses, predictPasses]).toEqual([id, [], []]);
  }
  expect(await readdir(cacheFolder)).toHaveLength(4 * (good.length + tested.length));
  // Again, with everything there: no pass at all, and the same results to the bit.
  for (const [id, cold] of Object.entries({ patchcore, padim, spade })) {
    const warm = await run(id, { cacheFolder });
    expect([id, warm.fitPasses, warm.predictPasses]).toEqual([id, [], []]);
    expect(warm.predictions.map(content)).toEqual(cold.predictions.map(content));
  }
});

describe.each(Object.keys(OPTIONS))('%s', (id) => {
  test('with a cache its scores are those without, but for features in float16', async () => {
    const without = await run(id, {});
    const cached = await run(id, { cacheFolder: join(folder, `own-${id}`) });
    for (const [i, { score, map }] of cached.predictions.entries()) {
      const exact = without.predictions[i]!;
      expect(Math.abs(score - exact.score)).toBeLessThan(0.02 * Math.abs(exact.score));
      const largest = exact.map.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = map.data.reduce((most, value, at) => Math.max(most, Math.abs(value - exact.map.data[at]!)), 0);
      expect(off).toBeLessThan(0.02 * largest);
    }
  });
});

test('threads share the folder with this one', async () => {
  const cacheFolder = join(folder, 'threads');
  const [alone, spread] = [small('patchcore'), small('patchcore')];
  await spread.fit(good, { workers: 2, cacheFolder });
  expect(passes).toEqual([]);
  await alone.fit(good, { workers: 1, cacheFolder });
  expect(passes).toEqual([]);
  const found = await spread.predict(tested, { workers: 2, cacheFolder });
  expect((await alone.predict(tested, { workers: 1, cacheFolder })).map(content)).toEqual(found.map(content));
  expect(passes).toEqual([]);
  for (const each of [alone, spread]) each.dispose();
});

test('a call without it computes by itself, right after one with it', async () => {
  const cacheFolder = join(folder, 'mixed');
  const method = small('patchcore');
  await method.fit(good, { workers: 1 });
  const exact = await method.predict(tested.slice(0, 1), { workers: 1 });
  await method.predict(tested.slice(0, 1), { workers: 1, cacheFolder });
  passes.length = 0;
  const again = await method.predict(tested.slice(0, 1), { workers: 1 });
  expect(passes).toHaveLength(1);
  expect(again.map(content)).toEqual(exact.map(content));
  method.dispose();
});

test('a method that scores turned copies has no use for it', async () => {
  const options = { backbone, layers: ['layer1'], geometry: 'stretch', inputSize: 64, blocks: 1, hidden: 4, copies: 1 };
  const method = createMethod('differnet', {
    ...options,
    epochs: 1,
    batchSize: 2,
    rotationCount: 2,
    calibrationShare: 0,
  });
  const cacheFolder = join(folder, 'turned');
  await method.fit(good, { workers: 1, cacheFolder });
  const found = await method.predict(tested.slice(0, 1), { workers: 1, cacheFolder });
  const exact = await method.predict(tested.slice(0, 1), { workers: 1 });
  expect(found.map(content)).toEqual(exact.map(content));
  await expect(readdir(cacheFolder)).rejects.toThrow(/ENOENT/);
  method.dispose();
});

test('an evaluation says so, and gives no times for those of the method', async () => {
  const method = small('padim');
  const cacheFolder = join(folder, 'evaluation');
  const fit = await method.fit(good, { workers: 1, cacheFolder });
  const { timings, warnings } = await evaluate(method, parts, { fit, workers: 1, cacheFolder });
  expect([timings.latency, timings.latencyWithDecoding, timings.imagesPerSecond]).toEqual([null, null, null]);
  expect(warnings).toContainEqual(expect.stringMatching(/features come from a cache.*float16/));
  method.dispose();
});

test('a folder that cannot be one is refused', async () => {
  const method = small('spade');
  const cacheFolder = join(folder, 'resnet18-layer4.safetensors');
  const before = tf.memory().numTensors;
  await expect(method.fit(good, { workers: 1, cacheFolder })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  expect(tf.memory().numTensors).toBe(before);
  method.dispose();
});
