// The Gaussians on the backend, ready to score images.
import * as tf from '@tensorflow/tfjs';
import { interpolate } from '../../data/interpolate.js';
import { mahalanobisBatched } from '../../kernels/index.js';
import { packedSize } from '../../kernels/packed.js';
import { smooth } from '../parts/anomaly-map.js';
import type { ScoredImage } from '../parts/embedder-session.js';
import type { PaDiMConfig } from './config.js';
import { gridSide } from './embedder.js';
import { blocks, type Gaussians } from './gaussians.js';

/** Factors of up to this many bytes stay on the backend, in every thread; larger ones pass through it with every image. */
const RESIDENT_BYTES = 2 ** 28;

interface Block {
  readonly from: number;
  readonly mean: tf.Tensor2D;
  readonly factors: tf.Tensor2D;
}

export class Scorer {
  readonly #config: PaDiMConfig;
  readonly #gaussians: Gaussians;
  /** Null where they do not stay. */
  #resident: readonly Block[] | null = null;

  constructor(config: PaDiMConfig, gaussians: Gaussians, residentBytes = RESIDENT_BYTES) {
    this.#config = config;
    this.#gaussians = gaussians;
    const { positions, depth, factors } = gaussians;
    if (factors.byteLength <= residentBytes) {
      this.#resident = blocks(positions, depth).map((block) => this.#upload(block));
    }
  }

  /** The Mahalanobis distance of every position, from 0 up. @param features [1, positions, depth] */
  async distances(features: tf.Tensor3D): Promise<Float32Array> {
    const { positions, depth } = this.#gaussians;
    const found = new Float32Array(positions);
    for (const [i, range] of blocks(positions, depth).entries()) {
      const kept = this.#resident?.[i];
      const block = kept ?? this.#upload(range);
      try {
        const part = tf.tidy(() =>
          tf.sqrt(mahalanobisBatched(features, block.mean, block.factors, { from: block.from })),
        );
        found.set(await part.data<'float32'>().finally(() => part.dispose()), block.from);
      } finally {
        if (!kept) tf.dispose([block.mean, block.factors]);
      }
    }
    return found;
  }

  /** The map is bilinear between positions, then smoothed; the score is its maximum. @param features [1, positions, depth] */
  async score(features: tf.Tensor3D): Promise<ScoredImage> {
    const { inputSize, smoothing } = this.#config;
    const side = gridSide(this.#config);
    const grid = { width: side, height: side, data: await this.distances(features) };
    const { data: map } = await smooth(interpolate(grid, inputSize, inputSize), smoothing, 'edge');
    return { score: map.reduce((most, value) => Math.max(most, value), 0), map };
  }

  dispose(): void {
    for (const { mean, factors } of this.#resident ?? []) tf.dispose([mean, factors]);
    this.#resident = null;
  }

  #upload({ from, count }: { from: number; count: number }): Block {
    const { depth, mean, factors } = this.#gaussians;
    const rows = (data: Float32Array, columns: number) =>
      tf.tensor2d(data.subarray(from * columns, (from + count) * columns), [count, columns]);
    return { from, mean: rows(mean, depth), factors: rows(factors, packedSize(depth)) };
  }
}
