// NeighborIndex prunes without changing a bit, wherever its bank lies, and refuses what it cannot do.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { NeighborIndex } from '../../src/kernels/index.js';
import { guarded } from '../../src/kernels/registry.js';
import { correlated, indexCases } from '../../src/kernels/top-k-neighbors/cases.js';
import { topKNeighborsReference } from '../../src/kernels/top-k-neighbors/reference.js';
import { wasmBackend } from '../../src/kernels/wasm/module.js';
import { packBasis } from '../../src/kernels/wasm/reduce.js';
import { IadError } from '../../src/runtime/errors.js';
import { BACKENDS, use } from './backends.js';

const code = (expected: string) => (error: unknown) => error instanceof IadError && error.code === expected;

describe.each(BACKENDS)('NeighborIndex on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(indexCases())('$name', async ({ queries, bank, depth, k }) => {
    const expected = topKNeighborsReference(queries, bank, depth, k);
    const rows = tf.tensor2d(bank, [bank.length / depth, depth]);
    const asked = tf.tensor2d(queries, [queries.length / depth, depth]);
    const before = tf.memory();
    // The second bank lies outside, in arrays that cut it where it is of no use: after a few rows, and in the middle of a panel.
    const arrays = [bank.subarray(0, 2 * depth), bank.subarray(2 * depth, 131 * depth), bank.subarray(131 * depth)];
    for (const given of [rows, { arrays, depth }]) {
      const index = await NeighborIndex.build(given);
      const { distances, rows: nearest } = index.search(asked, k);
      expect(await distances.data<'float32'>()).toEqual(expected.squared);
      expect(await nearest.data<'int32'>()).toEqual(expected.rows);
      tf.dispose([distances, nearest]);
      index.dispose();
      index.dispose();
      expect(tf.memory()).toEqual(before);
    }
    tf.dispose([rows, asked]);
  });

  test('answers the same however the queries are cut', async () => {
    const bank = tf.tensor2d(correlated(1, 600, 96), [600, 96]);
    const queries = tf.tensor2d(correlated(2, 19, 96), [19, 96]);
    const index = await NeighborIndex.build(bank);
    expect(index.size).toBe(600);
    bank.dispose();
    const whole = index.search(queries, 3);
    for (const [from, size] of [
      [0, 1],
      [1, 5],
      [6, 13],
    ] as const) {
      const part = index.search(queries.slice([from, 0], [size, -1]), 3);
      expect(await part.distances.data()).toEqual(await whole.distances.slice([from, 0], [size, -1]).data());
      expect(await part.rows.data()).toEqual(await whole.rows.slice([from, 0], [size, -1]).data());
    }
    index.dispose();
    expect(() => index.search(queries, 3)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });

  test('by cosine as topKNeighbors, wherever the bank lies', async () => {
    const rows = correlated(3, 400, 64);
    const queries = tf.tensor2d(correlated(4, 15, 64), [15, 64]);
    const unit = (values: Float32Array) => values.map((value, i) => value / norm(values, Math.floor(i / 64)));
    const norm = (values: Float32Array, row: number) => Math.hypot(...values.subarray(row * 64, row * 64 + 64));
    const expected = topKNeighborsReference(unit(await queries.data<'float32'>()), unit(rows), 64, 2);
    const bank = tf.tensor2d(rows, [400, 64]);
    const before = tf.memory().numTensors;
    for (const given of [bank, { arrays: [rows.subarray(0, 6400), rows.subarray(6400)], depth: 64 }]) {
      const index = await NeighborIndex.build(given, { metric: 'cosine' });
      const found = index.search(queries, 2);
      expect(await found.rows.data()).toEqual(expected.rows);
      const distances = await found.distances.data();
      // Both rows' numbers are off by a few roundings of their own, so their difference by those of numbers up to 1.
      for (const [i, value] of distances.entries()) {
        expect(Math.abs(value - expected.squared[i]! / 2)).toBeLessThan(64 * 2 ** -24);
      }
      tf.dispose([found.distances, found.rows]);
      index.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    tf.dispose([bank, queries]);
  });
});

test('a heap without room for the basis leaves nothing behind', async () => {
  await use(BACKENDS[1]!);
  const backend = wasmBackend(tf.backend());
  const basis = { mean: new Float32Array(64), directions: new Float32Array(16 * 64), width: 16, depth: 64 };
  const own: unknown = Reflect.get(backend.wasm, '_malloc');
  if (typeof own !== 'function') throw new Error('tfjs allocates by another name');
  const before = backend.numDataIds();
  for (const granted of [0, 1, 2]) {
    let asked = 0;
    Reflect.set(backend.wasm, '_malloc', (bytes: number): unknown => (asked++ < granted ? own(bytes) : 0));
    try {
      const pack = () => guarded('Basis', backend, () => packBasis(backend, basis));
      expect(pack).toThrow(/MEMORY_BUDGET.*Basis: out of memory/);
    } finally {
      Reflect.set(backend.wasm, '_malloc', own);
    }
    expect(backend.numDataIds()).toBe(before);
  }
});

test('bad arguments are refused', async () => {
  await use(BACKENDS[1]!);
  const a = tf.zeros<tf.Rank.R2>([3, 4]);
  const b = tf.zeros<tf.Rank.R2>([5, 6]);
  const before = tf.memory().numTensors;
  await expect(NeighborIndex.build(tf.zeros([3, 4], 'int32'))).rejects.toSatisfy(code('BAD_ARGUMENT'));
  await expect(NeighborIndex.build({ arrays: [new Float32Array(7)], depth: 4 })).rejects.toSatisfy(
    code('BAD_ARGUMENT'),
  );
  await expect(NeighborIndex.build({ arrays: [], depth: 4 })).rejects.toSatisfy(code('BAD_ARGUMENT'));
  const index = await NeighborIndex.build(a);
  expect(() => index.search(b, 1)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  expect(() => index.search(a, 4)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  await use(BACKENDS[0]!);
  expect(() => index.search(a, 1)).toThrow(expect.objectContaining({ code: 'BACKEND_WRONG' }));
  await use(BACKENDS[1]!);
  index.dispose();
  expect(tf.memory().numTensors).toBe(before + 1);
});
