// The memory bank on the backend, ready to score images.
import * as tf from '@tensorflow/tfjs';
import { NeighborIndex } from '../../kernels/index.js';
import { concatenate } from '../parts/concatenate.js';
import type { PatchCoreConfig } from './config.js';
import type { ViewPatches } from './embedder.js';
import { euclidean, mostAnomalousPatch, type Neighbors, patchScores, reweighted, topMean, viewMap } from './scoring.js';

export interface ScoredView {
  /** One score per patch. */
  readonly scores: Float32Array;
  /** [inputSize, inputSize] */
  readonly map: Float32Array;
  /** The view's patch furthest from the bank. */
  readonly worst: {
    readonly score: number;
    /** [dimension] */
    readonly embedding: Float32Array;
    /** Its nearest bank row. */
    readonly nearest: number;
  };
}

export class Scorer {
  readonly #config: PatchCoreConfig;
  readonly #bank: Float32Array;
  readonly #dimension: number;
  readonly #index: NeighborIndex;

  private constructor(config: PatchCoreConfig, bank: Float32Array, dimension: number, index: NeighborIndex) {
    this.#config = config;
    this.#bank = bank;
    this.#dimension = dimension;
    this.#index = index;
  }

  /** @param bank [rows, dimension] */
  static async create(config: PatchCoreConfig, bank: Float32Array, dimension: number): Promise<Scorer> {
    const tensor = tf.tensor2d(bank, [bank.length / dimension, dimension]);
    try {
      return new Scorer(config, bank, dimension, await NeighborIndex.build(tensor));
    } finally {
      // The index has a handle of its own.
      tensor.dispose();
    }
  }

  async scoreView({ embedding, grid }: ViewPatches): Promise<ScoredView> {
    const config = this.#config;
    const found = await this.#nearest(embedding, Math.min(config.neighbors, this.rows));
    const scores = patchScores(found, config);
    const patch = mostAnomalousPatch(scores);
    const worst = {
      score: scores[patch]!,
      embedding: this.#row(embedding, patch).slice(),
      nearest: found.rows[patch * found.k]!,
    };
    return { scores, map: await viewMap(scores, grid, config), worst };
  }

  /** The image score from all of the image's views. */
  async imageScore(views: readonly ScoredView[]): Promise<number> {
    if (this.#config.reweight === 1) {
      return topMean(concatenate(views.map(({ scores }) => scores)), this.#config.scoreTop);
    }
    const { embedding, nearest } = views.map(({ worst }) => worst).reduce((a, b) => (b.score > a.score ? b : a));
    return this.#reweighted(embedding, nearest);
  }

  get rows(): number {
    return this.#bank.length / this.#dimension;
  }

  dispose(): void {
    this.#index.dispose();
  }

  async #nearest(embedding: Float32Array, k: number): Promise<Neighbors> {
    const queries = tf.tensor2d(embedding, [embedding.length / this.#dimension, this.#dimension]);
    const found: tf.Tensor[] = [queries];
    try {
      const { distances, rows } = this.#index.search(queries, k);
      found.push(distances, rows);
      return { squared: await distances.data<'float32'>(), rows: await rows.data<'int32'>(), k };
    } finally {
      tf.dispose(found);
    }
  }

  async #reweighted(query: Float32Array, nearest: number): Promise<number> {
    const size = Math.min(this.#config.reweight, this.rows);
    const { rows } = await this.#nearest(this.#row(this.#bank, nearest), size);
    // m* leads even where a copy of it with a lower row number comes first among its own neighbours.
    const ordered = [nearest, ...[...rows].filter((row) => row !== nearest).slice(0, size - 1)];
    return reweighted(Float32Array.from(ordered, (row) => euclidean(query, this.#row(this.#bank, row))));
  }

  #row(rows: Float32Array, index: number): Float32Array {
    return rows.subarray(index * this.#dimension, (index + 1) * this.#dimension);
  }
}
