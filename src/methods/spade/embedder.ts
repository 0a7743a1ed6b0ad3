// Image in, feature maps and a global vector out.
import * as tf from '@tensorflow/tfjs';
import { lastLayer } from '../../backbones/architecture.js';
import type { OpenView } from '../parts/embedder-session.js';
import { FrozenNetwork } from '../parts/frozen-network.js';
import type { Job, SessionInit } from '../parts/session.js';
import type { SpadeConfig } from './config.js';

/** What an image is compared by. */
export interface Features {
  /** [1, side, side, channels] per layer of the configuration. */
  readonly maps: readonly tf.Tensor4D[];
  /** [1, channels of the network's last layer] */
  readonly global: tf.Tensor2D;
}

export class Embedder {
  readonly #network: FrozenNetwork;
  /** Maps that are compared; the network's last layer comes behind them, unless it is the last of them. */
  readonly #compared: number;

  private constructor(network: FrozenNetwork, compared: number) {
    this.#network = network;
    this.#compared = compared;
  }

  /** @throws IadError as `FrozenNetwork.open` */
  static async open(init: SessionInit & { readonly config: SpadeConfig }): Promise<Embedder> {
    const { layers } = init.config;
    const last = lastLayer(init.weights.architecture);
    const all = layers.includes(last) ? layers : [...layers, last];
    return new Embedder(await FrozenNetwork.open(init, all), layers.length);
  }

  async open(job: Job): Promise<OpenView<Features>> {
    const { plan, maps } = await this.#network.open(job);
    return { plan, embed: async () => this.#embed(await maps(0)) };
  }

  dispose(): void {
    this.#network.dispose();
  }

  /** @param all of the layers compared, and the last one; those that are not compared are disposed of */
  #embed(all: readonly tf.Tensor4D[]): Features {
    const maps = all.slice(0, this.#compared);
    const global = tf.tidy(() => tf.mean<tf.Tensor2D>(all.at(-1) ?? [], [1, 2]));
    tf.dispose(all.slice(this.#compared));
    return { global, maps };
  }
}
