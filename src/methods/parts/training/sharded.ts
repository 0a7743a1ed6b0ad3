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
  /** Gradients and buffers in the order of `layoutOf`, perhaps with more behind them; until the next run. */
  readonly values: Float32Array;
}

export interface ShardThreads {
  /** What the threads read, on shared memory, in the order of `layoutOf`: to be written to between two runs. */
  readonly model: Float32Array;
  /**
   * @param shards no more than threads
   * @returns in the order of the shards
   * @throws IadError WORKER_CRASHED; what a shard's loss throws
   */
  run(shards: readonly StepSamples[]): Promise<ShardOutcome[]>;
  close(): Promise<void>;
}

/** Neighbours stay together; sizes differ by one at most, and none is empty. */
export function shardsOf(indices: readonly number[], count: number): number[][] {
  const parts = Math.min(count, indices.length);
  const at = (part: number) => Math.ceil((part * indices.length) / parts);
  return Array.from({ length: parts }, (_, part) => indices.slice(at(part), at(part + 1)));
}

/** Values that stay in the processor's cache while they are added up. */
const BLOCK = 4096;

/**
 * The means, each part by its weight, a whole number. Sums in float64 of float32 values times such numbers are all but exact, and so is
 * the mean of equal values.
 * @returns an array of its own: a backend may keep it
 */
export function meansOf(
  parts: readonly { readonly values: Float32Array; readonly weight: number }[],
  length: number,
): Float32Array {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const means = new Float32Array(length);
  const sums = new Float64Array(Math.min(BLOCK, length));
  for (let first = 0; first < length; first += BLOCK) {
    const count = Math.min(BLOCK, length - first);
    sums.fill(0);
    for (const { values, weight } of parts) {
      for (let i = 0; i < count; i++) sums[i]! += weight * values[first + i]!;
    }
    for (let i = 0; i < count; i++) means[first + i] = sums[i]! / total;
  }
  return means;
}

export class ShardedGradients implements GradientSource {
  readonly #threads: ShardThreads;
  readonly #workers: number;

  constructor(threads: ShardThreads, workers: number) {
    this.#threads = threads;
    this.#workers = workers;
  }

  async at(step: BatchStep, model: Model): Promise<StepGradients> {
    await this.#share(model);
    const { indices } = step;
    const shards = shardsOf(indices, this.#workers).map((part, shard) => ({ ...step, indices: part, shard }));
    const layout = layoutOf({ parameters: only(step.parameters, model.parameters), buffers: model.buffers });
    const outcomes = await this.#threads.run(shards);
    const parts = outcomes.map(({ result, values }, i) => {
      return { loss: result.loss, values, weight: shards[i]?.indices.length ?? 0 };
    });
    const means = meansOf(parts, layout.length);
    const loss = parts.reduce((sum, part) => sum + part.weight * part.loss, 0) / indices.length;
    return tf.tidy(() => {
      const { parameters: gradients, buffers: updates } = modelAt(means, layout);
      return { loss: tf.scalar(loss), gradients, updates };
    });
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  async #share(model: Model): Promise<void> {
    let end = 0;
    for (const values of await valuesOf(model)) {
      this.#threads.model.set(values, end);
      end += values.length;
    }
  }
}

function only(names: readonly string[], tensors: Tensors): Tensors {
  return Object.fromEntries(names.flatMap((name) => (tensors[name] ? [[name, tensors[name]]] : [])));
}
