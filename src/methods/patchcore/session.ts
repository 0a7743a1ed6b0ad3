// One thread's PatchCore: answers embed and score jobs.
import { concatenate } from '../parts/concatenate.js';
import { openSession } from '../parts/embedder-session.js';
import { type Projection, projectRows } from '../parts/projection.js';
import { type SessionInit as AnyInit, type JobAnswer, NOTHING, type SessionKind } from '../parts/session.js';
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

export const SESSIONS: SessionKind<SessionInit> = {
  method: 'patchcore',
  async start(init) {
    const { config, bank, dimension, projection } = init;
    const makeScorer = () => bank && Scorer.create(config, bank, dimension);
    return openSession(await Embedder.open(init), makeScorer, async (job, embedder, scorer) => {
      const start = performance.now();
      const image = await embedder.open(job);
      const decode = performance.now() - start;
      return scorer ? scored(image, scorer, decode) : embedded(image, projection, decode);
    });
  },
};

async function embedded(image: OpenImage, projection: Projection | null, decode: number): Promise<JobAnswer> {
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
async function scored(image: OpenImage, scorer: Scorer, decode: number): Promise<JobAnswer> {
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
