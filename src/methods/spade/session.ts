// One thread's SPADE: answers embed and score jobs.
import * as tf from '@tensorflow/tfjs';
import { concatenate } from '../parts/concatenate.js';
import {
  type SessionInit as AnyInit,
  type Job,
  type JobAnswer,
  NOTHING,
  type SessionKind,
  type Session as ThreadSession,
} from '../parts/session.js';
import type { SpadeConfig } from './config.js';
import { Embedder } from './embedder.js';
import type { Gallery } from './gallery.js';
import { Scorer } from './scorer.js';

export interface SessionInit extends AnyInit {
  readonly config: SpadeConfig;
  /** For score jobs; null while fitting. */
  readonly gallery: Gallery | null;
}

export class Session implements ThreadSession {
  readonly #embedder: Embedder;
  readonly #scorer: Scorer | null;

  private constructor(embedder: Embedder, scorer: Scorer | null) {
    this.#embedder = embedder;
    this.#scorer = scorer;
  }

  static async start(init: SessionInit): Promise<Session> {
    const { config, gallery } = init;
    const embedder = await Embedder.open(init);
    try {
      return new Session(embedder, gallery && new Scorer(config, gallery));
    } catch (error) {
      embedder.dispose();
      throw error;
    }
  }

  /** Embed jobs give all layers' maps one after another, and the global vector. */
  async answer(job: Job): Promise<JobAnswer> {
    const start = performance.now();
    const { plan, embed } = await this.#embedder.open(job);
    const opened = performance.now();
    const features = await embed();
    try {
      // Waits for the backend, so that the times tell the stages apart.
      const global = await features.global.data<'float32'>();
      const times = { decode: opened - start, features: performance.now() - opened };
      if (!this.#scorer) {
        const values = concatenate(await Promise.all(features.maps.map((map) => map.data<'float32'>())));
        const lengths = { split: values.length, rest: global.length };
        return { result: { plan, ...times, scoring: 0, score: Number.NaN, ...lengths }, arrays: [values, global] };
      }
      const embedded = performance.now();
      const { score, map } = await this.#scorer.score(features);
      const scoring = performance.now() - embedded;
      return { result: { plan, ...times, scoring, score, split: map.length, rest: 0 }, arrays: [map, NOTHING] };
    } finally {
      tf.dispose([features.global, ...features.maps]);
    }
  }

  dispose(): void {
    this.#embedder.dispose();
    this.#scorer?.dispose();
  }
}

export const SESSIONS: SessionKind<SessionInit> = { method: 'spade', start: Session.start };
