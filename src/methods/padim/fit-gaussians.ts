// Fitting: features stream in, batch by batch, and the statistics of every position with them.
import * as tf from '@tensorflow/tfjs';
import { type CovarianceState, choleskyBatched, covarianceMean, covarianceUpdate } from '../../kernels/index.js';
import { packedSize } from '../../kernels/packed.js';
import { IadError, yieldTurn } from '../../runtime/errors.js';
import { stageProgress } from '../../runtime/progress.js';
import { type EmbedWatch, embedEach } from '../parts/embed-each.js';
import type { NamedImage } from '../parts/inputs.js';
import type { Threads } from '../parts/threads.js';
import { blocks, emptyGaussians, type Gaussians } from './gaussians.js';

export interface FittedGaussians {
  readonly gaussians: Gaussians;
  readonly images: number;
  /** Times that the images were read. */
  readonly passes: number;
  readonly skipped: readonly { id: string; reason: string }[];
  /** Milliseconds per stage. */
  readonly timings: { readonly features: number; readonly gaussians: number };
}

export interface FitGaussiansOptions extends EmbedWatch {
  readonly positions: number;
  readonly depth: number;
  readonly ridge: number;
  /** Scatter is divided by the number of images, or, `unbiased`, by one less. */
  readonly unbiased: boolean;
  /** Bytes for statistics and the batch of features that they take in; where it does not hold all positions', they take turns. */
  readonly memoryBudget: number;
}

/** Images whose features are taken in at a time: part of the result's last digits, so it depends on nothing. */
const BATCH = 16;

/**
 * As many passes over the images as shares of positions that `memoryBudget` holds; the Gaussians are the same however many. They
 * themselves come on top of the budget, and so does one block of 16 MB.
 * @throws IadError NO_GOOD_IMAGES, an image's own error (unless `skipBad`), MEMORY_BUDGET, ABORTED; BAD_ARGUMENT if a covariance
 *   is not positive definite, which a ridge prevents unless features are infinite
 */
export async function fitGaussians(
  images: readonly NamedImage[],
  threads: Threads,
  options: FitGaussiansOptions,
): Promise<FittedGaussians> {
  const { positions, depth } = options;
  const share = positionsAtOnce(options);
  const gaussians = emptyGaussians(positions, depth);
  const passes = Math.ceil(positions / share);
  const skipped: { id: string; reason: string }[] = [];
  const timings = { features: 0, gaussians: 0 };
  let good = images;
  for (let pass = 0; pass < passes; pass++) {
    const from = pass * share;
    const statistics = new Statistics(from, Math.min(share, positions - from), depth);
    try {
      const start = performance.now();
      const stage = pass === 0 ? 'features' : `features, pass ${pass + 1} of ${passes}`;
      const watch = pass === 0 ? options : { ...options, skipBad: false };
      const read: NamedImage[] = [];
      for await (const { index, arrays } of embedEach(good, threads, stage, watch, skipped)) {
        statistics.add(arrays[0]);
        read.push(good[index]!);
      }
      good = read;
      const embedded = performance.now();
      await statistics.finish(gaussians, options);
      timings.features += embedded - start;
      timings.gaussians += performance.now() - embedded;
    } finally {
      statistics.dispose();
    }
  }
  return { gaussians, images: good.length, passes, skipped, timings };
}

/** Positions whose statistics fit the budget, together with their part of a batch, here and on the backend. */
function positionsAtOnce({ positions, depth, memoryBudget }: FitGaussiansOptions): number {
  const each = 4 * (2 * depth + packedSize(depth) + 2 * BATCH * depth);
  const count = Math.min(positions, Math.floor(memoryBudget / each));
  if (count > 0) return count;
  throw new IadError('MEMORY_BUDGET', `${memoryBudget} bytes do not hold one position, which takes ${each}`, {
    path: 'memoryBudget',
    hint: 'Raise it, or keep fewer dims.',
  });
}

/** The statistics of a range of positions, in blocks, so that an update holds no more than one block twice. */
class Statistics {
  readonly #from: number;
  readonly #count: number;
  readonly #depth: number;
  /** [BATCH, count, depth] */
  readonly #batch: Float32Array;
  #waiting = 0;
  readonly #blocks: { readonly from: number; readonly count: number; state: CovarianceState | null }[];

  constructor(from: number, count: number, depth: number) {
    this.#from = from;
    this.#count = count;
    this.#depth = depth;
    this.#batch = new Float32Array(BATCH * count * depth);
    this.#blocks = blocks(count, depth).map((block) => ({ ...block, state: null }));
  }

  /** @param features of all positions; not kept */
  add(features: Float32Array): void {
    const size = this.#count * this.#depth;
    const begin = this.#from * this.#depth;
    this.#batch.set(features.subarray(begin, begin + size), this.#waiting * size);
    if (++this.#waiting === BATCH) this.#takeIn();
  }

  #takeIn(): void {
    if (this.#waiting === 0) return;
    const shape: [number, number, number] = [this.#waiting, this.#count, this.#depth];
    const features = tf.tensor3d(this.#batch.subarray(0, shape[0] * shape[1] * shape[2]), shape);
    this.#waiting = 0;
    try {
      for (const block of this.#blocks) {
        const earlier = block.state;
        block.state = covarianceUpdate(earlier, features, { from: block.from, count: block.count });
        disposeState(earlier);
      }
    } finally {
      features.dispose();
    }
  }

  /** Writes the Gaussians of its positions. */
  async finish(to: Gaussians, { ridge, unbiased, onProgress, signal }: FitGaussiansOptions): Promise<void> {
    this.#takeIn();
    const progress = stageProgress(onProgress, 'gaussians', this.#blocks.length);
    for (const [i, block] of this.#blocks.entries()) {
      await yieldTurn(signal);
      const { state } = block;
      if (!state) throw noImages();
      const first = this.#from + block.from;
      const mean = covarianceMean(state);
      to.mean.set(await mean.data<'float32'>().finally(() => mean.dispose()), first * this.#depth);
      // One image has no spread: its scatter is 0, whatever it is divided by.
      const scale = 1 / Math.max(1, unbiased ? state.images - 1 : state.images);
      const factors = await choleskyBatched(state.scatter, { scale, ridge });
      to.factors.set(await factors.data<'float32'>().finally(() => factors.dispose()), first * packedSize(this.#depth));
      disposeState(state);
      block.state = null;
      progress(i + 1);
    }
  }

  dispose(): void {
    for (const block of this.#blocks) {
      disposeState(block.state);
      block.state = null;
    }
  }
}

function disposeState(state: CovarianceState | null): void {
  if (state) tf.dispose([state.anchor, state.offset, state.scatter]);
}

function noImages(): IadError {
  return new IadError('NO_GOOD_IMAGES', 'no good image could be read, there is nothing to learn from', {
    path: 'PaDiM',
    hint: 'Without skipBad, the error names the first image at fault and why.',
  });
}
