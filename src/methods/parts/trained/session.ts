// One thread's trained network, which scores images, or its backbone, while there is no network yet.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type FeatureCache, type FeatureMap, frozenFeatures, openFeatureCache } from '../feature-cache/index.js';
import { geometryOf } from '../frozen-config.js';
import { tensorsOf } from '../frozen-network.js';
import { openImage } from '../open-image.js';
import {
  type SessionInit as AnyInit,
  type Job,
  type JobAnswer,
  NOTHING,
  type Session,
  type SessionKind,
} from '../session.js';
import { arraysOf, type NamedArrays, upload } from './arrays.js';
import { type CachingInit, CachingSession } from './caching.js';
import type { TrainedConfig } from './config.js';
import type { TrainedDesign, TrainedNetwork } from './design.js';
import { Extractor, settingOf } from './extractor.js';
import { trainingOnThreads } from './threads.js';

export interface ScoringInit<Config extends TrainedConfig, State> extends AnyInit {
  readonly config: Config;
  readonly state: State;
  readonly arrays: NamedArrays;
}

/** Before training and after it. */
export type TrainedInit<Config extends TrainedConfig, State> = CachingInit<Config> | ScoringInit<Config, State>;

/** What the threads of a method run. */
export function trainedSessions<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
): SessionKind<TrainedInit<Config, State>> {
  return {
    method: design.method,
    training: trainingOnThreads(design),
    async start(init) {
      const { config, weights } = init;
      const extractor = Extractor.of(design, config, weights);
      try {
        if (!('arrays' in init)) return await CachingSession.open(init, extractor);
        const { state, arrays } = init;
        const cache = init.cache && !design.scoresChanged ? await openFeatureCache(init.cache) : null;
        const network = design.network(settingOf(design, config, weights.architecture), state);
        return new TrainedSession(config, network, extractor, cache, upload(arraysOf(network), arrays));
      } catch (error) {
        extractor.dispose();
        throw error;
      }
    },
  };
}

class TrainedSession implements Session {
  readonly #config: TrainedConfig;
  readonly #network: TrainedNetwork;
  readonly #extractor: Extractor;
  readonly #cache: FeatureCache | null;
  readonly #tensors: Readonly<Record<string, Tensor>>;

  constructor(
    config: TrainedConfig,
    network: TrainedNetwork,
    extractor: Extractor,
    cache: FeatureCache | null,
    tensors: Readonly<Record<string, Tensor>>,
  ) {
    this.#config = config;
    this.#network = network;
    this.#extractor = extractor;
    this.#cache = cache;
    this.#tensors = tensors;
  }

  async answer(job: Job): Promise<JobAnswer> {
    const start = performance.now();
    const { plan, view } = await openImage(job, geometryOf(this.#config));
    const side = plan.inputSize;
    const pixels = view(0);
    const opened = performance.now();
    const cached = await this.#cached(job);
    let features = performance.now() - opened;
    const images = tf.tensor4d(Float32Array.from(pixels), [1, side, side, 3]);
    const timed = (of: tf.Tensor4D) => {
      const begin = performance.now();
      const found = cached && of === images ? tensorsOf(cached) : this.#extractor.features(of);
      features += performance.now() - begin;
      return found;
    };
    try {
      const input = { view: { width: side, height: side, data: pixels }, images, features: timed };
      const { backbone } = this.#extractor;
      const { map, score } = await this.#network.score({ ...input, backbone }, this.#tensors);
      const scoring = performance.now() - opened - features;
      const times = { decode: opened - start, features, scoring };
      return { result: { plan, ...times, score, split: map.length, rest: 0 }, arrays: [map, NOTHING] };
    } finally {
      images.dispose();
    }
  }

  /** The feature sets of the image as it is; null without a cache. */
  async #cached(job: Job): Promise<FeatureMap[] | null> {
    if (!this.#cache) return null;
    const { backbone, inputs } = this.#extractor;
    const { layers } = this.#config;
    const options = { backbone, layers, geometry: geometryOf(this.#config), cache: this.#cache, inputs };
    const sets: FeatureMap[] = [];
    for await (const maps of frozenFeatures(job, options)) sets.push(...maps.values());
    return sets;
  }

  dispose(): void {
    this.#extractor.dispose();
    tf.dispose(this.#tensors);
  }
}
