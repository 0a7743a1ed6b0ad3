// A problem as the gradients of its loss, on whichever thread: what a batch is made of is its own business.
import type { TensorContainer } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../../runtime/random.js';
import { lossAndGradients, type StepGradients } from './gradients.js';
import type { StepPlace } from './plan.js';
import type { Model, SampleRandom, TrainingProblem } from './types.js';

/** One step on some samples: plain data. */
export interface StepSamples extends Pick<StepPlace, 'batchNumber' | 'part' | 'stepOfPart' | 'isLast'> {
  readonly indices: readonly number[];
  /** Names of those that gradients are wanted by. */
  readonly parameters: readonly string[];
  /** From 0. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** Of the training. */
  readonly seed: number;
  /** Which part of the batch the samples are, from 0. */
  readonly shard: number;
}

/** The loss of samples and its gradients, as functions of the model. */
export interface Gradients {
  /** Everything in it is the caller's. */
  at(samples: StepSamples, model: Model): Promise<StepGradients>;
  dispose(): void;
}

/** Makes a batch once, and holds it for as many steps as are made on it. */
export class ProblemGradients<Batch extends TensorContainer> implements Gradients {
  readonly #problem: Pick<TrainingProblem<Batch>, 'batch' | 'loss'>;
  #held: { readonly key: string; readonly batch: Batch } | undefined;

  constructor(problem: Pick<TrainingProblem<Batch>, 'batch' | 'loss'>) {
    this.#problem = problem;
  }

  /** @throws IadError as {@link lossAndGradients}; what the problem throws */
  async at(samples: StepSamples, model: Model): Promise<StepGradients> {
    const batch = await this.#batchOf(samples);
    try {
      const { step, epoch, batchNumber, part, stepOfPart, parameters } = samples;
      const generators = generatorsOf(`training|loss|${step}`, samples);
      const inputs = { ...model, ...generators, batch, step, epoch, batchNumber, part, stepOfPart };
      return lossAndGradients(this.#problem, inputs, parameters);
    } finally {
      if (samples.isLast) this.dispose();
    }
  }

  dispose(): void {
    if (this.#held) tf.dispose(this.#held.batch);
    this.#held = undefined;
  }

  async #batchOf(samples: StepSamples): Promise<Batch> {
    const { batchNumber, shard, indices, epoch } = samples;
    const key = `${batchNumber}|${shard}`;
    if (this.#held?.key === key) return this.#held.batch;
    this.dispose();
    const { random, sampleRandom } = generatorsOf(`training|batch|${batchNumber}`, samples);
    const batch = await this.#problem.batch(indices, random, sampleRandom, epoch);
    this.#held = { key, batch };
    return batch;
  }
}

function generatorsOf(
  key: string,
  { indices, seed, shard }: StepSamples,
): { random: Random; sampleRandom: SampleRandom } {
  return {
    random: Random.forKey(shard === 0 ? key : `${key}|shard ${shard}`, seed),
    sampleRandom: (i) => Random.forKey(`${key}|sample ${indices[i]}`, seed),
  };
}
