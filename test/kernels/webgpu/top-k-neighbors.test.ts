// topKNeighbors in WGSL: the shared cases, blocks of every kind, ties, and what a GPU may make of NaN.
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../../src/kernels/backend.js';
import { topKNeighbors } from '../../../src/kernels/index.js';
import type { KernelDefinition } from '../../../src/kernels/registry.js';
import { runKernel } from '../../../src/kernels/registry.js';
import { outsidePieces } from '../../../src/kernels/top-k-neighbors/bank.js';
import { indexCases, type NeighborCase, neighborCases } from '../../../src/kernels/top-k-neighbors/cases.js';
import { type Blocks, gpuBlocks, gpuTile } from '../../../src/kernels/top-k-neighbors/plan.js';
import { topKNeighborsReference } from '../../../src/kernels/top-k-neighbors/reference.js';
import { searchInBlocks } from '../../../src/kernels/top-k-neighbors/webgpu.js';
import { Random } from '../../../src/runtime/random.js';
import { missing } from '../../helpers/needs.js';

type Size = readonly [queries: number, bank: number, depth: number, k: number];

function normal(seed: number, rows: number, depth: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: rows * depth }, () => random.normal());
}

/** A case of normal rows, every second bank row a copy of the one before. */
function twins([queries, bank, depth, k]: Size): NeighborCase {
  const rows = normal(2, bank, depth);
  for (let row = 1; row < bank; row += 2) rows.copyWithin(row * depth, (row - 1) * depth, row * depth);
  const name = `twins Q=${queries} M=${bank} D=${depth} k=${k}`;
  return { name, queries: normal(1, queries, depth), bank: rows, depth, k, tolerance: 4 * depth * 2 ** -24 + 1e-6 };
}

/** Runs on the case and compares: distances within tolerance; rows equal, or as near up to the tolerance. */
async function agrees(c: NeighborCase, search: (queries: tf.Tensor2D, bank: tf.Tensor2D) => tf.Tensor[]) {
  const expected = topKNeighborsReference(c.queries, c.bank, c.depth, c.k);
  const queries = tf.tensor2d(c.queries, [c.queries.length / c.depth, c.depth]);
  const bank = tf.tensor2d(c.bank, [c.bank.length / c.depth, c.depth]);
  const before = tf.memory().numTensors;
  const [squared, rows] = search(queries, bank);
  const found = { squared: await squared!.data<'float32'>(), rows: await rows!.data<'int32'>() };
  tf.dispose([squared!, rows!]);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([queries, bank]);
  const problems: string[] = [];
  for (let i = 0; i < found.rows.length; i++) {
    const [value, want, row] = [found.squared[i]!, expected.squared[i]!, found.rows[i]!];
    const say = () => problems.push(`${i}: ${value} at ${row}, not ${want} at ${expected.rows[i]}`);
    if (want === Number.POSITIVE_INFINITY) {
      if (value !== want || row !== -1) say();
      continue;
    }
    // Below this, squares are subnormal.
    const error = c.tolerance * want + 2 ** -126 * c.depth;
    if (!(Math.abs(value - want) <= error)) say();
    else if (row !== expected.rows[i]) {
      const own = topKNeighborsReference(
        c.queries.subarray(Math.floor(i / c.k) * c.depth).subarray(0, c.depth),
        c.bank.subarray(row * c.depth, (row + 1) * c.depth),
        c.depth,
        1,
      );
      if (!(Math.abs(own.squared[0]! - want) <= 2 * error)) say();
      // Of equal distances the lower row.
      if (i % c.k > 0 && found.squared[i - 1] === value && found.rows[i - 1]! >= row) say();
    }
  }
  expect(problems).toEqual([]);
}

const reason = missing('webgpu');

describe.skipIf(reason !== null)('topKNeighbors in WGSL', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
  });
  afterAll(() => tf.removeBackend('webgpu'));

  const whole = (k: number) => (queries: tf.Tensor2D, bank: tf.Tensor2D) => {
    const { distances, rows } = topKNeighbors(queries, bank, k);
    return [distances, rows];
  };

  test.each([...neighborCases(), ...indexCases()])('$name', (c) => agrees(c, whole(c.k)));

  // A software renderer takes a third of a millisecond for every neighbour that is taken.
  const sizes: Size[] = [
    [15, 63, 4, 3],
    [16, 64, 8, 2],
    [17, 65, 20, 9],
    [2, 64, 24, 64],
    [65, 257, 12, 1],
    [130, 300, 16, 2],
    [1, 300, 3, 300],
    [2, 129, 7, 128],
  ];
  test.each(sizes.map(twins))('$name', (c) => agrees(c, whole(c.k)));

  const blocked: KernelDefinition = {
    name: 'TopKNeighborsInBlocks',
    webgpu: (call) => searchInBlocks(call, { queries: 64, bank: 64 * (call.numbers.blocks ?? 1) }),
  };
  const inBlocks = (k: number, blocks: number) => (queries: tf.Tensor2D, bank: tf.Tensor2D) =>
    runKernel(blocked, { queries, bank }, { k, blocks });

  test.each([1, 2, 3])('in blocks of %i x 64 rows', async (blocks) => {
    const more: Size[] = [...sizes, [3, 200, 33, 150], [70, 640, 5, 3]];
    for (const c of more.map(twins)) await agrees(c, inBlocks(c.k, blocks));
  });

  test('the lowest row wins a tie, in one block and across blocks', async () => {
    const bank = new Float32Array(200 * 6).fill(0.7);
    const queries = normal(3, 3, 6);
    const [a, b] = [tf.tensor2d(queries, [3, 6]), tf.tensor2d(bank, [200, 6])];
    const rows = Int32Array.from({ length: 3 * 90 }, (_, i) => i % 90);
    for (const search of [whole(90), inBlocks(90, 1), inBlocks(90, 2)]) {
      const found = search(a, b);
      expect(await found[1]!.data()).toEqual(rows);
      tf.dispose(found);
    }
    tf.dispose([a, b]);
  });

  test.each([[2], [34], [150]])('and across arrays of %i rows of a bank that lies outside', async (rows) => {
    const bank = new Float32Array(200 * 6).fill(0.7);
    const arrays = [...outsidePieces({ arrays: [bank], depth: 6 }, rows)].map((piece) => piece.rows);
    const a = tf.tensor2d(normal(3, 3, 6), [3, 6]);
    for (const k of [1, 5, 40]) {
      const found = topKNeighbors(a, { arrays, depth: 6 }, k);
      expect(await found.rows.data()).toEqual(Int32Array.from({ length: 3 * k }, (_, i) => i % k));
      tf.dispose([found.distances, found.rows]);
    }
    a.dispose();
  });

  test('a bank of many blocks', async () => {
    const c = twins([3, 33_000, 3, 4]);
    await agrees(c, whole(4));
  });
});

test('blocks keep to their limits', () => {
  const check = (q: number, m: number, depth: number, binding: number): Blocks => {
    const blocks = gpuBlocks(q, m, depth, binding);
    for (const rows of [blocks.queries, blocks.bank]) {
      expect(rows % 64).toBe(0);
      expect(rows).toBeGreaterThan(0);
      if (rows > 64) expect(rows * depth * 4).toBeLessThanOrEqual(binding);
    }
    expect(blocks.queries * blocks.bank).toBeLessThanOrEqual(Math.max(2 ** 23, 64 * 64));
    return blocks;
  };
  expect(check(784, 16_384, 1536, 2 ** 30)).toEqual({ queries: 512, bank: 16_384 });
  expect(check(1, 1, 1, 2 ** 27)).toEqual({ queries: 64, bank: 64 });
  expect(check(300, 301, 70, 2 ** 27)).toEqual({ queries: 320, bank: 320 });
  expect(check(784, 600_000, 1536, 2 ** 27).bank).toBe(16_384);
  check(784, 600_000, 100_000, 2 ** 27);
  check(10_000, 600_000, 4, 2 ** 27);
  for (const rows of [1, 16, 17, 784]) {
    const { across, down, step } = gpuTile(rows);
    expect(across * down).toBe(64);
    // What every WebGPU device has of workgroup memory.
    expect(16 * step * (2 * across + 2 * down + 2)).toBeLessThanOrEqual(16_384);
  }
});
