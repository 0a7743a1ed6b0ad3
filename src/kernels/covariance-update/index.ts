// covarianceUpdate: means and covariances of many positions, batch after batch, in one pass over the images.
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { packedSize } from '../packed.js';
import { isMatrix, runKernel } from '../registry.js';
import { COVARIANCE_MERGE, COVARIANCE_UPDATE } from './kernel.js';

/**
 * What is known of p positions after `images` images. All tensors are float32 and belong to the caller.
 *
 * The mean is kept as its difference from a fixed sample, so that a large mean costs no digits: with u = 2^-24, n images in m
 * batches of at most B, every element of `scatter` is within (m + B + 8) u sqrt(s_ii s_jj) of its exact value s_ij to first order,
 * whatever the mean; up to sqrt(n + 1) times that if the first image alone holds most of the variance. A B above 64
 * counts as 64 + B / 64 on wasm; on webgpu B counts as 16 + B / 16.
 */
export interface CovarianceState {
  readonly images: number;
  /** [p, D]: the features of the first image. */
  readonly anchor: Tensor2D;
  /** [p, D]: mean - anchor. */
  readonly offset: Tensor2D;
  /** [p, D (D + 1) / 2]: sum of (x - mean) (x - mean)^T, lower triangle, packed by rows. */
  readonly scatter: Tensor2D;
}

/** Which positions of the features count. */
export interface PositionRange {
  /** The first one, 0..P-1; 0 unless told. */
  readonly from?: number;
  /** How many; up to the last one unless told. */
  readonly count?: number;
}

/**
 * Takes a batch of images into the statistics of their positions: for n images before and B now, with the batch's mean m and deviations d_k,
 * S' = S + sum_k d_k d_k^T + n B / (n + B) (m - mean) (m - mean)^T (Chan, Golub, LeVeque, 1983). S / (n - 1) is the covariance (S / n with the
 * divisor n); `choleskyBatched` takes the divisor as its scale. A NaN or an infinity spoils the rows and columns of its own
 * dimension, at its own position, and nothing else. Cost: B D^2 / 2 multiply-adds per position; memory: the new state beside the old one, so that
 * large statistics are kept as several states, each of a range of positions. Has no gradient.
 * @param state of the same range of positions; null for the first batch
 * @param features float32 [B, P, D]
 * @returns a new state; the old one is left as it is, and is the caller's to dispose of
 * @throws IadError BAD_ARGUMENT for other shapes or types, an empty batch, or a range beyond the positions
 */
export function covarianceUpdate(
  state: CovarianceState | null,
  features: Tensor3D,
  range: PositionRange = {},
): CovarianceState {
  const op = 'covarianceUpdate';
  const { B = 0, P = 0, D = 0 } = checkTensors(op, { features: [features, ['B', 'P', 'D']] });
  if (state) checkState(op, 'state', state, D);
  const from = range.from ?? 0;
  checkInteger(op, 'from', from, 0, P - 1);
  const count = range.count ?? state?.anchor.shape[0] ?? P - from;
  checkInteger(op, 'count', count, 1, P - from);
  if (state && state.anchor.shape[0] !== count) {
    throw new IadError('BAD_ARGUMENT', `${op}: state has ${state.anchor.shape[0]} positions, the range ${count}`, {
      path: 'range',
      hint: `Give every batch the range that the first one had; features are [${features.shape}].`,
    });
  }
  const images = state?.images ?? 0;
  const known = state && { anchor: state.anchor, offset: state.offset, scatter: state.scatter };
  return stateOf(images + B, runKernel(COVARIANCE_UPDATE, { features, ...known }, { images, from, count }));
}

/**
 * The statistics of two sets of images, for example of two workers, as if all had come in one stream.
 * @returns a new state about the anchor of `a`, owned by the caller
 * @throws IadError BAD_ARGUMENT for states of other shapes or types, or whose shapes differ
 */
export function covarianceMerge(a: CovarianceState, b: CovarianceState): CovarianceState {
  const op = 'covarianceMerge';
  checkState(op, 'a', a, a.anchor.shape[1]);
  checkState(op, 'b', b, a.anchor.shape[1]);
  checkTensors(op, { 'a.anchor': [a.anchor, ['p', 'D']], 'b.anchor': [b.anchor, ['p', 'D']] });
  const inputs = {
    anchor: a.anchor,
    offset: a.offset,
    scatter: a.scatter,
    otherAnchor: b.anchor,
    otherOffset: b.offset,
    otherScatter: b.scatter,
  };
  const numbers = { images: a.images, otherImages: b.images };
  return stateOf(a.images + b.images, runKernel(COVARIANCE_MERGE, inputs, numbers));
}

/**
 * The mean of every position: anchor + offset.
 * @returns float32 [p, D], owned by the caller
 * @throws IadError BAD_ARGUMENT for a state of other shapes or types, or one that was disposed
 */
export function covarianceMean(state: CovarianceState): Tensor2D {
  checkState('covarianceMean', 'state', state, state.anchor.shape[1]);
  return tf.add(state.anchor, state.offset);
}

function checkState(op: string, name: string, { images, anchor, offset, scatter }: CovarianceState, depth: number) {
  checkInteger(op, `${name}.images`, images, 1, Number.MAX_SAFE_INTEGER);
  checkTensors(op, {
    [`${name}.anchor`]: [anchor, ['p', depth]],
    [`${name}.offset`]: [offset, ['p', depth]],
    [`${name}.scatter`]: [scatter, ['p', packedSize(depth)]],
  });
}

function stateOf(images: number, [anchor, offset, scatter]: Tensor[]): CovarianceState {
  if (isMatrix(anchor) && isMatrix(offset) && isMatrix(scatter)) return { images, anchor, offset, scatter };
  throw new IadError('BACKEND_WRONG', 'a covariance kernel must return three matrices');
}
