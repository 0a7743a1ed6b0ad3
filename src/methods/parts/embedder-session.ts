// One thread's embedder, and its scorer once there is something to score by: the session of a method without training.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { GeometryPlan } from '../../data/geometry.js';
import { type Job, type JobAnswer, NOTHING, type Session } from './session.js';

interface Disposable {
  dispose(): void;
}

/**
 * A session that owns both.
 * @param makeScorer null while fitting; where it fails, the embedder is disposed of
 */
export async function openSession<Embedder extends Disposable, Scorer extends Disposable>(
  embedder: Embedder,
  makeScorer: () => Scorer | null | Promise<Scorer | null>,
  answer: (job: Job, embedder: Embedder, scorer: Scorer | null) => Promise<JobAnswer>,
): Promise<Session> {
  try {
    const scorer = await makeScorer();
    return {
      answer: (job) => answer(job, embedder, scorer),
      dispose() {
        embedder.dispose();
        scorer?.dispose();
      },
    };
  } catch (error) {
    embedder.dispose();
    throw error;
  }
}

/** An image of one view, whose features are to be had. */
export interface OpenView<Features> {
  readonly plan: GeometryPlan;
  /** @returns tensors that are the caller's to dispose of */
  embed(): Promise<Features>;
}

export interface ScoredImage {
  readonly score: number;
  /** [inputSize, inputSize] */
  readonly map: Float32Array;
}

/** What a method does with images of one view. */
export interface OneView<Features> {
  readonly embedder: Disposable & { open(job: Job): Promise<OpenView<Features>> };
  readonly makeScorer: () => (Disposable & { score(features: Features): Promise<ScoredImage> }) | null;
  /** All that the features hold; once the first one can be read, all are computed. */
  readonly tensors: (features: Features) => readonly [Tensor, ...Tensor[]];
  /** What an embed job gives. */
  readonly read: (features: Features) => Promise<JobAnswer['arrays']>;
}

/** A session for images of one view. */
export function openOneViewSession<Features>(method: OneView<Features>): Promise<Session> {
  const { tensors, read } = method;
  return openSession(method.embedder, method.makeScorer, async (job, embedder, scorer) => {
    const start = performance.now();
    const { plan, embed } = await embedder.open(job);
    const opened = performance.now();
    const features = await embed();
    const all = tensors(features);
    try {
      if (!scorer) {
        const arrays = await read(features);
        const times = { decode: opened - start, features: performance.now() - opened, scoring: 0 };
        const [{ length: split }, { length: rest }] = arrays;
        return { result: { plan, ...times, score: Number.NaN, split, rest }, arrays };
      }
      // Waits for the backend, so that the times tell the stages apart.
      await all[0].data();
      const embedded = performance.now();
      const { score, map } = await scorer.score(features);
      const times = { decode: opened - start, features: embedded - opened, scoring: performance.now() - embedded };
      return { result: { plan, ...times, score, split: map.length, rest: 0 }, arrays: [map, NOTHING] };
    } finally {
      tf.dispose([...all]);
    }
  });
}
