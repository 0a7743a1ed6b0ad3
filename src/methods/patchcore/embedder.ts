// Image in, patch embeddings out: the part of PatchCore that every thread runs by itself.
import * as tf from '@tensorflow/tfjs';
import type { GeometryPlan } from '../../data/geometry.js';
import { patchEmbed } from '../../kernels/index.js';
import { FrozenNetwork } from '../parts/frozen-network.js';
import type { Job, SessionInit } from '../parts/session.js';
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
  readonly #network: FrozenNetwork;

  private constructor(config: PatchCoreConfig, network: FrozenNetwork) {
    this.#config = config;
    this.#network = network;
  }

  /** @throws IadError as `FrozenNetwork.open` */
  static async open(init: SessionInit & { readonly config: PatchCoreConfig }): Promise<Embedder> {
    return new Embedder(init.config, await FrozenNetwork.open(init, init.config.layers));
  }

  async open(job: Job): Promise<OpenImage> {
    const { plan, maps } = await this.#network.open(job);
    return { plan, embedView: async (index) => this.#embed(await maps(index)) };
  }

  dispose(): void {
    this.#network.dispose();
  }

  /** @param maps of all layers; disposed of */
  async #embed(maps: readonly tf.Tensor4D[]): Promise<ViewPatches> {
    const { patchSize, dimension, variant } = this.#config;
    const [, rows = 0, columns = 0] = maps[0]?.shape ?? [];
    const patches = tf.tidy(() => patchEmbed(maps, variant === 'anomalib' ? { patchSize } : { patchSize, dimension }));
    tf.dispose([...maps]);
    const embedding = await patches.data<'float32'>().finally(() => patches.dispose());
    return { grid: [rows, columns], embedding };
  }
}

/** Values per patch. */
export function embeddingDimension(config: PatchCoreConfig, channels: readonly number[]): number {
  return config.variant === 'anomalib' ? channels.reduce((sum, count) => sum + count, 0) : config.dimension;
}
