// What a coreset of a stream promises: bounded memory, and a radius that holds and is near the best.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { KCenterStream, kCenterGreedy } from '../../src/kernels/index.js';
import { correlated } from '../../src/kernels/top-k-neighbors/cases.js';

beforeAll(async () => {
  await useBackend('wasm');
});

function apart(a: Float32Array, i: number, b: Float32Array, j: number, columns: number): number {
  let sum = 0;
  for (let d = 0; d < columns; d++) sum += (a[i * columns + d]! - b[j * columns + d]!) ** 2;
  return Math.sqrt(sum);
}

/** The largest distance of a row to the nearest of the coreset. */
function coverage(rows: Float32Array, coreset: Float32Array, columns: number): number {
  let most = 0;
  for (let i = 0; i < rows.length / columns; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < coreset.length / columns; j++) nearest = Math.min(nearest, apart(rows, i, coreset, j, columns));
    most = Math.max(most, nearest);
  }
  return most;
}

/** The best radius with k of the rows as centres, by trying all. */
function optimum(rows: Float32Array, columns: number, k: number): number {
  const count = rows.length / columns;
  const from = (first: number, chosen: readonly number[]): number => {
    if (chosen.length === Math.min(k, count)) {
      const centres = chosen.flatMap((row) => [...rows.subarray(row * columns, (row + 1) * columns)]);
      return coverage(rows, Float32Array.from(centres), columns);
    }
    let best = Number.POSITIVE_INFINITY;
    for (let row = first; row < count; row++) best = Math.min(best, from(row + 1, [...chosen, row]));
    return best;
  };
  return from(0, []);
}

async function streamed(
  rows: Float32Array,
  columns: number,
  maxRows: number,
  blockRows: number,
): Promise<KCenterStream> {
  const stream = new KCenterStream(columns, maxRows);
  for (let from = 0; from < rows.length; from += blockRows * columns) {
    await stream.add(rows.subarray(from, from + blockRows * columns));
    expect(stream.held).toBeLessThanOrEqual(maxRows);
  }
  expect(stream.seen).toBe(rows.length / columns);
  return stream;
}

describe('KCenterStream', () => {
  test('keeps all rows while they fit, in their order', async () => {
    const rows = correlated(1, 64, 5);
    const stream = await streamed(rows, 5, 64, 7);
    expect([stream.held, stream.reductions]).toEqual([64, 0]);
    const { positions, ...rest } = stream.take();
    expect(rest).toEqual({ rows, radius: 0, level: 0 });
    expect(positions).toEqual(Int32Array.from({ length: 64 }, (_, i) => i));
    expect([stream.held, stream.seen, stream.take().rows.length]).toEqual([0, 0, 0]);
  });

  test.each([1, 2])('the radius holds, and is within 2 level times the optimum (m = %i)', async (m) => {
    const point = fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 }));
    const points = fc.array(point, { minLength: 1, maxLength: m === 1 ? 60 : 30 });
    await fc.assert(
      fc.asyncProperty(
        points,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 2 }),
        async (list, block, k) => {
          const rows = Float32Array.from(list.flat());
          const stream = await streamed(rows, 2, 8 * m, block);
          const chosen = await stream.select(k);
          const all = stream.take();
          expect(coverage(rows, all.rows, 2)).toBeLessThanOrEqual(all.radius);
          expect(all.radius).toBeLessThanOrEqual(2 * all.level * optimum(rows, 2, m) + 1e-3);
          expect(chosen.positions.length).toBe(Math.min(k, all.positions.length));
          expect(coverage(rows, chosen.rows, 2)).toBeLessThanOrEqual(chosen.radius);
          expect(chosen.radius).toBeLessThanOrEqual(all.radius + 2 * optimum(rows, 2, k) + 1e-3);
          // What is handed out is what was put in.
          all.positions.forEach((at, i) => {
            expect(all.rows.subarray(2 * i, 2 * i + 2)).toEqual(rows.subarray(2 * at, 2 * at + 2));
          });
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });

  test('the level grows with the logarithm of the stream', async () => {
    const rows = correlated(2, 8000, 3);
    const stream = await streamed(rows, 3, 80, 33);
    const { level, positions, radius } = stream.take();
    expect(level).toBeLessThanOrEqual(2 * Math.log2(8000 / 20));
    expect(positions.length).toBeGreaterThan(80 - 30);
    expect([...positions]).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(radius).toBeGreaterThan(0);
  });

  test('reduced rows are those of the greedy selection from the row farthest from the mean', async () => {
    const rows = correlated(5, 20, 4);
    const [first, last] = [rows.slice(0, 16 * 4), rows.slice(16 * 4)];
    const stream = new KCenterStream(4, 16);
    await stream.add(first);
    await stream.add(last.subarray(0, 4));
    const mean = Float32Array.from(
      { length: 4 },
      (_, d) => (first[d]! + first[4 + d]! + first[8 + d]! + first[12 + d]!) / 4,
    );
    const start = [0, 1, 2, 3].sort((a, b) => apart(first, b, mean, 0, 4) - apart(first, a, mean, 0, 4))[0]!;
    const features = tf.tensor2d(first.slice(0, 16), [4, 4]);
    const { indices, radii } = await kCenterGreedy(features, 3, { start });
    features.dispose();
    const { positions, radius } = stream.take();
    expect([...positions.subarray(0, 2)]).toEqual([...indices.subarray(0, 2)].sort());
    expect(radius).toBeCloseTo(radii[2]!, 4);
    expect([...positions.subarray(2)]).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  });

  test('the same stream gives the same coreset, and leaves no tensor', async () => {
    const rows = correlated(6, 500, 12);
    const before = tf.memory().numTensors;
    const run = async () => (await streamed(rows, 12, 64, 50)).select(20);
    expect(await run()).toEqual(await run());
    expect(tf.memory().numTensors).toBe(before);
  });

  test('duplicates cost no radius; rows of NaN and infinity end nothing', async () => {
    const same = new KCenterStream(2, 16);
    await same.add(new Float32Array(200).fill(3));
    expect((await same.select(5)).positions.length).toBe(1);
    expect(same.take().radius).toBe(0);
    const odd = new KCenterStream(2, 16);
    await odd.add(Float32Array.from({ length: 200 }, (_, i) => [i, Number.NaN, Number.POSITIVE_INFINITY][i % 3]!));
    expect(odd.held).toBeLessThanOrEqual(16);
  });

  test('an abort leaves it usable', async () => {
    const rows = correlated(7, 200, 3);
    const stream = await streamed(rows.subarray(0, 48), 3, 16, 16);
    const before = tf.memory().numTensors;
    await expect(stream.add(rows, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(tf.memory().numTensors).toBe(before);
    await stream.add(rows);
    expect(stream.held).toBeLessThanOrEqual(16);
    expect(coverage(rows, stream.take().rows, 3)).toBeLessThan(coverage(rows, rows.subarray(0, 3), 3));
  });

  test('bad arguments are refused, and two calls at once', async () => {
    expect(() => new KCenterStream(3, 7)).toThrow('BAD_ARGUMENT');
    expect(() => new KCenterStream(0, 8)).toThrow('BAD_ARGUMENT');
    const stream = new KCenterStream(3, 8);
    await expect(stream.add(new Float32Array(4))).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(stream.select(0)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    const first = stream.add(correlated(8, 40, 3));
    await expect(stream.add(new Float32Array(3))).rejects.toThrow(/still at work/);
    expect(() => stream.take()).toThrow(/still at work/);
    await first;
    expect(stream.seen).toBe(40);
  });
});
