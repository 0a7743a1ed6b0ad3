// choleskyBatched: the triangular factors of many covariance matrices.
import type { Tensor2D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkTensors } from '../checks.js';
import { packedDepth } from '../packed.js';
import { isMatrix, runKernel } from '../registry.js';
import { CHOLESKY_BATCHED } from './kernel.js';

export interface CholeskyOptions {
  /** Factor of the matrices before all else: 1 / (n - 1) makes a covariance of the scatter of n images; finite, 1 unless told. */
  readonly scale?: number;
  /** Added to the diagonal afterwards: 0.01 in PaDiM; finite, 0 unless told. */
  readonly ridge?: number;
}

/**
 * The lower triangular L with L L^T = scale A + ridge I, for every A. In float32, backward stable: L L^T is within (D + 2) 2^-24 sqrt(a_ii a_jj) of what was
 * given, element by element; a matrix whose condition number, its rows scaled to a diagonal of 1, is beyond about 2^24 / D may count as not positive
 * definite. Cost: D^3 / 6 multiply-adds per matrix; memory: the factors, and one unpacked matrix (64 MB of them without an own
 * kernel). Has no gradient.
 * @param matrices float32 [P, D (D + 1) / 2], lower triangles packed by rows
 * @returns factors of the same shape and packing, owned by the caller
 * @throws IadError BAD_ARGUMENT for another shape or type, and for a matrix that is not positive definite (among them one
 * with a NaN or an infinity), with its position
 */
export async function choleskyBatched(
  matrices: Tensor2D,
  { scale = 1, ridge = 0 }: CholeskyOptions = {},
): Promise<Tensor2D> {
  const { T = 0 } = checkTensors('choleskyBatched', { matrices: [matrices, ['P', 'T']] });
  for (const [path, value] of Object.entries({ scale, ridge })) {
    if (Number.isFinite(value)) continue;
    throw new IadError('BAD_ARGUMENT', `choleskyBatched: ${path} must be a finite number, not ${value}`, { path });
  }
  const depth = packedDepth(T);
  if (Number.isNaN(depth)) {
    const what = `choleskyBatched: matrices must be [P, D (D + 1) / 2], not [${matrices.shape}]`;
    throw new IadError('BAD_ARGUMENT', what, { path: 'matrices', hint: `No triangle has ${T} elements.` });
  }
  const [factors, status] = runKernel(CHOLESKY_BATCHED, { matrices }, { scale, ridge });
  if (!status || !isMatrix(factors)) {
    throw new IadError('BACKEND_WRONG', 'choleskyBatched: the kernel must return factors and a status');
  }
  const failed = await status
    .data<'int32'>()
    .catch((cause: unknown) => {
      factors.dispose();
      throw cause;
    })
    .finally(() => status.dispose());
  const position = failed.findIndex((pivot) => pivot !== 0);
  if (position < 0) return factors;
  factors.dispose();
  const others = failed.reduce((sum, pivot) => sum + Number(pivot !== 0), -1);
  const where = `position ${position} (pivot ${failed[position]} of ${depth})`;
  throw new IadError('BAD_ARGUMENT', `choleskyBatched: the matrix of ${where} is not positive definite`, {
    path: 'matrices',
    hint: `Nor are ${others} others of ${failed.length}. A larger ridge than ${ridge} may help; NaN and infinite features do not count as numbers.`,
  });
}
