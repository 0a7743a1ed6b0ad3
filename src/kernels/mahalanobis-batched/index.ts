// mahalanobisBatched: how far the features of many images are from the Gaussian of each position.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { packedSize } from '../packed.js';
import { isMatrix, runKernel } from '../registry.js';
import { MAHALANOBIS_BATCHED } from './kernel.js';

export interface MahalanobisOptions {
  /** The position of the features that `mean` and `factors` begin with, 0..P-p; 0 unless told. */
  readonly from?: number;
}

/**
 * Squared Mahalanobis distances (x - mean)^T (L L^T)^-1 (x - mean) = |y|^2 with L y = x - mean, in units of variance, from 0 up; no
 * matrix is inverted. A NaN feature makes its own distance NaN; an infinite one makes it infinite or NaN; so does a factor with a zero on its
 * diagonal. One Gaussian for all vectors is P = 1. Cost: D^2 / 2 multiply-adds per image and position, and each factor is read from
 * memory once for the whole batch, so that several images at a time are quicker than one by one. Factors that do not fit in memory at once
 * are walked over in blocks of positions by `from`. Has no gradient.
 * @param features float32 [B, P, D]
 * @param mean float32 [p, D]
 * @param factors float32 [p, D (D + 1) / 2], lower triangles packed by rows, as from `choleskyBatched`
 * @returns float32 [B, p], owned by the caller; each distance is off by at most about 2 D 2^-24 times its factor's condition number
 * @throws IadError BAD_ARGUMENT for other shapes or types, or a range beyond the positions
 */
export function mahalanobisBatched(
  features: Tensor3D,
  mean: Tensor2D,
  factors: Tensor2D,
  { from = 0 }: MahalanobisOptions = {},
): Tensor2D {
  const op = 'mahalanobisBatched';
  const { P = 0, D = 0 } = checkTensors(op, { features: [features, ['B', 'P', 'D']] });
  const { p = 0 } = checkTensors(op, { mean: [mean, ['p', D]], factors: [factors, ['p', packedSize(D)]] });
  if (p > P) {
    throw new IadError('BAD_ARGUMENT', `${op}: mean has ${p} positions, features [${features.shape}] only ${P}`, {
      path: 'mean',
    });
  }
  checkInteger(op, 'from', from, 0, P - p);
  const [squared] = runKernel(MAHALANOBIS_BATCHED, { features, mean, factors }, { from });
  if (isMatrix(squared)) return squared;
  throw new IadError('BACKEND_WRONG', `${op}: the kernel must return a matrix`);
}
