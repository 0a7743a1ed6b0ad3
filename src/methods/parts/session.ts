// What runs on one thread: a frozen network and what was learned on its features. Worker threads and the calling thread run
// the same code.
import type { FoldedWeights } from '../../backbones/types.js';
import type { GeometryPlan } from '../../data/geometry.js';
import type { FeatureCacheOptions } from './feature-cache/types.js';
import type { FrozenConfig } from './frozen-config.js';
import type { NamedImage } from './inputs.js';
import type { TrainingKind } from './training/index.js';

/** What a thread needs to begin: plain data. Its Float32Arrays lie on shared memory in worker threads. */
export interface SessionInit {
  readonly config: FrozenConfig;
  readonly weights: FoldedWeights;
  /** Where features are kept from call to call; absent: nowhere. */
  readonly cache?: FeatureCacheOptions;
}

/** Plain data. */
export type Job = NamedImage;

export interface JobResult {
  readonly plan: GeometryPlan;
  readonly decode: number;
  readonly features: number;
  /** Milliseconds for score and map (score jobs). */
  readonly scoring: number;
  /** Image score; NaN for embed jobs. */
  readonly score: number;
  /** Lengths of the two arrays that go with it. */
  readonly split: number;
  readonly rest: number;
}

/** Embed jobs: features, and what else the method wants of them. Score jobs: the view maps one after another, and nothing. */
export interface JobAnswer {
  readonly result: JobResult;
  readonly arrays: readonly [Float32Array, Float32Array];
}

/** Embeds images while fitting, scores them afterwards: its init says which. */
export interface Session {
  answer(job: Job): Promise<JobAnswer>;
  dispose(): void;
}

/** A method's code for threads. */
export interface SessionKind<Init extends SessionInit = SessionInit> {
  /** The method's id, by which a worker thread finds it. */
  readonly method: string;
  start(init: Init): Promise<Session>;
  /** How its training is shared by threads; of methods that learn by gradients, and from one sample like from another. */
  readonly training?: TrainingKind;
}

/** The array of a job that has nothing to tell. */
export const NOTHING = new Float32Array(0);
