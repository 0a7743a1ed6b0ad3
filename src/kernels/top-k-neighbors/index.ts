// topKNeighbors: the exact nearest rows of a bank, without a matrix of all distances.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { runKernel } from '../registry.js';
import { TOP_K_NEIGHBORS } from './kernels.js';

export interface Neighbors {
  /** Squared L2 distances, float32 [Q, k], ascending; Infinity where fewer than k rows have a finite distance. */
  readonly squared: Tensor2D;
  /** Bank rows, int32 [Q, k]; -1 where `squared` is Infinity. */
  readonly rows: Tensor2D;
}

/**
 * The k nearest bank rows of every query: s_ij = sum_d (q_id - b_jd)^2, in difference form, so that equal rows give exactly 0. Of equal
 * distances the lowest row comes first; a distance that is NaN or infinite never enters. Memory: the two outputs and, on webgpu
 * and on backends without an own kernel, one block of distances (32 MiB and 16 MiB at most).
 * Cost: Q x M x D multiply-adds at worst. Several searches in one bank: {@link NeighborIndex}.
 * @param queries float32 [Q, D]
 * @param bank float32 [M, D]
 * @param k 1..M
 * @returns tensors owned by the caller. On cpu and wasm the same bits; elsewhere up to the backend's float32 rounding, and from
 * stock ops a tie of more than k + 8 equal rows may go to any of them
 * @throws IadError BAD_ARGUMENT for other shapes, types or k
 */
export function topKNeighbors(queries: Tensor2D, bank: Tensor2D, k: number): Neighbors {
  checkSearch('topKNeighbors', queries, bank, k);
  return neighbors(runKernel(TOP_K_NEIGHBORS, { queries, bank }, { k }));
}

export function checkSearch(op: string, queries: Tensor2D, bank: Tensor2D, k: number): void {
  checkTensors(op, { queries: [queries, ['Q', 'D']], bank: [bank, ['M', 'D']] });
  checkInteger(op, 'k', k, 1, bank.shape[0]);
}

function isMatrix(tensor: Tensor | undefined): tensor is Tensor2D {
  return tensor?.rank === 2;
}

export function neighbors([squared, rows]: Tensor[]): Neighbors {
  if (isMatrix(squared) && isMatrix(rows)) return { squared, rows };
  throw new IadError('BACKEND_WRONG', 'a neighbour kernel must return two matrices');
}
