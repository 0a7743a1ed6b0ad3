// One thread's SPADE: answers embed and score jobs.
import { concatenate } from '../parts/concatenate.js';
import { openOneViewSession } from '../parts/embedder-session.js';
import type { SessionInit as AnyInit, SessionKind } from '../parts/session.js';
import type { SpadeConfig } from './config.js';
import { Embedder } from './embedder.js';
import type { Gallery } from './gallery.js';
import { Scorer } from './scorer.js';

export interface SessionInit extends AnyInit {
  readonly config: SpadeConfig;
  /** For score jobs; null while fitting. */
  readonly gallery: Gallery | null;
}

export const SESSIONS: SessionKind<SessionInit> = {
  method: 'spade',
  async start(init) {
    const { config, gallery } = init;
    return openOneViewSession({
      embedder: await Embedder.open(init),
      makeScorer: () => gallery && new Scorer(config, gallery),
      tensors: ({ global, maps }) => [global, ...maps],
      // All layers' maps one after another, and the global vector.
      read: async ({ global, maps }) => [
        concatenate(await Promise.all(maps.map((map) => map.data<'float32'>()))),
        await global.data<'float32'>(),
      ],
    });
  },
};
