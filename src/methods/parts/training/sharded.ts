// A step's gradients from worker threads: each computes a shard of the batch, the means are taken here, in the order of the shards.
import * as tf from '@tensorflow/tfjs';
import type { StepGradients, StepSamples } from './gradients.js';
import { type ModelLayout, modelAt, valuesOf } from './layout.js';
import type { ShardResult } from './shard.js';
import type { GradientSource, StepBatch } from './source.js';
import type { Model } from './types.js';

export interface ShardOutcome {
  readonly result: ShardResult;
  /** In the layout of the model, perhaps with more behind it; may be reused once the next outcome is asked for. */
  readonly values: Float32Array;
}

export interface ShardThreads {
  /** Outcomes in the order of the shards. @throws IadError WORKER_CRASHED; what a shard's loss throws */
  run(shards: readonly StepSamples[]): AsyncGenerator<ShardOutcome, void, undefined>;
  close(): Promise<void>;
}

/** Neighbours stay together; sizes differ by one at most, and none is empty. */
export function shardsOf(indices: readonly number[], count: number): number[][] {
  const parts = Math.min(count, indices.length);
  const at = (part: number) => Math.ceil((part * indices.length) / parts);
  return Array.from({ length: parts }, (_, part) => indices.slice(at(part), at(part + 1)));
}

export class ShardedGradients implements GradientSource {
  readonly #threads: ShardThreads;
  readonly #layout: ModelLayout;
  readonly #model: Float32Array;
  readonly #workers: number;
  /** Float64: of float32 values times numbers of samples, sums are all but exact, and so is the mean of equal values. */
  readonly #sums: Float64Array;

  /** @param model what the threads read, on shared memory */
  constructor(
    threads: ShardThreads,
    { layout, model, workers }: { layout: ModelLayout; model: Float32Array; workers: number },
  ) {
    this.#threads = threads;
    this.#layout = layout;
    this.#model = model;
    this.#workers = workers;
    this.#sums = new Float64Array(layout.length);
  }

  async at({ indices, ...when }: StepBatch, model: Model): Promise<StepGradients> {
    await this.#share(model);
    const shards = shardsOf(indices, this.#workers).map((part, shard) => ({ ...when, indices: part, shard }));
    this.#sums.fill(0);
    let lossSum = 0;
    let shard = 0;
    for await (const { result, values } of this.#threads.run(shards)) {
      const samples = shards[shard++]?.indices.length ?? 0;
      lossSum += samples * result.loss;
      this.#add(values, samples);
    }
    // An array of its own: a backend may keep it.
    const means = Float32Array.from(this.#sums, (sum) => sum / indices.length);
    return tf.tidy(() => {
      const { parameters, buffers } = modelAt(means, this.#layout);
      return { loss: tf.scalar(lossSum / indices.length), gradients: parameters, updates: buffers };
    });
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #share(model: Model): Promise<void> {
    let end = 0;
    for (const values of await valuesOf(model, this.#layout)) {
      this.#model.set(values, end);
      end += values.length;
    }
  }

  #add(values: Float32Array, samples: number): void {
    const sums = this.#sums;
    for (let i = 0; i < sums.length; i++) sums[i]! += samples * values[i]!;
  }
}
