// One thread's share of the first pass over the training images: features go into the cache, where the other threads find them.
import {
  type FeatureCache,
  type FeatureCacheOptions,
  frozenFeatures,
  openFeatureCache,
} from '../feature-cache/index.js';
import { geometryOf } from '../frozen-config.js';
import { type Job, type JobAnswer, NOTHING, type Session, type SessionInit } from '../session.js';
import type { TrainedConfig } from './config.js';
import type { Extractor } from './extractor.js';

export interface CachingInit<Config extends TrainedConfig> extends SessionInit {
  readonly config: Config;
  /** The same for all threads. */
  readonly cache: FeatureCacheOptions;
}

export class CachingSession implements Session {
  readonly #config: TrainedConfig;
  readonly #extractor: Extractor;
  readonly #cache: FeatureCache;

  private constructor(config: TrainedConfig, extractor: Extractor, cache: FeatureCache) {
    this.#config = config;
    this.#extractor = extractor;
    this.#cache = cache;
  }

  /** @param extractor the session's to dispose of */
  static async open({ config, cache }: CachingInit<TrainedConfig>, extractor: Extractor): Promise<CachingSession> {
    return new CachingSession(config, extractor, await openFeatureCache(cache));
  }

  async answer(job: Job): Promise<JobAnswer> {
    const start = performance.now();
    const { backbone, inputs } = this.#extractor;
    const { layers } = this.#config;
    const options = { backbone, layers, geometry: geometryOf(this.#config), cache: this.#cache, inputs };
    const maps = frozenFeatures(job, options);
    let next = await maps.next();
    while (!next.done) next = await maps.next();
    const result = { plan: next.value, decode: 0, features: performance.now() - start, scoring: 0, score: Number.NaN };
    return { result: { ...result, split: 0, rest: 0 }, arrays: [NOTHING, NOTHING] };
  }

  dispose(): void {
    this.#extractor.dispose();
  }
}
