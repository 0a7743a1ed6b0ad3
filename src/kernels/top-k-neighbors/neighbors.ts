// What a search returns, and how the results of a bank's parts become one.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { isMatrix, type KernelDefinition, runKernel } from '../registry.js';

export interface Neighbors {
  /** Squared L2 or cosine distances, float32 [Q, k], ascending; Infinity where fewer than k rows have a finite distance. */
  readonly distances: Tensor2D;
  /** Bank rows, int32 [Q, k]; -1 where the distance is Infinity. */
  readonly rows: Tensor2D;
}

/** A kernel's outputs by name. */
export function neighbors([distances, rows]: Tensor[]): Neighbors {
  if (isMatrix(distances) && isMatrix(rows)) return { distances, rows };
  throw new IadError('BACKEND_WRONG', 'a neighbour kernel must return two matrices');
}

/**
 * Searches a piece of a bank.
 * @param before what earlier pieces gave: rows further than its last ones may be left out
 */
export function searchPiece(
  kernel: KernelDefinition,
  inputs: { readonly queries: Tensor2D; readonly bank: Tensor2D },
  k: number,
  before: Neighbors | undefined,
): Neighbors {
  const width = Math.min(k, inputs.bank.shape[0]);
  // Before there are k neighbours, the last one says nothing.
  const isFull = width === k && before?.distances.shape[1] === k;
  const within = isFull ? { within: before.distances } : {};
  return neighbors(runKernel(kernel, { ...inputs, ...within }, { k: width }));
}

/**
 * The k nearest of two parts of a bank; disposes of both.
 * @param before of the rows up to `first`; undefined if there are none
 * @param part of the rows from `first` on, numbered from 0
 */
export function merged(before: Neighbors | undefined, part: Neighbors, first: number, k: number): Neighbors {
  if (!before) return part;
  const both = tf.tidy(() => {
    const numbered = tf.where(part.rows.less(0), part.rows, part.rows.add(tf.scalar(first, 'int32')));
    const distances = tf.concat2d([before.distances, part.distances], 1);
    const rows = tf.concat2d([before.rows, numbered.toInt()], 1);
    return kLeast(distances, rows, Math.min(k, distances.shape[1]));
  });
  tf.dispose([before.distances, before.rows, part.distances, part.rows]);
  return neighbors(both);
}

/**
 * Of each query the k least distances in ascending order, with their rows; of equals the first.
 * @param distances float32 [Q, width] without NaN
 * @param rows int32 [Q, width]
 */
export function kLeast(distances: Tensor2D, rows: Tensor2D, k: number): [distances: Tensor2D, rows: Tensor2D] {
  const [count, width] = distances.shape;
  // Of equals topk takes the first.
  const best = tf.topk(distances.neg(), k);
  // A flat gather: the wasm backend's own ignores batch dimensions.
  const starts = tf.range(0, count * width, width, 'int32').expandDims(1);
  const places = best.indices.toInt().add(starts).flatten();
  return [best.values.neg(), tf.gather(rows.flatten(), places).reshape([count, k])];
}
