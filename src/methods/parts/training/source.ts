// Where the gradients of a step come from: this thread, or worker threads that share its batch.
import type { TensorContainer } from '@tensorflow/tfjs';
import { shardThreads } from '#platform/methods/parts/shard-threads';
import { threadCount } from '../open-threads.js';
import type { StepGradients } from './gradients.js';
import { layoutOf } from './layout.js';
import type { TrainingPlan } from './plan.js';
import { ProblemGradients, type StepSamples } from './problem-gradients.js';
import type { TrainingKind } from './shard.js';
import { ShardedGradients } from './sharded.js';
import type { Model, TrainingProblem } from './types.js';

/** A step on its whole batch. */
export type BatchStep = Omit<StepSamples, 'shard'>;

export interface GradientSource {
  /** Everything in it is the caller's. */
  at(step: BatchStep, model: Model): Promise<StepGradients>;
  close(): Promise<void>;
}

/** Threads that compute the gradients of a training's problem. */
export interface TrainingThreads<Init = unknown> {
  readonly kind: TrainingKind<Init>;
  /** Plain data from which `kind` makes the same batches and the same loss. */
  readonly init: Init;
  /** At most one per sample of a batch. */
  readonly workers: number;
}

/** @throws IadError BAD_ARGUMENT if `workers` is no number of threads */
export function openSource<Batch extends TensorContainer>(
  problem: TrainingProblem<Batch>,
  { config, parameters, buffers }: TrainingPlan,
  threads: TrainingThreads | undefined,
): GradientSource {
  const workers = threads ? threadCount(Math.min(config.batchSize, problem.samples), threads.workers) : 1;
  if (threads && workers > 1) {
    const init = { problem: threads.init, layout: layoutOf({ parameters, buffers }) };
    const open = shardThreads(threads.kind.method, init, workers);
    if (open) return new ShardedGradients(open, workers);
  }
  const gradients = new ProblemGradients(problem);
  return {
    at: (step, model) => gradients.at({ ...step, shard: 0 }, model),
    close: async () => gradients.dispose(),
  };
}
