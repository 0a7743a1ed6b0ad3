// The memory bank on the backend, ready to score images.
import * as tf from '@tensorflow/tfjs';
import { NeighborIndex, topKNeighbors } from '../../kernels/index.js';
import type { PatchCoreConfig } from './config.js';
import type { Patches } from './embedder.js';
import {
  euclidean,
  mostAnomalousPatch,
  type Neighbors,
  patchScores,
  reweighted,
  topMean,
  viewMaps,
} from './scoring.js';

export interface ScoredImage {
  readonly score: number;
  /** One map [inputSize, inputSize] per view. */
  readonly viewMaps: Float32Array[];
}

export class Scorer {
  readonly #config: PatchCoreConfig;
  readonly #bank: Float32Array;
  readonly #dimension: number;
  readonly #tensor: tf.Tensor2D;
  readonly #index: NeighborIndex;

  private constructor(
    config: PatchCoreConfig,
    bank: Float32Array,
    dimension: number,
    tensor: tf.Tensor2D,
    index: NeighborIndex,
  ) {
    this.#config = config;
    this.#bank = bank;
    this.#dimension = dimension;
    this.#tensor = tensor;
    this.#index = index;
  }

  /** @param bank [rows, dimension] */
  static async create(config: PatchCoreConfig, bank: Float32Array, dimension: number): Promise<Scorer> {
    const tensor = tf.tensor2d(bank, [bank.length / dimension, dimension]);
    return new Scorer(config, bank, dimension, tensor, await NeighborIndex.build(tensor));
  }

  async score(patches: Patches): Promise<ScoredImage> {
    const config = this.#config;
    const found = await this.#nearest(patches.embedding, Math.min(config.neighbors, this.rows));
    const scores = patchScores(found, config);
    const views = patches.plan.views.length;
    const score =
      config.reweight > 1 ? await this.#reweightedScore(patches, found, scores) : topMean(scores, config.scoreTop);
    return { score, viewMaps: viewMaps(scores, patches.grid, views, config) };
  }

  get rows(): number {
    return this.#bank.length / this.#dimension;
  }

  dispose(): void {
    this.#index.dispose();
    this.#tensor.dispose();
  }

  async #nearest(embedding: Float32Array, k: number): Promise<Neighbors> {
    const queries = tf.tensor2d(embedding, [embedding.length / this.#dimension, this.#dimension]);
    const { squared, rows } = this.#index.search(queries, k);
    const found = { squared: await squared.data<'float32'>(), rows: await rows.data<'int32'>(), k };
    tf.dispose([queries, squared, rows]);
    return found;
  }

  async #reweightedScore(patches: Patches, found: Neighbors, scores: Float32Array): Promise<number> {
    const patch = mostAnomalousPatch(scores);
    const nearest = found.rows[patch * found.k]!;
    const size = Math.min(this.#config.reweight, this.rows);
    const neighbors = tf.tidy(() => topKNeighbors(this.#tensor.slice([nearest, 0], [1, -1]), this.#tensor, size).rows);
    const around = await neighbors.data<'int32'>();
    neighbors.dispose();
    const query = this.#row(patches.embedding, patch);
    // m* leads even where a copy of it with a lower row number comes first among its own neighbours.
    const ordered = [nearest, ...[...around].filter((row) => row !== nearest).slice(0, size - 1)];
    return reweighted(Float32Array.from(ordered, (row) => euclidean(query, this.#row(this.#bank, row))));
  }

  #row(rows: Float32Array, index: number): Float32Array {
    return rows.subarray(index * this.#dimension, (index + 1) * this.#dimension);
  }
}
