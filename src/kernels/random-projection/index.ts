// randomProjection: rows in fewer dimensions, with their distances about kept, by a matrix that is never held whole.
import type { Tensor2D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { isMatrix, runKernel } from '../registry.js';
import { GAUSSIAN, SPARSE, UNIFORM } from './entries.js';
import { RANDOM_PROJECTION } from './kernel.js';

export type ProjectionKind = 'uniform' | 'sparse' | 'gaussian';

const KINDS: ReadonlyMap<string, number> = new Map<ProjectionKind, number>([
  ['uniform', UNIFORM],
  ['sparse', SPARSE],
  ['gaussian', GAUSSIAN],
]);

export interface RandomProjectionOptions {
  /**
   * `gaussian`: N(0, 1 / outputs). `sparse`: +-sqrt(1 / density) / sqrt(outputs) with probability `density`, else 0 (Achlioptas 2003;
   * Li, Hastie, Church 2006). Both keep squared distances in the mean. `uniform`: +-1 / sqrt(D), a linear layer's initial weights,
   * which is what PatchCore's authors use: squared distances times outputs / (3 D) in the mean.
   */
  readonly kind: ProjectionKind;
  /** Dimensions of the result, 1..65536. */
  readonly outputs: number;
  /** 32 bits. */
  readonly seed: number;
  /** Share of the entries that are not 0, in (0, 1], for `sparse`: 1 / sqrt(D) (Li) unless told; 1 / 3 is Achlioptas's. */
  readonly density?: number;
}

/**
 * out = rows R with R [D, outputs] drawn from a seed. Entry (i, o) is made from word o * D + i of `new Random(seed)` wherever it is
 * needed: the same on every backend, uniform and sparse ones to the last bit but for a GPU's rounding of the uniform scale, normal ones up
 * to float32 rounding (top bit the sign, the other 31 through the normal quantile).
 * Entries of 0 are left out on cpu and wasm; elsewhere they meet NaN and infinity as in any matrix product.
 * Cost: N x D x outputs multiply-adds, for `sparse` `density` of it. Memory: the result, and a block of R.
 * @param rows float32 [N, D]
 * @returns float32 [N, outputs], owned by the caller
 * @throws IadError BAD_ARGUMENT for other shapes or types, outputs, seed or density out of range
 */
export function randomProjection(rows: Tensor2D, options: RandomProjectionOptions): Tensor2D {
  checkTensors('randomProjection', { rows: [rows, ['N', 'D']] });
  const { outputs, seed, density = 1 / Math.sqrt(rows.shape[1]) } = options;
  checkInteger('randomProjection', 'outputs', outputs, 1, 65_536);
  checkInteger('randomProjection', 'seed', seed, 0, 2 ** 32 - 1);
  if (!(density > 0 && density <= 1)) {
    throw new IadError('BAD_ARGUMENT', `randomProjection: density must be in (0, 1], not ${density}`, {
      path: 'density',
    });
  }
  const kind = KINDS.get(options.kind);
  if (kind === undefined) {
    throw new IadError(
      'BAD_ARGUMENT',
      `randomProjection: kind must be one of ${[...KINDS.keys()]}, not ${options.kind}`,
      {
        path: 'kind',
      },
    );
  }
  const numbers = { kind, outputs, seed, density };
  const [projected] = runKernel(RANDOM_PROJECTION, { rows }, numbers);
  if (isMatrix(projected)) return projected;
  throw new IadError('BACKEND_WRONG', 'randomProjection: the kernel must return a matrix');
}
