// Image in, patch embeddings out: the part of PatchCore that every thread runs by itself.
import * as tf from '@tensorflow/tfjs';
import { createBackbone } from '../../backbones/graph.js';
import type { Backbone, FoldedWeights } from '../../backbones/types.js';
import type { GeometryPlan } from '../../data/geometry.js';
import { patchEmbed } from '../../kernels/index.js';
import { geometryOf } from '../parts/frozen-config.js';
import { openImage } from '../parts/open-image.js';
import type { Job } from '../parts/session.js';
import type { PatchCoreConfig } from './config.js';

/** The patches of one view of an image. */
export interface ViewPatches {
  /** Rows and columns of the patch grid. */
  readonly grid: readonly [number, number];
  /** [rows * columns, dimension] */
  readonly embedding: Float32Array;
}

/** A decoded image, of which one view after another can be embedded. */
export interface OpenImage {
  readonly plan: GeometryPlan;
  embedView(index: number): Promise<ViewPatches>;
}

export class Embedder {
  readonly #config: PatchCoreConfig;
  readonly #backbone: Backbone;

  constructor(config: PatchCoreConfig, weights: FoldedWeights) {
    this.#config = config;
    this.#backbone = createBackbone(weights);
  }

  async open(job: Job): Promise<OpenImage> {
    const { plan, view } = await openImage(job, geometryOf(this.#config));
    return { plan, embedView: (index) => this.#embedView(view(index)) };
  }

  dispose(): void {
    this.#backbone.dispose();
  }

  async #embedView(view: Uint8Array): Promise<ViewPatches> {
    const { inputSize, layers, patchSize, dimension, variant } = this.#config;
    let grid: readonly [number, number] = [0, 0];
    const patches = tf.tidy(() => {
      const images = tf.tensor4d(Float32Array.from(view), [1, inputSize, inputSize, 3]);
      const byLayer = this.#backbone.features(images, layers);
      const maps = layers.map((layer) => byLayer[layer]);
      if (maps[0]) grid = [maps[0].shape[1], maps[0].shape[2]];
      return patchEmbed(maps, variant === 'anomalib' ? { patchSize } : { patchSize, dimension });
    });
    const embedding = await patches.data<'float32'>().finally(() => patches.dispose());
    return { grid, embedding };
  }
}

/** Values per patch. */
export function embeddingDimension(config: PatchCoreConfig, channels: readonly number[]): number {
  return config.variant === 'anomalib' ? channels.reduce((sum, count) => sum + count, 0) : config.dimension;
}
