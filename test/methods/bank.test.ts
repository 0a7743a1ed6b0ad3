// Choosing the memory bank, on made-up patches instead of a network's: coreset, memory budget, learning more.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { planGeometry } from '../../src/data/geometry.js';
import { useBackend } from '../../src/kernels/backend.js';
import { type Projection, projectRows } from '../../src/methods/parts/projection.js';
import type { Threads } from '../../src/methods/parts/threads.js';
import { type BuildOptions, buildBank } from '../../src/methods/patchcore/build-bank.js';
import { type PatchCoreConfig, resolvePatchCoreConfig } from '../../src/methods/patchcore/config.js';
import { selectMore, selectRows } from '../../src/methods/patchcore/coreset.js';
import { PatchStore } from '../../src/methods/patchcore/patch-store.js';
import { Scorer } from '../../src/methods/patchcore/scorer.js';
import type { SessionInit } from '../../src/methods/patchcore/session.js';
import { IadError } from '../../src/runtime/errors.js';
import { squaredDistance, uniformArray } from '../helpers/random-arrays.js';

const DIMENSION = 32;
const PATCHES = 50;
const watch = { onProgress: undefined, signal: undefined };

beforeAll(async () => {
  await useBackend('wasm');
});

/** A function that gives one row of many. */
const rowsOf = (data: Float32Array, columns: number) => (row: number) =>
  data.subarray(row * columns, (row + 1) * columns);

describe('greedy selection', () => {
  const data = uniformArray(1, 400 * DIMENSION);
  const row = rowsOf(data, DIMENSION);
  const select = (count: number, options = {}) =>
    selectRows(data, DIMENSION, count, resolvePatchCoreConfig(options), watch);
  const nearest = (query: Float32Array, rows: Int32Array) =>
    Math.sqrt(rows.reduce((least, at) => Math.min(least, squaredDistance(query, row(at))), Number.POSITIVE_INFINITY));

  test.each(['official', 'anomalib'] as const)('variant %s: repeatable, distinct, nested', async (variant) => {
    const long = await select(60, { variant });
    expect(await select(60, { variant })).toEqual(long);
    expect(new Set(long).size).toBe(60);
    expect(await select(25, { variant })).toEqual(long.slice(0, 25));
    expect(await select(60, { variant, seed: 1 })).not.toEqual(long);
  });

  test('all rows wanted: all rows, in their order; more than there are: the same', async () => {
    const all = Int32Array.from({ length: 400 }, (_, i) => i);
    expect(await select(400)).toEqual(all);
    expect(await select(1000)).toEqual(all);
  });

  test('a nearest distance grows by no more than the covering radius', async () => {
    const picks = await select(40);
    const everything = Int32Array.from({ length: 400 }, (_, i) => i);
    const radius = Math.max(...Array.from(everything, (at) => nearest(row(at), picks)));
    for (let q = 0; q < 50; q++) {
      const query = uniformArray(1000 + q, DIMENSION);
      const [full, thinned] = [nearest(query, everything), nearest(query, picks)];
      expect(thinned).toBeGreaterThanOrEqual(full);
      expect(thinned).toBeLessThanOrEqual(full + radius + 1e-6);
    }
  });

  test('covers within twice the best radius, by trying all centres', async () => {
    const few = data.slice(0, 12 * DIMENSION);
    const config = resolvePatchCoreConfig({ variant: 'anomalib' });
    const covers = (centres: readonly number[]) =>
      Math.max(...Array.from({ length: 12 }, (_, at) => nearest(row(at), Int32Array.from(centres))));
    let best = Number.POSITIVE_INFINITY;
    for (let a = 0; a < 12; a++)
      for (let b = a + 1; b < 12; b++) for (let c = b + 1; c < 12; c++) best = Math.min(best, covers([a, b, c]));
    const found = covers([...(await selectRows(few, DIMENSION, 3, config, watch))]);
    expect(found).toBeLessThanOrEqual(2 * best + 1e-6);
  });

  test('nothing but duplicates ends early and without NaN', async () => {
    const same = Float32Array.from({ length: 100 * 4 }, (_, i) => i % 4);
    const config = resolvePatchCoreConfig({ variant: 'anomalib' });
    expect(await selectRows(same, 4, 10, config, watch)).toHaveLength(1);
    // Official: every anchor starts at 0, nothing is far from anything, yet one row must stay.
    expect(await selectRows(same, 4, 10, resolvePatchCoreConfig({}), watch)).toHaveLength(1);
  });

  test('more rows are chosen where the earlier ones do not reach', async () => {
    const far = Float32Array.from(data.subarray(0, 5 * DIMENSION), (value) => value + 100);
    const fresh = Float32Array.of(...data.subarray(0, 20 * DIMENSION), ...far);
    const picks = await selectMore(fresh, data, DIMENSION, 3, watch);
    expect([...picks].every((at) => at >= 20)).toBe(true);
    // What the bank holds already is no news.
    expect(await selectMore(data.slice(0, 20 * DIMENSION), data, DIMENSION, 3, watch)).toHaveLength(0);
  });
});

test('with the whole bank as coreset, training patches score nothing', async () => {
  const bank = uniformArray(2, 300 * 1024);
  const scorer = await Scorer.create(resolvePatchCoreConfig({ smoothing: 0, inputSize: 32 }), bank, 1024);
  const { scores } = await scorer.scoreView({ grid: [10, 30], embedding: bank });
  expect(Math.max(...scores)).toBeLessThanOrEqual(1e-5);
  scorer.dispose();
});

describe('PatchStore', () => {
  const chunk = uniformArray(3, 10 * 4);
  const embedding = uniformArray(4, 10 * 8);

  test('keeps embeddings until rows and embeddings outgrow the budget, and as many rows as fit it', async () => {
    // One image: 160 bytes of rows, counted 2.25 times, and 320 of embeddings.
    const store = new PatchStore(2 * (360 + 320), 4);
    await store.add(0, chunk, embedding, undefined);
    await store.add(1, chunk, embedding, undefined);
    expect(store.rowCount).toBe(20);
    expect(store.embeddingOf(1)).toEqual(embedding);
    await store.add(2, chunk, embedding, undefined);
    expect(store.embeddingOf(1)).toBeUndefined();
    expect([store.rowCount, store.thinnings]).toEqual([30, 0]);
    await store.add(3, chunk, embedding, undefined);
    expect(store.thinnings).toBeGreaterThan(0);
    expect([store.seen, store.capacity]).toEqual([40, 37]);
    expect(store.rowCount).toBeLessThanOrEqual(37);
    expect(() => new PatchStore(36 * 7, 4)).toThrow(/MEMORY_BUDGET.*252 bytes hold 7 candidates/);
  });

  test('hands rows out in order with where they came from', async () => {
    const store = new PatchStore(1e6, 4);
    const given = chunk.slice();
    await store.add(7, given, null, undefined);
    given.fill(0);
    await store.add(9, chunk, null, undefined);
    const all = store.takeAll();
    expect(all.rows).toEqual(Float32Array.of(...chunk, ...chunk));
    expect([...all.images]).toEqual([...Array(10).fill(7), ...Array(10).fill(9)]);
    expect([...all.patches.slice(8, 12)]).toEqual([8, 9, 0, 1]);
    expect(store.rowCount).toBe(0);
  });

  test('thinned rows still tell where they came from', async () => {
    const store = new PatchStore(36 * 24, 4);
    const given = Array.from({ length: 9 }, (_, i) => uniformArray(20 + i, 10 * 4));
    for (const [i, rows] of given.entries()) await store.add(i, rows, null, undefined);
    const { rows, images, patches } = store.takeAll();
    expect(images.length).toBeLessThanOrEqual(24);
    expect(new Set(images).size).toBeGreaterThan(3);
    images.forEach((image, i) => {
      const patch = patches[i]!;
      expect(rows.subarray(4 * i, 4 * i + 4)).toEqual(given[image]!.subarray(4 * patch, 4 * patch + 4));
    });
  });
});

describe('buildBank', () => {
  const projection: Projection = { kind: 'uniform', inputs: DIMENSION, outputs: 8, seed: 5 };
  const plan = planGeometry(32, 32, { mode: 'stretch', resize: 32, inputSize: 32, tileOverlap: 0 });
  const image = (index: number) => uniformArray(100 + index, PATCHES * DIMENSION);
  const named = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => ({ id: `part-${from + i}`, source: `${from + i}` }));

  /** Answers as the network's threads do; images whose number is in `broken` fail. */
  function fakeThreads(projects: boolean, broken: ReadonlyMap<string, Error> = new Map()) {
    const runs: string[][] = [];
    const threads: Threads = {
      async *run(jobs) {
        const ids: string[] = [];
        runs.push(ids);
        for (const { id, source } of jobs) {
          ids.push(id);
          const error = broken.get(id);
          if (error) {
            yield { error };
            continue;
          }
          const embedding = image(Number(source));
          const projected = projects ? await projectRows(embedding, projection) : new Float32Array(0);
          const result = { plan, decode: 0, features: 0, scoring: 0, score: Number.NaN, split: 0, rest: 0 };
          yield { result, arrays: [embedding, projected] };
        }
      },
      async close() {},
    };
    return { threads, runs };
  }

  async function build(
    count: number,
    config: Partial<PatchCoreConfig>,
    projects = true,
    more: Partial<BuildOptions> & { from?: number; broken?: ReadonlyMap<string, Error> } = {},
  ) {
    const { from = 0, broken, ...options } = more;
    const { threads, runs } = fakeThreads(projects, broken);
    const init: SessionInit = {
      config: { ...resolvePatchCoreConfig({ coresetRatio: 0.05 }), ...config },
      weights: { id: 'none', hash: '', layerHashes: {}, architecture: 'resnet18', convs: {}, until: 'layer1' },
      dimension: DIMENSION,
      projection: projects ? projection : null,
      bank: null,
    };
    const before = tf.memory().numTensors;
    const built = await buildBank(named(count, from), threads, init, {
      ...watch,
      skipBad: false,
      earlier: null,
      ...options,
    });
    expect(tf.memory().numTensors).toBe(before);
    return { ...built, runs };
  }

  test('a budget without room for embeddings gives the same bank by a second pass over the chosen images', async () => {
    const large = await build(20, {});
    expect([large.bank.length, large.patches, large.thinnings]).toEqual([50 * DIMENSION, 1000, 0]);
    expect(large.runs).toHaveLength(1);
    // 1,000 rows of 8 take 72,000 bytes while selecting; the embeddings another 128,000.
    const small = await build(20, { memoryBudget: 100_000 });
    expect(small.bank).toEqual(large.bank);
    expect([small.runs.length, small.runs[0]!.length, small.thinnings]).toEqual([2, 20, 0]);
    expect(new Set(small.runs[1]).size).toBe(small.runs[1]!.length);
    const patches = new Set(Array.from({ length: 20 }, (_, i) => image(i)).flatMap((data) => rowKeys(data)));
    expect(rowKeys(small.bank).every((key) => patches.has(key))).toBe(true);
  });

  test('without a projection one pass does, whatever the budget', async () => {
    const large = await build(20, {}, false);
    const small = await build(20, { memoryBudget: 1000 * DIMENSION * 4 * 2.25 }, false);
    expect(small.bank).toEqual(large.bank);
    expect([small.runs.length, small.thinnings]).toEqual([1, 0]);
  });

  test.each([true, false])(
    'a budget that not even the rows fit thins them on the way (projection %s)',
    async (projects) => {
      const columns = projects ? 8 : DIMENSION;
      const thinned = await build(20, { memoryBudget: 600 * columns * 4 * 2.25 }, projects);
      expect(thinned.thinnings).toBeGreaterThan(0);
      expect([thinned.bank.length, thinned.patches]).toEqual([50 * DIMENSION, 1000]);
      const patches = new Set(Array.from({ length: 20 }, (_, i) => image(i)).flatMap((data) => rowKeys(data)));
      expect(new Set(rowKeys(thinned.bank)).size).toBe(50);
      expect(rowKeys(thinned.bank).every((key) => patches.has(key))).toBe(true);
    },
  );

  test('a budget too small for the bank itself is refused with the numbers', async () => {
    const run = build(20, { memoryBudget: 60 * 8 * 4 * 2.25, coresetRatio: 0.9 });
    await expect(run).rejects.toMatchObject({ code: 'MEMORY_BUDGET', path: 'memoryBudget' });
    await expect(build(20, { memoryBudget: 60 * 8 * 4 * 2.25, coresetRatio: 0.9 })).rejects.toThrow(
      /4320 bytes hold 30 candidates, the bank wants 90/,
    );
  });

  test('learning more by ratio appends what is new and keeps what was', async () => {
    const first = await build(10, {});
    const more = await build(4, {}, true, { earlier: first.bank, from: 10 });
    expect(more.bank.length).toBe(first.bank.length + 10 * DIMENSION);
    expect(more.bank.slice(0, first.bank.length)).toEqual(first.bank);
    const again = await build(10, {}, true, { earlier: first.bank });
    expect(rowKeys(again.bank.slice(first.bank.length)).some((key) => rowKeys(first.bank).includes(key))).toBe(false);
  });

  test.each([true, false])(
    'learning more by count keeps the size, also with fewer new patches (projection %s)',
    async (projects) => {
      const first = await build(10, { coresetCount: 120 }, projects);
      const more = await build(1, { coresetCount: 120 }, projects, { earlier: first.bank, from: 10 });
      expect(more.bank.length).toBe(120 * DIMENSION);
      const [old, fresh] = [new Set(rowKeys(first.bank)), new Set(rowKeys(image(10)))];
      const kept = rowKeys(more.bank).map((key) => [old.has(key), fresh.has(key)]);
      expect(kept.every(([before, now]) => before !== now)).toBe(true);
      expect(kept.some(([before]) => before) && kept.some(([, now]) => now)).toBe(true);
    },
  );

  test('bad images are named, or skipped where that is wished; other faults never', async () => {
    const unreadable = new Map([['part-1', new IadError('IMAGE_UNREADABLE', 'cut short', { path: 'part-1' })]]);
    await expect(build(3, {}, true, { broken: unreadable })).rejects.toThrow(/IMAGE_UNREADABLE.*part-1/);
    const skipped = await build(3, {}, true, { broken: unreadable, skipBad: true });
    expect(skipped).toMatchObject({ images: 2, patches: 100, skipped: [{ id: 'part-1' }] });
    const fault = new Map([['part-1', new Error('device lost')]]);
    await expect(build(3, {}, true, { broken: fault, skipBad: true })).rejects.toThrow('device lost');
    const all = new Map(named(3).map(({ id }) => [id, new IadError('IMAGE_FORMAT', 'no image')]));
    await expect(build(3, {}, true, { broken: all, skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
  });

  test('the second pass finds its images although some were skipped', async () => {
    const broken = new Map(['part-0', 'part-7'].map((id) => [id, new IadError('IMAGE_FORMAT', 'no image')]));
    const large = await build(20, {}, true, { broken, skipBad: true });
    const small = await build(20, { memoryBudget: 80_000 }, true, { broken, skipBad: true });
    expect(small.bank).toEqual(large.bank);
    expect(small.runs).toHaveLength(2);
  });

  test('progress counts images, then centres, then the images of the second pass', async () => {
    const stages = new Map<string, number[]>();
    const onProgress = ({ stage, done }: { stage: string; done: number }) => {
      stages.set(stage, [...(stages.get(stage) ?? []), done]);
    };
    await build(20, { memoryBudget: 100_000 }, true, { onProgress });
    expect([...stages.keys()]).toEqual(['features', 'coreset', 'features of the coreset']);
    expect(stages.get('features')).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(stages.get('coreset')!.at(-1)).toBe(50);
  });

  test.each(['features', 'coreset'])('a stop during %s ends it and leaves no tensor', async (stage) => {
    const controller = new AbortController();
    const onProgress = (event: { stage: string }) => {
      if (event.stage === stage) controller.abort();
    };
    const before = tf.memory().numTensors;
    const { threads } = fakeThreads(true);
    const guarded: Threads = {
      ...threads,
      async *run(jobs, signal) {
        for await (const outcome of threads.run(jobs)) {
          if (signal?.aborted) throw new IadError('ABORTED', 'stopped');
          yield outcome;
        }
      },
    };
    const init: SessionInit = {
      config: resolvePatchCoreConfig({ coresetRatio: 0.9 }),
      weights: { id: 'none', hash: '', layerHashes: {}, architecture: 'resnet18', convs: {}, until: 'layer1' },
      dimension: DIMENSION,
      projection,
      bank: null,
    };
    const options = { onProgress, signal: controller.signal, skipBad: false, earlier: null };
    await expect(buildBank(named(20), guarded, init, options)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** One comparable string per row of DIMENSION values. */
function rowKeys(data: Float32Array): string[] {
  const row = rowsOf(data, DIMENSION);
  return Array.from({ length: data.length / DIMENSION }, (_, at) => row(at).join());
}
