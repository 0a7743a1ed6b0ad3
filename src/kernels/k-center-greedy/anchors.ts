// anchorsFrom: the initial distances of kCenterGreedy from rows that are given.

import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkMatrix } from '../checks.js';
import { NeighborIndex } from '../top-k-neighbors/neighbor-index.js';

/** Features that are measured at a time. */
const GROUP = 16_384;

/**
 * The Euclidean distance of every row to the given rows: their `mean` (PatchCore's approximate greedy selection with its
 * 10 starts) or their `min` (to go on from rows that are already in a bank).
 * @param features float32 [N, D]
 * @param rows positions in `features`, at least one; `mean` is meant for few, as it measures all N x rows distances
 * @returns float32 [N]; 0, so never picked, for a row whose distances are NaN or infinite
 * @throws IadError BAD_ARGUMENT
 */
export async function anchorsFrom(
  features: Tensor2D,
  rows: Int32Array | readonly number[],
  how: 'mean' | 'min',
): Promise<Float32Array> {
  checkMatrix('anchorsFrom', 'features', features);
  const count = features.shape[0];
  if (rows.length === 0)
    throw new IadError('BAD_ARGUMENT', 'anchorsFrom: at least one row is needed', { path: 'rows' });
  for (const row of rows) checkInteger('anchorsFrom', 'rows', row, 0, count - 1);
  const bank = tf.tidy(() => tf.gather(features, tf.tensor1d(Int32Array.from(rows), 'int32')));
  const index = await NeighborIndex.build(bank).finally(() => bank.dispose());
  const k = how === 'mean' ? rows.length : 1;
  const anchors = new Float32Array(count);
  try {
    for (let from = 0; from < count; from += GROUP) {
      const group = tf.tidy(() => {
        // Not slice: on the wasm backend that copies the whole tensor first.
        const part = tf.gather(features, tf.range(from, Math.min(from + GROUP, count), 1, 'int32'));
        const distances = index.search(part, k).distances.sqrt().mean<Tensor1D>(1);
        return tf.where(tf.isInf(distances), tf.zerosLike(distances), distances);
      });
      try {
        anchors.set(await group.data<'float32'>(), from);
      } finally {
        group.dispose();
      }
    }
  } finally {
    index.dispose();
  }
  return anchors;
}
