// What greedy k-center selection promises.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anchorsFrom, kCenterGreedy } from '../../src/kernels/index.js';
import { kCenterCases } from '../../src/kernels/k-center-greedy/cases.js';
import { K_CENTER_START } from '../../src/kernels/k-center-greedy/kernels.js';
import { boundsPay, sliceSize } from '../../src/kernels/k-center-greedy/plan.js';
import { kCenterGreedyReference } from '../../src/kernels/k-center-greedy/reference.js';
import { runKernel } from '../../src/kernels/registry.js';
import { KernelThreads } from '../../src/kernels/threads/index.js';
import { correlated } from '../../src/kernels/top-k-neighbors/cases.js';
import type { ProgressEvent } from '../../src/runtime/progress.js';
import { BACKENDS, use } from './backends.js';

function matrix(values: Float32Array, depth: number): tf.Tensor2D {
  return tf.tensor2d(values, [values.length / depth, depth]);
}

function apart(values: Float32Array, depth: number, i: number, j: number): number {
  let sum = 0;
  for (let d = 0; d < depth; d++) sum += (values[i * depth + d]! - values[j * depth + d]!) ** 2;
  return Math.sqrt(sum);
}

/** The largest distance of a point to its nearest centre. */
function coverage(values: Float32Array, depth: number, centres: Iterable<number>): number {
  const chosen = [...centres];
  const nearest = Array.from({ length: values.length / depth }, (_, i) =>
    Math.min(...chosen.map((centre) => apart(values, depth, i, centre))),
  );
  return Math.max(...nearest);
}

function* subsets(n: number, k: number, from = 0): Generator<number[]> {
  if (k === 0) yield [];
  else for (let i = from; i <= n - k; i++) for (const rest of subsets(n, k - 1, i + 1)) yield [i, ...rest];
}

describe.each(BACKENDS)('kCenterGreedy on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(kCenterCases())('$name: bit for bit the reference', async ({ features, depth, count, anchor }) => {
    const expected = kCenterGreedyReference(features, depth, anchor.slice(), count);
    const rows = matrix(features, depth);
    const before = tf.memory();
    const found = await kCenterGreedy(rows, count, { anchor });
    expect(tf.memory()).toEqual(before);
    rows.dispose();
    expect(found.indices).toEqual(expected.indices);
    expect(found.radii).toEqual(expected.radii);
  });

  test('from one start it covers within twice the optimum', async () => {
    const point = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 }));
    const points = fc.array(point, { minLength: 4, maxLength: 11 });
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 4 }), fc.nat(), async (list, k, seed) => {
        const values = Float32Array.from(list.flat());
        const features = matrix(values, 2);
        const { indices } = await kCenterGreedy(features, k, { start: seed % list.length });
        features.dispose();
        let optimum = Number.POSITIVE_INFINITY;
        for (const centres of subsets(list.length, k)) optimum = Math.min(optimum, coverage(values, 2, centres));
        expect(indices[0]).toBe(seed % list.length);
        expect(coverage(values, 2, indices)).toBeLessThanOrEqual(2 * optimum + 1e-4);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('runs are nested, radii never rise, picks differ, and the radius is the coverage', async () => {
    const values = correlated(3, 600, 40);
    const features = matrix(values, 40);
    const long = await kCenterGreedy(features, 120, { start: 7 });
    const short = await kCenterGreedy(features, 50, { start: 7 });
    expect(long.indices.subarray(0, 50)).toEqual(short.indices);
    expect(long.radii.subarray(0, 50)).toEqual(short.radii);
    expect(new Set(long.indices).size).toBe(120);
    expect(long.radii[0]).toBe(Number.POSITIVE_INFINITY);
    for (let i = 1; i < 120; i++) expect(long.radii[i]!).toBeLessThanOrEqual(long.radii[i - 1]!);
    expect(coverage(values, 40, long.indices.subarray(0, 119))).toBeCloseTo(long.radii[119]!, 3);
    features.dispose();
  });

  test('duplicates end the run', async () => {
    const features = matrix(new Float32Array(40).fill(0.3), 4);
    expect((await kCenterGreedy(features, 5, { start: 2 })).indices).toEqual(Int32Array.of(2));
    expect((await kCenterGreedy(features, 5, { anchor: new Float32Array(10) })).indices.length).toBe(0);
    const odd = Float32Array.from([Number.NaN, -1, 0, 3, 0, 2, 0, 0, 0, 0]);
    expect((await kCenterGreedy(features, 5, { anchor: odd })).indices).toEqual(Int32Array.of(3));
    features.dispose();
  });

  test('progress arrives, and an abort stops it without a leak', async () => {
    const features = matrix(correlated(4, 800, 24), 24);
    const before = tf.memory().numTensors;
    const events: ProgressEvent[] = [];
    await kCenterGreedy(features, 100, { start: 0, onProgress: (event) => events.push(event) });
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ stage: 'coreset', done: 100, total: 100 });
    const stop = new AbortController();
    const run = kCenterGreedy(features, 100, { start: 0, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(tf.memory().numTensors).toBe(before);
    features.dispose();
  });

  test('anchors are the mean or least distance to the given rows', async () => {
    const values = correlated(6, 300, 20);
    const features = matrix(values, 20);
    const before = tf.memory().numTensors;
    const rows = [5, 17, 200, 5];
    const mean = await anchorsFrom(features, rows, 'mean');
    const least = await anchorsFrom(features, Int32Array.from(rows), 'min');
    expect(tf.memory().numTensors).toBe(before);
    for (const i of [0, 5, 17, 299]) {
      const each = rows.map((row) => apart(values, 20, i, row));
      expect(mean[i]).toBeCloseTo(each.reduce((sum, d) => sum + d, 0) / rows.length, 4);
      expect(least[i]).toBeCloseTo(Math.min(...each), 4);
    }
    expect(least[17]).toBe(0);
    features.dispose();
  });

  test('going on from the least distances is going on with the run', async () => {
    const features = matrix(correlated(8, 500, 70), 70);
    const whole = await kCenterGreedy(features, 60, { start: 0 });
    const anchor = await anchorsFrom(features, whole.indices.slice(0, 40), 'min');
    const rest = await kCenterGreedy(features, 20, { anchor });
    expect(rest.indices).toEqual(whole.indices.slice(40));
    expect(rest.radii).toEqual(whole.radii.slice(40));
    features.dispose();
  });

  test('bad arguments are refused', async () => {
    const features = matrix(new Float32Array(12), 3);
    const bad = { code: 'BAD_ARGUMENT' };
    await expect(kCenterGreedy(features, 5, { start: 0 })).rejects.toMatchObject(bad);
    await expect(kCenterGreedy(features, 0, { start: 0 })).rejects.toMatchObject(bad);
    await expect(kCenterGreedy(features, 1, {})).rejects.toMatchObject(bad);
    await expect(kCenterGreedy(features, 1, { start: 4 })).rejects.toMatchObject(bad);
    const empty = tf.zeros<tf.Rank.R2>([0, 3]);
    await expect(kCenterGreedy(empty, 1, { start: 0 })).rejects.toMatchObject({
      ...bad,
      message: expect.stringContaining('[0, 3]'),
    });
    const whole = tf.zeros<tf.Rank.R2>([4, 3], 'int32');
    await expect(kCenterGreedy(whole, 1, { start: 0 })).rejects.toMatchObject(bad);
    whole.dispose();
    await expect(kCenterGreedy(whole, 1, { start: 0 })).rejects.toThrow(/BAD_ARGUMENT.*disposed/);
    await expect(kCenterGreedy(features, 1, { start: 0, anchor: new Float32Array(4) })).rejects.toMatchObject(bad);
    await expect(kCenterGreedy(features, 1, { anchor: new Float32Array(3) })).rejects.toMatchObject(bad);
    const anchor = tf.ones<tf.Rank.R1>([4]);
    const column = anchor.reshape([4, 1]);
    // @ts-expect-error the rank is checked at run time too
    const standing = kCenterGreedy(features, 1, { anchor: column });
    await expect(standing).rejects.toThrow(/BAD_ARGUMENT.*kCenterGreedy: anchor must be \[4\], not \[4, 1\]/);
    tf.dispose([anchor, column]);
    await expect(kCenterGreedy(features, 1, { anchor })).rejects.toThrow(/BAD_ARGUMENT.*anchor was disposed/);
    await expect(anchorsFrom(features, [], 'min')).rejects.toMatchObject(bad);
    await expect(anchorsFrom(features, [4], 'min')).rejects.toMatchObject(bad);
    features.dispose();
  });
});

describe.each([1, 2, 3])('kCenterGreedy on %i threads', (count) => {
  let threads: KernelThreads;
  beforeAll(async () => {
    await use(BACKENDS[1]!);
    threads = await KernelThreads.open(count, { maxBytes: 2 ** 24 });
  });
  afterAll(() => threads.close());

  test.each(kCenterCases())('$name: bit for bit the reference', async ({ features, depth, count, anchor }) => {
    const expected = kCenterGreedyReference(features, depth, anchor.slice(), count);
    const rows = matrix(features, depth);
    const before = tf.memory();
    const found = await kCenterGreedy(rows, count, { anchor, threads });
    expect(tf.memory()).toEqual(before);
    rows.dispose();
    expect(found.indices).toEqual(expected.indices);
    expect(found.radii).toEqual(expected.radii);
  });

  test('an abort, and too little memory, leave nothing behind', async () => {
    const features = matrix(correlated(4, 3000, 24), 24);
    const free = threads.allocate(2 ** 24 - 2 ** 16);
    const refused = kCenterGreedy(features, 100, { start: 0, threads });
    await expect(refused).rejects.toThrow(/MEMORY_BUDGET.*kCenterGreedy/);
    threads.free(free);
    const stop = new AbortController();
    const run = kCenterGreedy(features, 100, {
      start: 0,
      threads,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    threads.free(threads.allocate(2 ** 24 - 2 ** 16));
    features.dispose();
  });
});

test('many points, many picks: the lazy kernel picks what the plain one picks', async () => {
  await use(BACKENDS[1]!);
  expect(boundsPay(6000, 1200)).toBe(1);
  const values = correlated(9, 6000, 96, 30);
  const features = matrix(values, 96);
  const anchor = await anchorsFrom(features, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 'mean');
  const found = await kCenterGreedy(features, 1200, { anchor });
  const expected = kCenterGreedyReference(values, 96, anchor.slice(), 1200);
  expect(found.indices).toEqual(expected.indices);
  expect(found.radii).toEqual(expected.radii);
  const threads = await KernelThreads.open(2);
  expect(await kCenterGreedy(features, 1200, { anchor, threads })).toEqual(found);
  await threads.close();
  features.dispose();
});

test('bounds are prepared where there is much to do, and for more than a few picks', () => {
  expect(boundsPay(784, 256)).toBe(0);
  expect(boundsPay(600_000, 63)).toBe(0);
  expect(boundsPay(600_000, 6000)).toBe(1);
});

test('on wasm, a run of a tenth of the rows takes less than 0.3 of the features beside them', async () => {
  await use(BACKENDS[1]!);
  const features = matrix(correlated(10, 2560, 128), 128);
  const anchors = tf.ones<tf.Rank.R1>([2560]);
  const state = runKernel(K_CENTER_START, { features, anchors }, { count: 256, bounds: 1 });
  const floats = state.reduce((sum, { size }) => sum + size, 0);
  expect(floats).toBeGreaterThan(2560 * 35);
  expect(floats).toBeLessThan(0.3 * features.size);
  tf.dispose([state, features, anchors]);
});

test('slices grow towards their time, and never vanish', () => {
  expect(sliceSize(undefined, 0)).toBe(8);
  expect(sliceSize(8, 1)).toBe(16);
  expect(sliceSize(100, 80)).toBe(50);
  expect(sliceSize(1, 1e6)).toBe(1);
});
