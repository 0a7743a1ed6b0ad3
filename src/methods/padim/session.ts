// One thread's PaDiM: answers embed and score jobs.
import {
  type SessionInit as AnyInit,
  type Job,
  type JobAnswer,
  NOTHING,
  type SessionKind,
  type Session as ThreadSession,
} from '../parts/session.js';
import type { PaDiMConfig } from './config.js';
import { Embedder } from './embedder.js';
import type { Gaussians } from './gaussians.js';
import type { Reduction } from './reduction.js';
import { Scorer } from './scorer.js';

export interface SessionInit extends AnyInit {
  readonly config: PaDiMConfig;
  readonly reduction: Reduction;
  /** For score jobs; null while fitting. */
  readonly gaussians: Gaussians | null;
}

export class Session implements ThreadSession {
  readonly #embedder: Embedder;
  readonly #scorer: Scorer | null;

  private constructor(embedder: Embedder, scorer: Scorer | null) {
    this.#embedder = embedder;
    this.#scorer = scorer;
  }

  static async start(init: SessionInit): Promise<Session> {
    const { config, gaussians } = init;
    const embedder = await Embedder.open(init);
    try {
      return new Session(embedder, gaussians && new Scorer(config, gaussians));
    } catch (error) {
      embedder.dispose();
      throw error;
    }
  }

  async answer(job: Job): Promise<JobAnswer> {
    const start = performance.now();
    const { plan, embed } = await this.#embedder.open(job);
    const opened = performance.now();
    const features = await embed();
    try {
      // Waits for the backend, so that the times tell the stages apart.
      const values = await features.data<'float32'>();
      const embedded = performance.now();
      const times = { decode: opened - start, features: embedded - opened };
      if (!this.#scorer) {
        const result = { plan, ...times, scoring: 0, score: Number.NaN, split: values.length, rest: 0 };
        return { result, arrays: [values, NOTHING] };
      }
      const { score, map } = await this.#scorer.score(features);
      const scoring = performance.now() - embedded;
      return { result: { plan, ...times, scoring, score, split: map.length, rest: 0 }, arrays: [map, NOTHING] };
    } finally {
      features.dispose();
    }
  }

  dispose(): void {
    this.#embedder.dispose();
    this.#scorer?.dispose();
  }
}

export const SESSIONS: SessionKind<SessionInit> = { method: 'padim', start: Session.start };
