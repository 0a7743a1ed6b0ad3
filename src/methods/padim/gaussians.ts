// What PaDiM learns: a Gaussian of the features at every position.
import { packedSize } from '../../kernels/packed.js';
import { IadError } from '../../runtime/errors.js';
import { MAX_MODEL_BYTES } from '../parts/model-file.js';

export interface Gaussians {
  readonly positions: number;
  /** Channels kept. */
  readonly depth: number;
  /** [positions, depth] */
  readonly mean: Float32Array;
  /** [positions, depth (depth + 1) / 2]: the covariances' Cholesky factors, lower triangles packed by rows. */
  readonly factors: Float32Array;
}

/** Positions are worked on in blocks whose triangles take about this much; a block is the least that is copied at a time. */
const BLOCK_BYTES = 2 ** 24;

/** Ranges of positions [from, from + count) that together are `positions`, small enough to be worked on at once. */
export function blocks(positions: number, depth: number): { readonly from: number; readonly count: number }[] {
  const size = Math.max(1, Math.floor(BLOCK_BYTES / (4 * packedSize(depth))));
  return Array.from({ length: Math.ceil(positions / size) }, (_, i) => ({
    from: i * size,
    count: Math.min(size, positions - i * size),
  }));
}

/** @throws IadError MEMORY_BUDGET for Gaussians that no model file holds */
export function emptyGaussians(positions: number, depth: number): Gaussians {
  const columns = packedSize(depth);
  const bytes = 4 * positions * (depth + columns);
  // A little goes to the calibration and the header.
  if (bytes > MAX_MODEL_BYTES - 2 ** 22) {
    const what = `${positions} Gaussians in ${depth} dimensions take ${bytes} bytes, a model file holds ${MAX_MODEL_BYTES}`;
    throw new IadError('MEMORY_BUDGET', what, {
      path: 'PaDiM.dims',
      hint: 'Keep fewer dims, or use a smaller inputSize.',
    });
  }
  return {
    positions,
    depth,
    mean: new Float32Array(positions * depth),
    factors: new Float32Array(positions * columns),
  };
}
