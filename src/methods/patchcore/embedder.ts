// Image in, patch embeddings out: the part of PatchCore that every thread runs by itself.
import * as tf from '@tensorflow/tfjs';
import { createBackbone } from '../../backbones/graph.js';
import type { Backbone, FoldedWeights } from '../../backbones/types.js';
import { type GeometryPlan, planGeometry } from '../../data/geometry.js';
import { loadImage } from '../../data/load.js';
import type { ImageSource } from '../../data/types.js';
import { extractView, resizeToPlan } from '../../data/views.js';
import { patchEmbed } from '../../kernels/index.js';
import { geometryOf, type PatchCoreConfig } from './config.js';

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

  /**
   * Views are cut and run one at a time: beside its pixels, a large image takes no more memory than a small one.
   * @param id names the image in errors where it has no path of its own
   */
  async open({ id, source }: { id: string; source: ImageSource }): Promise<OpenImage> {
    const image = await loadImage(source, { path: id });
    const plan = planGeometry(image.width, image.height, geometryOf(this.#config));
    const resized = resizeToPlan(image, plan);
    return { plan, embedView: (index) => this.#embedView(extractView(resized, plan, index)) };
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

/** One array after another. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
