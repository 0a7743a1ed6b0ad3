// topKNeighbors: the exact nearest rows of a bank, without a matrix of all distances.
import type { Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { checkInteger, checkTensors } from '../checks.js';
import { type Bank, bankPieces, bankShape, onBackend } from './bank.js';
import { TOP_K_NEIGHBORS } from './kernels.js';
import { inMetric, inUnits, metricOf, type NeighborOptions } from './metric.js';
import { merged, type Neighbors, neighbors, searchPiece } from './neighbors.js';

/**
 * The k nearest bank rows of every query. Of equal distances the lowest row comes first; a distance that is NaN or infinite never
 * enters. Memory: the outputs; on webgpu one block of distances (32 MiB at most), on wasm blocks of about a megabyte, on backends
 * without an own kernel a few times 16 MiB and 8,192 bank rows; 16 MiB where the bank lies outside of the backend; with `cosine`
 * the scaled rows.
 * Cost: Q x M x D multiply-adds at worst. Several searches in one bank: {@link NeighborIndex}.
 * @param queries float32 [Q, D]
 * @param bank float32 [M, D], on the backend or outside of it
 * @param k 1..M
 * @returns tensors owned by the caller. By `l2` the same bits on cpu and wasm, however the bank is cut; elsewhere up to the backend's
 *   float32 rounding, and from stock ops a tie of more than k + 8 equal rows may go to any of them
 * @throws IadError BAD_ARGUMENT for other shapes, types, k or metric; MEMORY_BUDGET where the backend has no room
 */
export function topKNeighbors(queries: Tensor2D, bank: Bank, k: number, options: NeighborOptions = {}): Neighbors {
  const metric = metricOf('topKNeighbors', options);
  checkSearch('topKNeighbors', queries, bank, k);
  const depth = queries.shape[1];
  return inMetric(metric, queries, (asked) => {
    let found: Neighbors | undefined;
    for (const piece of bankPieces(bank)) {
      const rows = tf.tidy(() => inUnits(metric, onBackend(piece.rows, depth)));
      const inputs = { queries: asked, bank: rows };
      const part = searchPiece(TOP_K_NEIGHBORS, inputs, k, found);
      rows.dispose();
      found = merged(found, part, piece.first, k);
    }
    return found ?? neighbors([]);
  });
}

/** @throws IadError BAD_ARGUMENT unless k rows of the bank can be searched for the queries */
export function checkSearch(op: string, queries: Tensor2D, bank: Bank, k: number): void {
  const [rows, depth] = bankShape(op, bank);
  checkTensors(op, { queries: [queries, ['Q', depth]] });
  checkInteger(op, 'k', k, 1, rows);
}
