// One thread's part of every step: the loss and the gradients of a shard of the batch.
import * as tf from '@tensorflow/tfjs';
import type { StepGradients } from './gradients.js';
import { type ModelLayout, modelAt, valuesOf } from './layout.js';
import type { Gradients, StepSamples } from './problem-gradients.js';

/** A method's training for worker threads. */
export interface TrainingKind<Init = unknown> {
  /** The method's id, by which a worker thread finds it. */
  readonly method: string;
  /** The batches and the loss of the caller's problem, from plain data, on this thread's backend. */
  start(init: Init): Promise<Gradients>;
}

/** What a thread needs to begin: plain data. Its Float32Arrays lie on shared memory. */
export interface ShardInit {
  /** What the method's training starts from. */
  readonly problem: unknown;
  readonly layout: ModelLayout;
  /** The model of the step under way; written to between steps only. */
  readonly model: Float32Array;
}

export interface ShardResult {
  readonly loss: number;
}

export interface ShardAnswer {
  readonly result: ShardResult;
  /** The gradients, then all buffers as the loss leaves them: the order of `layoutOf`. */
  readonly arrays: readonly Float32Array[];
}

export async function openShard(
  kind: TrainingKind,
  { problem, layout, model: values }: ShardInit,
): Promise<(samples: StepSamples) => Promise<ShardAnswer>> {
  const gradients = await kind.start(problem);
  return async (samples) => {
    const model = modelAt(values, layout);
    let found: StepGradients | undefined;
    try {
      found = await gradients.at(samples, model);
      const [loss = Number.NaN] = await found.loss.data<'float32'>();
      const buffers = { ...model.buffers, ...found.updates };
      return { result: { loss }, arrays: await valuesOf({ parameters: found.gradients, buffers }) };
    } finally {
      tf.dispose([model.parameters, model.buffers]);
      if (found) tf.dispose([found.loss, found.gradients, found.updates]);
    }
  };
}
