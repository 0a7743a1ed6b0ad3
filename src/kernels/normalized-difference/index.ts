// normalizedDifference: how far a student's or decoder's features are from the teacher's, direction by direction.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkTensors } from '../checks.js';
import { runKernel } from '../registry.js';
import { NORMALIZED_DIFFERENCE } from './kernel.js';
import { type DifferenceKind, KINDS } from './plan.js';

/**
 * The distance of the directions of two feature vectors at every location, over the channels:
 * - `squared`: 1/2 || a / max(|a|, 1e-12) - b / max(|b|, 1e-12) ||^2 (Wang et al., "Student-Teacher Feature Pyramid Matching", BMVC 2021,
 *   Eq. 1-2; PyTorch's `normalize`),
 * - `cosine`: 1 - a b / (max(|a|, 1e-8) max(|b|, 1e-8)) (Deng and Li, "Anomaly Detection via Reverse Distillation", CVPR 2022, Eq. 1; PyTorch's
 *   `cosine_similarity`).
 * The two differ for vectors shorter than the least norm only: there `squared` of zero and a unit vector is 1/2, `cosine` 1. Both are
 * computed from the difference of the unit vectors, so that near 0 they are exact to their own size; equal vectors give 0. Norms beyond
 * float32's range of squares are right too. NaN and infinity give NaN. Range 0..2. Whole maps are compared as [B, 1, 1, H W C].
 * Gradient: by both, of the first order; where a norm is clamped, that of the clamped formula.
 * @param a float32 [B, H, W, C]
 * @param b float32 [B, H, W, C]
 * @returns float32 [B, H, W], owned by the caller
 * @throws IadError BAD_ARGUMENT for other or differing shapes, types, or kind
 */
export function normalizedDifference(a: Tensor4D, b: Tensor4D, kind: DifferenceKind): Tensor3D {
  checkTensors('normalizedDifference', { a: [a, ['B', 'H', 'W', 'C']], b: [b, ['B', 'H', 'W', 'C']] });
  const index = KINDS.indexOf(kind);
  if (index < 0) {
    throw new IadError('BAD_ARGUMENT', `normalizedDifference: kind must be one of ${KINDS}, not ${kind}`, {
      path: 'kind',
    });
  }
  const [distances] = runKernel(NORMALIZED_DIFFERENCE, { a, b }, { kind: index });
  if (isMap(distances)) return distances;
  throw new IadError('BACKEND_WRONG', 'normalizedDifference: the kernel must return one tensor of rank 3');
}

function isMap(tensor: Tensor | undefined): tensor is Tensor3D {
  return tensor?.rank === 3;
}
