// One thread's PaDiM: answers embed and score jobs.
import { openOneViewSession } from '../parts/embedder-session.js';
import { type SessionInit as AnyInit, NOTHING, type SessionKind } from '../parts/session.js';
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

export const SESSIONS: SessionKind<SessionInit> = {
  method: 'padim',
  async start(init) {
    const { config, gaussians } = init;
    return openOneViewSession({
      embedder: await Embedder.open(init),
      makeScorer: () => gaussians && new Scorer(config, gaussians),
      tensors: (features) => [features],
      read: async (features) => [await features.data<'float32'>(), NOTHING],
    });
  },
};
