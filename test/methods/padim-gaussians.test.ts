// PaDiM's statistics on made-up features: what must hold whatever the network gives.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { packedSize } from '../../src/kernels/packed.js';
import { chooseChannels, resolvePaDiMConfig } from '../../src/methods/padim/config.js';
import { replicatedCells } from '../../src/methods/padim/embedder.js';
import { blocks, emptyGaussians, type Gaussians } from '../../src/methods/padim/gaussians.js';
import { Scorer } from '../../src/methods/padim/scorer.js';
import { IadError } from '../../src/runtime/errors.js';
import { fitMadeUp } from '../helpers/padim.js';
import { relativeDifference, uniformArray } from '../helpers/random-arrays.js';

beforeAll(async () => {
  await useBackend('wasm');
});

/** Distances of features [positions, depth]. */
async function distances(gaussians: Gaussians, features: Float32Array, residentBytes?: number): Promise<Float32Array> {
  const before = tf.memory().numTensors;
  const scorer = new Scorer(resolvePaDiMConfig({}), gaussians, residentBytes);
  const tensor = tf.tensor3d(features, [1, gaussians.positions, gaussians.depth]);
  const found = await scorer.distances(tensor);
  tensor.dispose();
  scorer.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return found;
}

/** Quicker than toEqual on their thousands of values. */
function expectSame(a: Gaussians, b: Gaussians): void {
  for (const name of ['mean', 'factors'] as const) {
    expect(Buffer.compare(Buffer.from(a[name].buffer), Buffer.from(b[name].buffer))).toBe(0);
  }
}

describe('the distance', () => {
  const sizes = { positions: 6, depth: 12 };
  const all = uniformArray(1, 40 * 72);
  const query = uniformArray(2, 72);

  test('is ten times the Euclidean one where all images are the same', async () => {
    const one = uniformArray(3, 72);
    const same = new Float32Array(20 * 72).map((_, at) => one[at % 72]!);
    for (const features of [same, one]) {
      const { gaussians } = await fitMadeUp(features, sizes);
      const euclidean = Array.from({ length: 6 }, (_, p) =>
        Math.hypot(...Array.from({ length: 12 }, (_, i) => query[p * 12 + i]! - one[p * 12 + i]!)),
      );
      const expected = euclidean.map((distance) => 10 * distance);
      expect(relativeDifference(await distances(gaussians, query), expected)).toBeLessThan(1e-6);
    }
  });

  test('is 0 at the mean, and d (N - 1) / N in the mean square of the training images without a ridge', async () => {
    const { gaussians } = await fitMadeUp(all, { ...sizes, ridge: 0 });
    expect(Math.max(...(await distances(gaussians, gaussians.mean)))).toBe(0);
    const sums = new Float64Array(6);
    for (let image = 0; image < 40; image++) {
      const found = await distances(gaussians, all.slice(image * 72, (image + 1) * 72));
      for (const [p, distance] of found.entries()) sums[p]! += distance ** 2 / 40;
    }
    expect(relativeDifference(sums, new Array(6).fill((12 * 39) / 40))).toBeLessThan(1e-5);
  });

  test('does not depend on the order of the channels, nor without a ridge on their scale', async () => {
    const { gaussians } = await fitMadeUp(all, { ...sizes, ridge: 0 });
    const expected = await distances(gaussians, query);
    const reversed = (values: Float32Array) => values.map((_, at) => values[at - (at % 12) + 11 - (at % 12)]!);
    const other = await fitMadeUp(reversed(all), { ...sizes, ridge: 0 });
    expect(relativeDifference(await distances(other.gaussians, reversed(query)), expected)).toBeLessThan(1e-5);
    const scaled = (values: Float32Array) => values.map((value, at) => (at % 12 === 5 ? 64 * value : value));
    const larger = await fitMadeUp(scaled(all), { ...sizes, ridge: 0 });
    expect(relativeDifference(await distances(larger.gaussians, scaled(query)), expected)).toBeLessThan(1e-5);
  });

  test('is the same bit for bit whether the factors stay on the backend or pass through it', async () => {
    const { gaussians } = await fitMadeUp(uniformArray(4, 3 * 5 * 1300), { positions: 5, depth: 1300 });
    expect(blocks(5, 1300)).toEqual([0, 4].map((from, i) => ({ from, count: 4 - 3 * i })));
    const part = uniformArray(5, 5 * 1300);
    expect(await distances(gaussians, part, 0)).toEqual(await distances(gaussians, part));
  });
});

describe('fitting', () => {
  const sizes = { positions: 30, depth: 140 };
  const features = uniformArray(6, 35 * 30 * 140);

  test('in several passes gives the same bytes as in one, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const once = await fitMadeUp(features, sizes);
    const often = await fitMadeUp(features, { ...sizes, memoryBudget: 2 ** 20 });
    expect([once.passes, often.passes]).toEqual([1, 2]);
    expectSame(often.gaussians, once.gaussians);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('adds the ridge to every variance', async () => {
    // Fewer images than channels: the smallest eigenvalue is the ridge, and no pivot is below it.
    const { gaussians } = await fitMadeUp(features, { ...sizes, ridge: 0.25 });
    for (let p = 0; p < 30; p++) {
      for (let i = 0; i < 140; i++) {
        const pivot = gaussians.factors[p * packedSize(140) + packedSize(i) + i]!;
        expect(pivot ** 2).toBeGreaterThanOrEqual(0.25 * (1 - 1e-4));
      }
    }
  });

  test('without a ridge needs more images than channels', async () => {
    const before = tf.memory().numTensors;
    const run = fitMadeUp(features, { ...sizes, ridge: 0 });
    await expect(run).rejects.toMatchObject({ code: 'BAD_ARGUMENT', message: /not positive definite/ });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('bad images are skipped in every pass or end it; a budget for no position is refused', async () => {
    const broken = new Map(['3', '20'].map((id) => [id, new IadError('IMAGE_FORMAT', 'no image', { path: id })]));
    await expect(fitMadeUp(features, sizes, broken)).rejects.toMatchObject({ code: 'IMAGE_FORMAT', path: '3' });
    const small = { ...sizes, memoryBudget: 2 ** 20, skipBad: true };
    const skipping = await fitMadeUp(features, small, broken);
    expect(skipping).toMatchObject({ images: 33, passes: 2, skipped: [{ id: '3' }, { id: '20' }] });
    const size = 30 * 140;
    const rest = features.filter((_, at) => ![3, 20].includes(Math.floor(at / size)));
    expectSame(skipping.gaussians, (await fitMadeUp(rest, sizes)).gaussians);
    const none = new Map(Array.from({ length: 35 }, (_, i) => [`${i}`, new IadError('IMAGE_FORMAT', 'no image')]));
    await expect(fitMadeUp(features, small, none)).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    await expect(fitMadeUp(features, { ...sizes, memoryBudget: 1000 })).rejects.toMatchObject({
      code: 'MEMORY_BUDGET',
    });
    expect(() => emptyGaussians(4096, 550)).toThrow(/MEMORY_BUDGET.*PaDiM\.dims.*2491596800 bytes/);
  });

  test('a stop during the passes or the factors leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    for (const stage of ['features, pass 2 of 2', 'gaussians']) {
      const controller = new AbortController();
      const onProgress = (event: { stage: string }) => {
        if (event.stage === stage) controller.abort();
      };
      const run = fitMadeUp(features, { ...sizes, memoryBudget: 2 ** 20, onProgress, signal: controller.signal });
      await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});

test('block replication: position (r, c) takes cell (floor(r / factor), floor(c / factor))', () => {
  const cells = replicatedCells(7, 2, 4);
  expect(cells).toHaveLength(49);
  for (let r = 0; r < 7; r++) {
    for (let c = 0; c < 7; c++) expect(cells[r * 7 + c]).toBe(Math.floor(r / 4) * 2 + Math.floor(c / 4));
  }
});

describe('channels', () => {
  test.each([
    ['resnet18', 'auto', 100],
    ['resnet18', 'all', 448],
    ['wide_resnet50_2', 'auto', 550],
    ['resnet50_keras', 'all', 1792],
    ['resnet50', 7, 7],
  ] as const)('%s, %s', (architecture, dims, count) => {
    const channels = chooseChannels(resolvePaDiMConfig({ dims }), architecture);
    expect(new Set(channels).size).toBe(count);
    expect(channels).toHaveLength(count);
    expect(channels).toEqual([...channels].sort((a, b) => a - b));
    expect(channels).toEqual(chooseChannels(resolvePaDiMConfig({ dims }), architecture));
    if (dims !== 'all')
      expect(channels).not.toEqual(chooseChannels(resolvePaDiMConfig({ dims, seed: 1 }), architecture));
  });

  test('auto takes all of a layer that has no more; a number beyond all is refused', () => {
    expect(chooseChannels(resolvePaDiMConfig({ layers: ['layer1'] }), 'resnet50')).toHaveLength(256);
    expect(() => chooseChannels(resolvePaDiMConfig({ dims: 449 }), 'resnet18')).toThrow(
      /BAD_CONFIG\] PaDiM\.dims: is 449, .* resnet18 have 448 channels/,
    );
  });
});
