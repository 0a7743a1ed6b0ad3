// Every kernel on every backend present, and the composites made of stock ops, against the references.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Neighbors, topKNeighbors } from '../../src/kernels/index.js';
import type { KernelImplementation } from '../../src/kernels/registry.js';
import { type NeighborCase, neighborCases } from '../../src/kernels/top-k-neighbors/cases.js';
import { topKNeighborsComposite } from '../../src/kernels/top-k-neighbors/composite.js';
import { topKNeighborsReference } from '../../src/kernels/top-k-neighbors/reference.js';
import { BACKENDS, use } from './backends.js';

function tensors({ queries, bank, depth }: NeighborCase) {
  return {
    queries: tf.tensor2d(queries, [queries.length / depth, depth]),
    bank: tf.tensor2d(bank, [bank.length / depth, depth]),
  };
}

async function values({ squared, rows }: Neighbors) {
  const read = { squared: await squared.data<'float32'>(), rows: await rows.data<'int32'>() };
  tf.dispose([squared, rows]);
  return read;
}

function call(
  implementation: KernelImplementation,
  inputs: Record<string, tf.Tensor>,
  numbers: Record<string, number>,
) {
  const backend = tf.backend();
  if (!(backend instanceof tf.KernelBackend)) throw new Error('not a backend');
  return implementation({ inputs, numbers, backend }).map((info) => {
    if (!(info instanceof tf.Tensor)) throw new Error('a composite must return tensors');
    return info;
  });
}

/** The float64 distance between a query and a bank row. */
function distance({ queries, bank, depth }: NeighborCase, query: number, row: number): number {
  let sum = 0;
  for (let d = 0; d < depth; d++) sum += (queries[query * depth + d]! - bank[row * depth + d]!) ** 2;
  return sum;
}

describe.each(BACKENDS)('on $name', (backend) => {
  beforeAll(() => use(backend));

  describe('topKNeighbors', () => {
    test.each(neighborCases())('$name', async (c) => {
      const expected = topKNeighborsReference(c.queries, c.bank, c.depth, c.k);
      const { queries, bank } = tensors(c);
      const before = tf.memory();
      const found = await values(topKNeighbors(queries, bank, c.k));
      expect(tf.memory()).toEqual(before);
      tf.dispose([queries, bank]);
      expect(found.squared).toEqual(expected.squared);
      expect(found.rows).toEqual(expected.rows);
    });
  });

  describe('topKNeighbors from stock ops', () => {
    // What float32 squares overflow or vanish in is up to the backend's own order of operations.
    const cases = neighborCases().filter(({ name }) => !/tiny|overflowing/.test(name));
    test.each(cases)('$name', async (c) => {
      const expected = topKNeighborsReference(c.queries, c.bank, c.depth, c.k);
      const inputs = tensors(c);
      const before = tf.memory().numTensors;
      const [squared, rows] = call(topKNeighborsComposite, inputs, { k: c.k });
      const found = { squared: await squared!.data<'float32'>(), rows: await rows!.data<'int32'>() };
      tf.dispose([squared!, rows!]);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(inputs);
      for (let i = 0; i < found.rows.length; i++) {
        const [value, want] = [found.squared[i]!, expected.squared[i]!];
        if (want === Number.POSITIVE_INFINITY) {
          expect(value).toBe(want);
          expect(found.rows[i]).toBe(-1);
          continue;
        }
        expect(Math.abs(value - want)).toBeLessThanOrEqual(c.tolerance * want);
        // The same row, or one that is as near up to the tolerance.
        const own = distance(c, Math.floor(i / c.k), found.rows[i]!);
        expect(Math.abs(own - want)).toBeLessThanOrEqual(2 * c.tolerance * want);
      }
    });

    test('the lowest row wins a tie', async () => {
      const c = neighborCases().find(({ name }) => name.startsWith('ties'));
      const inputs = tensors(c!);
      const [squared, rows] = call(topKNeighborsComposite, inputs, { k: c!.k });
      const expected = topKNeighborsReference(c!.queries, c!.bank, c!.depth, c!.k);
      expect(await rows!.data<'int32'>()).toEqual(expected.rows);
      tf.dispose([squared!, rows!, ...Object.values(inputs)]);
    });
  });
});
