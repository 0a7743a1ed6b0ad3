// One thread's PatchCore: answers embed and score jobs.
import { concatenate } from '../parts/concatenate.js';
import { type Projection, projectRows } from '../parts/projection.js';
import {
  type SessionInit as AnyInit,
  type Job,
  type JobAnswer,
  NOTHING,
  type SessionKind,
  type Session as ThreadSession,
} from '../parts/session.js';
import type { PatchCoreConfig } from './config.js';
import { Embedder, type OpenImage } from './embedder.js';
import { type ScoredView, Scorer } from './scorer.js';

export interface SessionInit extends AnyInit {
  readonly config: PatchCoreConfig;
  readonly dimension: number;
  readonly projection: Projection | null;
  /** The memory bank [rows, dimension] for score jobs; null while fitting. */
  readonly bank: Float32Array | null;
}

export class Session implements ThreadSession {
  readonly #init: SessionInit;
  readonly #embedder: Embedder;
  readonly #scorer: Scorer | null;

  private constructor(init: SessionInit, embedder: Embedder, scorer: Scorer | null) {
    this.#init = init;
    this.#embedder = embedder;
    this.#scorer = scorer;
  }

  static async start(init: SessionInit): Promise<Session> {
    const { config, bank, dimension } = init;
    const embedder = await Embedder.open(init);
    try {
      return new Session(init, embedder, bank && (await Scorer.create(config, bank, dimension)));
    } catch (error) {
      embedder.dispose();
      throw error;
    }
  }

  async answer(job: Job): Promise<JobAnswer> {
    const start = performance.now();
    const image = await this.#embedder.open(job);
    const decode = performance.now() - start;
    return this.#scorer ? this.#score(image, this.#scorer, decode) : this.#embed(image, decode);
  }

  async #embed(image: OpenImage, decode: number): Promise<JobAnswer> {
    const { projection } = this.#init;
    const { plan } = image;
    const start = performance.now();
    const parts: Float32Array[] = [];
    for (const index of plan.views.keys()) parts.push((await image.embedView(index)).embedding);
    const embedding = concatenate(parts);
    const projected = projection ? await projectRows(embedding, projection) : NOTHING;
    const times = { decode, features: performance.now() - start, scoring: 0 };
    const result = { plan, ...times, score: Number.NaN, split: embedding.length, rest: projected.length };
    return { result, arrays: [embedding, projected] };
  }

  /** View by view, so that only the scores of a large image pile up. */
  async #score(image: OpenImage, scorer: Scorer, decode: number): Promise<JobAnswer> {
    const { plan } = image;
    const views: ScoredView[] = [];
    const times = { decode, features: 0, scoring: 0 };
    for (const index of plan.views.keys()) {
      const start = performance.now();
      const patches = await image.embedView(index);
      const embedded = performance.now();
      views.push(await scorer.scoreView(patches));
      times.features += embedded - start;
      times.scoring += performance.now() - embedded;
    }
    const start = performance.now();
    const score = await scorer.imageScore(views);
    const maps = concatenate(views.map(({ map }) => map));
    times.scoring += performance.now() - start;
    return { result: { plan, ...times, score, split: maps.length, rest: 0 }, arrays: [maps, NOTHING] };
  }

  dispose(): void {
    this.#embedder.dispose();
    this.#scorer?.dispose();
  }
}

export const SESSIONS: SessionKind<SessionInit> = { method: 'patchcore', start: Session.start };
