// A step's gradients from worker threads: each computes a shard of the batch, the means are taken here, in the order of the shards.
import * as tf from '@tensorflow/tfjs';
import type { StepGradients } from './gradients.js';
import { layoutOf, modelAt, valuesOf } from './layout.js';
import type { StepSamples } from './problem-gradients.js';
import type { ShardResult } from './shard.js';
import type { BatchStep, GradientSource } from './source.js';
import type { Model, Tensors } from './types.js';

export interface ShardOutcome {
  readonly result: ShardResult;
  /** Gradients and buffers in the order of `layoutOf`, perhaps with more behind them; may be reused once the next outcome is asked for. */
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
  readonly #model: Float32Array;
  readonly #workers: number;
  /** Float64: of float32 values times numbers of samples, sums are all but exact, and so is the mean of equal values. */
  readonly #sums: Float64Array;

  /** @param model what the threads read, on shared memory, in the order of `layoutOf` */
  constructor(threads: ShardThreads, model: Float32Array, workers: number) {
    this.#threads = threads;
    this.#model = model;
    this.#workers = workers;
    this.#sums = new Float64Array(model.length);
  }

  async at(step: BatchStep, model: Model): Promise<StepGradients> {
    await this.#share(model);
    const { indices } = step;
    const shards = shardsOf(indices, this.#workers).map((part, shard) => ({ ...step, indices: part, shard }));
    const layout = layoutOf({ parameters: only(step.parameters, model.parameters), buffers: model.buffers });
    const sums = this.#sums.subarray(0, layout.length).fill(0);
    let lossSum = 0;
    let shard = 0;
    for await (const { result, values } of this.#threads.run(shards)) {
      const samples = shards[shard++]?.indices.length ?? 0;
      lossSum += samples * result.loss;
      for (let i = 0; i < sums.length; i++) sums[i]! += samples * values[i]!;
    }
    // An array of its own: a backend may keep it.
    const means = new Float32Array(sums.length);
    for (let i = 0; i < sums.length; i++) means[i] = sums[i]! / indices.length;
    return tf.tidy(() => {
      const { parameters: gradients, buffers: updates } = modelAt(means, layout);
      return { loss: tf.scalar(lossSum / indices.length), gradients, updates };
    });
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #share(model: Model): Promise<void> {
    let end = 0;
    for (const values of await valuesOf(model)) {
      this.#model.set(values, end);
      end += values.length;
    }
  }
}

function only(names: readonly string[], tensors: Tensors): Tensors {
  return Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])));
}
