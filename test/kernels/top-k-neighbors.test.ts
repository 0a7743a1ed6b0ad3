// topKNeighbors as an op: banks outside of the backend, metrics, plans and errors. The shared cases are in conformance.test.ts.
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelThreads, registerKernels, topKNeighbors, topKNeighborsOnThreads } from '../../src/kernels/index.js';
import { outsidePieces, sampledRows } from '../../src/kernels/top-k-neighbors/bank.js';
import { correlated, neighborCases } from '../../src/kernels/top-k-neighbors/cases.js';
import * as plan from '../../src/kernels/top-k-neighbors/plan.js';
import { topKNeighborsReference } from '../../src/kernels/top-k-neighbors/reference.js';
import { IadError } from '../../src/runtime/errors.js';
import { BACKENDS, use } from './backends.js';

/** Arrays of at most `rows` rows. */
function cut(values: Float32Array, depth: number, rows: number): Float32Array[] {
  return [...outsidePieces({ arrays: [values], depth }, rows)].map((piece) => piece.rows);
}

describe.each(BACKENDS)('topKNeighbors on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(neighborCases())('a bank outside of the backend: $name', async ({ queries, bank, depth, k }) => {
    const expected = topKNeighborsReference(queries, bank, depth, k);
    const asked = tf.tensor2d(queries, [queries.length / depth, depth]);
    const before = tf.memory();
    // Arrays of 34 rows, and of fewer rows than there are neighbours.
    for (const rows of [34, Math.max(1, k - 1)]) {
      const found = topKNeighbors(asked, { arrays: cut(bank, depth, rows), depth }, k);
      expect(await found.distances.data<'float32'>()).toEqual(expected.squared);
      expect(await found.rows.data<'int32'>()).toEqual(expected.rows);
      tf.dispose([found.distances, found.rows]);
      expect(tf.memory()).toEqual(before);
    }
    asked.dispose();
  });

  test('cosine distances, of rows of any length', async () => {
    const [count, size, depth] = [14, 50, 33];
    const queries = correlated(1, count, depth).map(
      (value, i) => value * 10 ** ((Math.floor(i / depth) % 7) * 10 - 30),
    );
    const bank = correlated(2, size, depth);
    bank.copyWithin(7 * depth, 0, depth);
    bank.fill(0, 3 * depth, 4 * depth);
    queries.fill(0, 0, depth);
    const tensors = [tf.tensor2d(queries, [count, depth]), tf.tensor2d(bank, [size, depth])] as const;
    const found = topKNeighbors(...tensors, size, { metric: 'cosine' });
    const [distances, rows] = [await found.distances.data(), await found.rows.data()];
    const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
      let sum = 0;
      for (let d = 0; d < depth; d++) sum += a[i * depth + d]! * b[j * depth + d]!;
      return sum;
    };
    for (let i = 0; i < count * size; i++) {
      const [query, row] = [Math.floor(i / size), rows[i]!];
      // A row of zeros has no neighbours and is nobody's.
      const isLast = query === 0 || i % size === size - 1;
      expect(row < 0).toBe(isLast);
      if (isLast) {
        expect(distances[i]).toBe(Number.POSITIVE_INFINITY);
        continue;
      }
      const cosine =
        dot(queries, query, bank, row) / Math.sqrt(dot(queries, query, queries, query) * dot(bank, row, bank, row));
      // The scaled numbers are off by 5 roundings each, and so by them are the sides of the products that make up the cosine.
      expect(Math.abs(distances[i]! - (1 - cosine))).toBeLessThan((2 * 5 + depth) * 2 ** -24);
      if (row === 7) expect(rows[i - 1]).toBe(0);
    }
    tf.dispose([...tensors, found.distances, found.rows]);
  });
});

describe('on threads', () => {
  const open: KernelThreads[] = [];
  const threads = async (count: number) => {
    const opened = open.find((each) => each.count === count) ?? (await KernelThreads.open(count));
    if (!open.includes(opened)) open.push(opened);
    return opened;
  };
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()));
  });

  test.each(neighborCases())('$name', async ({ queries, bank, depth, k }) => {
    const expected = topKNeighborsReference(queries, bank, depth, k);
    for (const count of [1, 3]) {
      const found = await topKNeighborsOnThreads(
        await threads(count),
        queries,
        { arrays: cut(bank, depth, 34), depth },
        k,
      );
      expect(found).toEqual(expected);
    }
  });

  test('more pieces than threads have turns, and two searches at a time', async () => {
    const pool = await threads(3);
    const [bank, queries] = [correlated(5, 500, 24), correlated(6, 40, 24)];
    const given = { arrays: cut(bank, 24, 9), depth: 24 };
    const expected = topKNeighborsReference(queries, bank, 24, 7);
    const searches = [queries, queries.subarray(0, 48)].map((asked) => topKNeighborsOnThreads(pool, asked, given, 7));
    const [whole, part] = await Promise.all(searches);
    expect(whole).toEqual(expected);
    expect(part?.rows).toEqual(expected.rows.subarray(0, 14));
  });

  test("a bank in the threads' memory is searched where it lies, also after that memory grew", async () => {
    const pool = await threads(3);
    const [bank, queries] = [correlated(5, 500, 24), correlated(6, 40, 24)];
    const arrays = [...cut(bank, 24, 301)].map((piece) => pool.keep(piece));
    pool.free(pool.allocate(2 ** 24));
    const found = await topKNeighborsOnThreads(pool, queries, { arrays, depth: 24 }, 7);
    expect(found).toEqual(topKNeighborsReference(queries, bank, 24, 7));
    for (const { byteOffset } of arrays) pool.free(byteOffset);
  });

  test('what it cannot do is refused, and leaves nothing behind', async () => {
    const small = await KernelThreads.open(1, { maxBytes: 2 ** 20 });
    open.push(small);
    const bank = { arrays: [new Float32Array(2 ** 19)], depth: 4 };
    const searches = (queries: number, k: number) => topKNeighborsOnThreads(small, new Float32Array(queries), bank, k);
    await expect(searches(40, 1)).rejects.toThrow(/MEMORY_BUDGET.*topKNeighborsOnThreads/);
    await expect(searches(0, 1)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(searches(5, 1)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await expect(searches(4, 0)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    // All of the memory is free again.
    small.free(small.allocate(2 ** 20 - 64));
  });

  test('pieces are of one size, and no longer than 16 MiB', () => {
    expect(plan.threadPieceRows(163_840, 1536, 2)).toBe(2643);
    expect(plan.threadPieceRows(5, 1536, 2)).toBe(3);
    expect(plan.threadPieceRows(3, 2 ** 24, 2)).toBe(1);
  });
});

describe('errors and plans', () => {
  beforeAll(() => use(BACKENDS[1]!));

  test('bad arguments are refused', () => {
    const a = tf.zeros<tf.Rank.R2>([3, 4]);
    const b = tf.zeros<tf.Rank.R2>([5, 6]);
    const gone = tf.zeros<tf.Rank.R2>([3, 4]);
    gone.dispose();
    const refused = expect.objectContaining({ code: 'BAD_ARGUMENT' });
    const before = tf.memory();
    for (const k of [0, 6, 1.5, Number.NaN]) expect(() => topKNeighbors(b, b, k)).toThrow(IadError);
    expect(() => topKNeighbors(a, b, 1)).toThrow(refused);
    expect(() => topKNeighbors(a, gone, 1)).toThrow(refused);
    expect(() => topKNeighbors(gone, a, 1)).toThrow(refused);
    for (const arrays of [
      [],
      [new Float32Array(0)],
      [new Float32Array(7)],
      [new Float32Array(8), new Float64Array(4)],
    ]) {
      expect(() => topKNeighbors(a, { arrays: arrays as Float32Array[], depth: 4 }, 1)).toThrow(refused);
    }
    expect(() => topKNeighbors(a, { arrays: [new Float32Array(12)], depth: 6 }, 1)).toThrow(refused);
    expect(() => topKNeighbors(a, { arrays: [new Float32Array(12)], depth: 4 }, 4)).toThrow(refused);
    expect(() => topKNeighbors(a, a, 1, { metric: 'l1' as 'l2' })).toThrow(refused);
    // @ts-expect-error also where nobody checks the types
    expect(() => topKNeighbors(undefined, a, 1)).toThrow(/BAD_ARGUMENT.*topKNeighbors: queries must be a tensor/);
    // @ts-expect-error
    expect(() => topKNeighbors(a, [[1, 2, 3, 4]], 1)).toThrow(/BAD_ARGUMENT.*topKNeighbors: bank must be/);
    // @ts-expect-error
    expect(() => topKNeighbors(a, undefined, 1)).toThrow(/BAD_ARGUMENT.*topKNeighbors: bank must be/);
    expect(tf.memory()).toEqual(before);
    const whole = tf.zeros<tf.Rank.R2>([3, 4], 'int32');
    const empty = tf.zeros<tf.Rank.R2>([0, 4]);
    expect(() => topKNeighbors(whole, a, 1)).toThrow(refused);
    expect(() => topKNeighbors(empty, a, 1)).toThrow(refused);
    expect(() => topKNeighbors(a, empty, 1)).toThrow(refused);
  });

  test('registering twice does nothing', () => {
    registerKernels('wasm');
    const kernel = tf.getKernel('TopKNeighbors', 'wasm');
    expect(kernel).toBeDefined();
    registerKernels('wasm');
    expect(tf.getKernel('TopKNeighbors', 'wasm')).toBe(kernel);
  });

  test('long arrays are cut, and sampled across their borders', async () => {
    const values = Float32Array.from({ length: 20 }, (_, i) => i);
    const bank = { arrays: [values.subarray(0, 10), new Float32Array(0), values.subarray(10)], depth: 2 };
    const pieces = [...outsidePieces(bank, 2)];
    expect(pieces.map(({ first }) => first)).toEqual([0, 2, 4, 5, 7, 9]);
    expect(pieces.flatMap(({ rows }) => [...rows])).toEqual([...values]);
    const sample = sampledRows(bank, 5);
    expect(await sample.array()).toEqual([0, 4, 8, 12, 16].map((value) => [value, value + 1]));
    sample.dispose();
  });

  test('block sizes stay within their limits', () => {
    for (const depth of [1, 17, 1024, 2 ** 20]) {
      expect(plan.directBlockRows(depth)).toBeGreaterThanOrEqual(1);
      expect(plan.directBlockRows(depth) * depth * 4).toBeLessThanOrEqual(Math.max(256 * 1024, depth * 4));
      expect(plan.sketchBlockRows(depth) % 8).toBe(0);
      expect(plan.sketchBlockRows(depth) * depth * 2).toBeLessThanOrEqual(Math.max(256 * 1024, depth * 16));
      expect(plan.sketchFloats(9, depth) * 4).toBe(16 * (plan.sketchDepth(depth) * 2 + 12));
      expect(plan.pieceRows(depth) * depth * 4).toBeLessThanOrEqual(16 * 1024 * 1024);
    }
    expect(plan.usesSketches(1, 60_000, 1024)).toBe(false);
    expect(plan.usesSketches(784, 60_000, 1024)).toBe(true);
    expect(plan.usesSketches(784, 60_000, 2 ** 21)).toBe(false);
    expect(plan.indexWidth(100, 1024)).toBe(0);
    expect(plan.indexWidth(6000, 1024)).toBe(64);
    for (const [depth, k] of [
      [8, 1],
      [1536, 9],
      [2 ** 20, 500],
    ] as const) {
      const { queries, bank } = plan.compositeBlocks(784, 60_000, depth, k);
      expect(queries * bank).toBeLessThanOrEqual(2 ** 22);
      expect(queries === 1 || queries * 8 * (k + 8) * depth <= 2 ** 22).toBe(true);
      expect(queries).toBeGreaterThanOrEqual(1);
    }
  });
});
