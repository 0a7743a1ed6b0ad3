// kCenterGreedy: a subset of rows that leaves no row far from it (the coreset of PatchCore).

import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError, throwIfAborted } from '../../runtime/errors.js';
import { type OnProgress, stageProgress } from '../../runtime/progress.js';
import { checkInteger, checkMatrix, checkTensors } from '../checks.js';
import { runKernel, stateInputs } from '../registry.js';
import type { KernelThreads } from '../threads/index.js';
import { K_CENTER_ADVANCE, K_CENTER_START } from './kernels.js';
import { boundsPay, sliceSize } from './plan.js';
import { type Selection, selectOnThreads } from './threads.js';

export interface KCenterOptions {
  /** Initial distances a_i, [N], in the features' unit; NaN and negative count as 0. Give this or `start`. See `anchorsFrom`. */
  anchor?: Float32Array | Tensor1D;
  /** A row that is picked first, at radius Infinity, after which the selection is exact k-center. */
  start?: number;
  /**
   * Runs on these threads instead of the backend, on a copy of the features in their memory: that, 140 bytes a row and 80 a pick. The
   * picks are the same.
   */
  threads?: KernelThreads;
  /** Stage 'coreset', in centres. */
  onProgress?: OnProgress;
  /** Stops between slices of about 40 ms with the error `ABORTED`. */
  signal?: AbortSignal;
}

export interface KCenterResult {
  /** Picked rows in order, all different, int32 [K], K <= count. */
  readonly indices: Int32Array;
  /** radii[j]: the largest distance a_i at pick j, never rising, float32 [K]. */
  readonly radii: Float32Array;
}

/**
 * Greedy k-center selection (Gonzalez 1985; PatchCore, arXiv 2106.08265, algorithm 1): s = argmax_i a_i, the first of equals; then
 * a_i = min(a_i, ||x_i - x_s||), Euclidean in float32; repeated `count` times. It ends early, with fewer picks, once
 * every a_i is 0: the rows left are duplicates of picks. The first k picks of a longer run are the run with k. Rows of NaN never
 * come nearer to a pick; they are picked at their initial distance.
 * On wasm, unless there is little to do, distances are brought up to date only where they may be the largest, and lower bounds rule
 * out most of them; the picks are those of the plain algorithm. Memory beside the features on wasm: 140 bytes a row, 72 a pick.
 * On webgpu every pick is a pass over all rows, and nothing is read back within a slice; distances are rounded as the GPU rounds.
 * @param features float32 [N, D]
 * @param count 1..N
 * @throws IadError BAD_ARGUMENT for other shapes, types or options; ABORTED
 */
export async function kCenterGreedy(
  features: Tensor2D,
  count: number,
  options: KCenterOptions,
): Promise<KCenterResult> {
  checkMatrix('kCenterGreedy', 'features', features);
  checkInteger('kCenterGreedy', 'count', count, 1, features.shape[0]);
  throwIfAborted(options.signal);
  const report = stageProgress(options.onProgress, 'coreset', count);
  const anchors = initialDistances(features.shape[0], options);
  const selection = await begin(features, anchors, count, options.threads).finally(() => anchors.dispose());
  const indices = new Int32Array(count);
  const radii = new Float32Array(count);
  let known = 0;
  let size: number | undefined;
  let elapsedMs = 0;
  try {
    while (known < count) {
      size = Math.min(sliceSize(size, elapsedMs), count - known);
      const start = performance.now();
      const picked = await selection.advance(known, known + size);
      const valid = picked.radii.findIndex((radius) => !(radius > 0));
      const fresh = valid < 0 ? picked.radii.length : valid;
      indices.set(picked.indices.subarray(0, fresh), known);
      radii.set(picked.radii.subarray(0, fresh), known);
      known += fresh;
      elapsedMs = performance.now() - start;
      report(known);
      if (fresh < size) break;
      // A macrotask: timers, input and abort get their turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
      throwIfAborted(options.signal);
    }
  } finally {
    selection.dispose();
  }
  return { indices: indices.slice(0, known), radii: radii.slice(0, known) };
}

function initialDistances(rows: number, { anchor, start }: KCenterOptions): Tensor1D {
  if ((anchor === undefined) === (start === undefined)) {
    throw new IadError('BAD_ARGUMENT', 'kCenterGreedy: give either `anchor` or `start`', { path: 'anchor' });
  }
  if (anchor instanceof tf.Tensor) {
    checkTensors('kCenterGreedy', { anchor: [anchor, [rows]] });
    return anchor.clone();
  }
  if (anchor !== undefined) {
    if (anchor.length === rows) return tf.tensor1d(anchor, 'float32');
    throw new IadError('BAD_ARGUMENT', `kCenterGreedy: anchor must be [${rows}], not [${anchor.length}]`, {
      path: 'anchor',
    });
  }
  const first = start ?? 0;
  checkInteger('kCenterGreedy', 'start', first, 0, rows - 1);
  const values = new Float32Array(rows).fill(3.4028234663852886e38);
  values[first] = Number.POSITIVE_INFINITY;
  return tf.tensor1d(values, 'float32');
}

async function begin(
  features: Tensor2D,
  anchors: Tensor1D,
  count: number,
  threads: KernelThreads | undefined,
): Promise<Selection> {
  if (threads) return selectOnThreads(threads, features, anchors, count);
  const bounds = boundsPay(features.shape[0], count);
  let state = runKernel(K_CENTER_START, { features, anchors }, { count, bounds }).map((tensor) => tf.keep(tensor));
  return {
    async advance(from, to) {
      const [indices, radii, ...next] = runKernel(K_CENTER_ADVANCE, { features, ...stateInputs(state) }, { from, to });
      if (!indices || !radii) throw new IadError('BACKEND_WRONG', 'KCenterGreedy must return indices and radii');
      if (next.length > 0) {
        tf.dispose(state);
        state = next.map((tensor) => tf.keep(tensor));
      }
      try {
        return { indices: await indices.data<'int32'>(), radii: await radii.data<'float32'>() };
      } finally {
        tf.dispose([indices, radii]);
      }
    },
    dispose: () => tf.dispose(state),
  };
}
