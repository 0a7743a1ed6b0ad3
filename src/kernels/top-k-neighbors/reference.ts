// The meaning of topKNeighbors. Sums are float32 in the order of distance.ts, so that wasm must agree bit for bit.

import { makeTensor, readFloats } from '../cpu.js';
import { LANES, squaredDistance } from '../distance.js';
import { type KernelCall, matrix, number } from '../registry.js';

/** The k nearest rows in ascending order. The lower row wins a tie; NaN and infinite distances never enter (row -1, Infinity). */
export function topKNeighborsReference(
  queries: Float32Array, // [Q, D]
  bank: Float32Array, // [M, D]
  depth: number,
  k: number,
): { squared: Float32Array; rows: Int32Array } {
  const count = queries.length / depth;
  const squared = new Float32Array(count * k).fill(Number.POSITIVE_INFINITY);
  const rows = new Int32Array(count * k).fill(-1);
  const lanes = new Float32Array(LANES);
  for (let q = 0; q < count; q++) {
    const list = squared.subarray(q * k, (q + 1) * k);
    const listRows = rows.subarray(q * k, (q + 1) * k);
    for (let row = 0; row < bank.length / depth; row++) {
      const value = squaredDistance(queries, q * depth, bank, row * depth, depth, lanes);
      const place = list.findIndex((known) => value < known);
      if (place < 0) continue;
      list.copyWithin(place + 1, place, k - 1);
      listRows.copyWithin(place + 1, place, k - 1);
      list[place] = value;
      listRows[place] = row;
    }
  }
  return { squared, rows };
}

export function topKNeighborsCpu(call: KernelCall) {
  const queries = matrix(call, 'queries');
  const bank = matrix(call, 'bank');
  const k = number(call, 'k');
  const { backend } = call;
  const values = [readFloats(backend, queries.info), readFloats(backend, bank.info)] as const;
  const { squared, rows } = topKNeighborsReference(...values, queries.columns, k);
  const shape = [queries.rows, k];
  return [makeTensor(backend, squared, shape), makeTensor(backend, rows, shape)];
}
