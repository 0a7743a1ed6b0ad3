// Image in, feature maps and a global vector out.
import * as tf from '@tensorflow/tfjs';
import { lastLayer } from '../../backbones/architecture.js';
import { createBackbone } from '../../backbones/graph.js';
import type { Backbone, FoldedWeights } from '../../backbones/types.js';
import type { SpadeConfig } from './config.js';

/** What an image is compared by. */
export interface Features {
  /** [1, side, side, channels] per layer of the configuration. */
  readonly maps: readonly tf.Tensor4D[];
  /** [1, channels of the network's last layer] */
  readonly global: tf.Tensor2D;
}

export class Embedder {
  readonly #config: SpadeConfig;
  readonly #backbone: Backbone;

  constructor(config: SpadeConfig, weights: FoldedWeights) {
    this.#config = config;
    this.#backbone = createBackbone(weights);
  }

  /** @param view RGB [inputSize, inputSize, 3] @returns tensors that are the caller's to dispose of */
  embed(view: Uint8Array): Features {
    const { inputSize, layers } = this.#config;
    const last = lastLayer(this.#backbone.architecture);
    const [global, ...maps] = tf.tidy((): [tf.Tensor2D, ...tf.Tensor4D[]] => {
      const image = tf.tensor4d(Float32Array.from(view), [1, inputSize, inputSize, 3]);
      const byLayer = this.#backbone.features(image, [...layers, last]);
      return [tf.mean<tf.Tensor2D>(byLayer[last], [1, 2]), ...layers.map((layer) => byLayer[layer])];
    });
    return { global, maps };
  }

  dispose(): void {
    this.#backbone.dispose();
  }
}
