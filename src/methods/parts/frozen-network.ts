// The frozen backbone as methods without training see it: views of images in, feature maps out, by way of a cache if there is one.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { createBackbone } from '../../backbones/graph.js';
import type { Architecture, Backbone, LayerName } from '../../backbones/types.js';
import type { GeometryPlan } from '../../data/geometry.js';
import { type FeatureCache, type FeatureMap, openFeatureCache, openFrozen } from './feature-cache/index.js';
import { geometryOf } from './frozen-config.js';
import type { NamedImage } from './inputs.js';
import { openImage } from './open-image.js';
import type { SessionInit } from './session.js';

/** An image, of which one view after another can pass the network. */
export interface NetworkImage {
  readonly plan: GeometryPlan;
  /** @returns [1, height, width, channels] per layer, in their order; owned by the caller */
  maps(view: number): Promise<Tensor4D[]>;
}

export class FrozenNetwork {
  readonly #init: SessionInit;
  readonly #layers: readonly LayerName[];
  readonly #backbone: Backbone;
  readonly #cache: FeatureCache | null;

  private constructor(init: SessionInit, layers: readonly LayerName[], cache: FeatureCache | null) {
    this.#init = init;
    this.#layers = layers;
    this.#cache = cache;
    this.#backbone = createBackbone(init.weights);
  }

  /** @param layers whose outputs are wanted, each once @throws IadError as `openFeatureCache` */
  static async open(init: SessionInit, layers: readonly LayerName[]): Promise<FrozenNetwork> {
    return new FrozenNetwork(init, layers, init.cache ? await openFeatureCache(init.cache) : null);
  }

  get architecture(): Architecture {
    return this.#backbone.architecture;
  }

  /** Decodes the image, unless there is a cache: then it is decoded once the cache lacks something. */
  async open(image: NamedImage): Promise<NetworkImage> {
    const geometry = geometryOf(this.#init.config);
    if (this.#cache) {
      const options = { backbone: this.#backbone, layers: this.#layers, geometry, cache: this.#cache };
      const { plan, features } = await openFrozen(image, options);
      return { plan, maps: async (view) => tensorsOf([...(await features(view)).values()]) };
    }
    const { plan, view } = await openImage(image, geometry);
    return { plan, maps: async (index) => this.#forward(view(index), plan.inputSize) };
  }

  dispose(): void {
    this.#backbone.dispose();
  }

  #forward(view: Uint8Array, side: number): Tensor4D[] {
    return tf.tidy(() => {
      const images = tf.tensor4d(Float32Array.from(view), [1, side, side, 3]);
      const byLayer = this.#backbone.features(images, this.#layers);
      return this.#layers.map((layer) => byLayer[layer]);
    });
  }
}

/** Cached maps on the backend, [1, height, width, channels] each; owned by the caller. */
export function tensorsOf(maps: readonly FeatureMap[]): Tensor4D[] {
  return tf.tidy(() => maps.map(({ shape, data }) => tf.tensor4d(data, [1, ...shape])));
}
