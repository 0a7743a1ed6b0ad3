// NeighborIndex prunes without changing a bit, and refuses what it cannot do.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { NeighborIndex, registerKernels, topKNeighbors } from '../../src/kernels/index.js';
import { correlated, indexCases } from '../../src/kernels/top-k-neighbors/cases.js';
import { compositeBlocks, directBlockRows, indexWidth, sketchBlockRows } from '../../src/kernels/top-k-neighbors/plan.js';
import { topKNeighborsReference } from '../../src/kernels/top-k-neighbors/reference.js';
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
    const index = await NeighborIndex.build(rows);
    const { squared, rows: nearest } = index.search(asked, k);
    expect(await squared.data<'float32'>()).toEqual(expected.squared);
    expect(await nearest.data<'int32'>()).toEqual(expected.rows);
    tf.dispose([squared, nearest]);
    index.dispose();
    index.dispose();
    expect(tf.memory()).toEqual(before);
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
      expect(await part.squared.data()).toEqual(await whole.squared.slice([from, 0], [size, -1]).data());
      expect(await part.rows.data()).toEqual(await whole.rows.slice([from, 0], [size, -1]).data());
    }
    index.dispose();
    expect(() => index.search(queries, 3)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });
});

describe('errors and plans', () => {
  beforeAll(() => use(BACKENDS[1]!));

  test('bad arguments are refused', async () => {
    const a = tf.zeros<tf.Rank.R2>([3, 4]);
    const b = tf.zeros<tf.Rank.R2>([5, 6]);
    const whole = tf.zeros<tf.Rank.R2>([3, 4], 'int32');
    const empty = tf.zeros<tf.Rank.R2>([0, 4]);
    for (const k of [0, 6, 1.5, Number.NaN]) expect(() => topKNeighbors(b, b, k)).toThrow(IadError);
    expect(() => topKNeighbors(a, b, 1)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => topKNeighbors(whole, a, 1)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => topKNeighbors(empty, a, 1)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    await expect(NeighborIndex.build(whole)).rejects.toSatisfy(code('BAD_ARGUMENT'));
    const index = await NeighborIndex.build(a);
    expect(() => index.search(b, 1)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(() => index.search(a, 4)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    await use(BACKENDS[0]!);
    expect(() => index.search(a, 1)).toThrow(expect.objectContaining({ code: 'BACKEND_WRONG' }));
    await use(BACKENDS[1]!);
    index.dispose();
  });

  test('registering twice does nothing', () => {
    registerKernels('wasm');
    const kernel = tf.getKernel('TopKNeighbors', 'wasm');
    expect(kernel).toBeDefined();
    registerKernels('wasm');
    expect(tf.getKernel('TopKNeighbors', 'wasm')).toBe(kernel);
  });

  test('block sizes stay within their limits', () => {
    for (const depth of [1, 17, 1024, 1e6]) {
      expect(directBlockRows(depth)).toBeGreaterThanOrEqual(1);
      expect(directBlockRows(depth) * depth * 4).toBeLessThanOrEqual(Math.max(256 * 1024, depth * 4));
    }
    for (const depth of [1, 17, 1024, 1e6]) expect(sketchBlockRows(depth) % 8).toBe(0);
    expect(indexWidth(100, 1024)).toBe(0);
    expect(indexWidth(6000, 1024)).toBe(64);
    const blocks = compositeBlocks(784, 60_000);
    expect(blocks.queries * blocks.bank).toBeLessThanOrEqual(2 ** 22);
  });
});
