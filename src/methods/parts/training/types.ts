// What a trained method gives to the training loop, and what it gets back.
import type { Scalar, Tensor, TensorContainer } from '@tensorflow/tfjs';
import * as z from 'zod';
import type { Random } from '../../../runtime/random.js';
import { type Optimizer, type OptimizerInput, optimizerSchema } from './optimizer.js';
import { scheduleSchema } from './schedule.js';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Gives a generator of the batch's i-th sample alone, whichever thread computes it; the same one every time. */
export type SampleRandom = (i: number) => Random;

/** What the loss of one step is computed from. */
export interface LossInputs<Batch> {
  readonly parameters: Tensors;
  readonly buffers: Tensors;
  readonly batch: Batch;
  /** A generator of this step alone, for dropout and noise; on several threads each has one of its own. */
  readonly random: Random;
  readonly sampleRandom: SampleRandom;
  /** From 0. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** From 0, over all epochs. */
  readonly batchNumber: number;
  /** Of the problem's parts the one that this step is of. */
  readonly part: number;
  /** Of the steps of this part on this batch, from 0. */
  readonly stepOfPart: number;
  /** The value of a buffer from the next step on, such as a running mean. */
  readonly update: (buffer: string, value: Tensor) => void;
}

/** The values that a step starts from. */
export interface Model {
  readonly parameters: Tensors;
  readonly buffers: Tensors;
}

/** Parameters that have optimiser steps of their own. */
export interface TrainingPart {
  readonly parameters: readonly string[];
  /** Made on each batch, one after another. */
  readonly steps: number;
}

/** A model as a pure function of its parameters, and the samples that it learns from. */
export interface TrainingProblem<Batch extends TensorContainer> {
  /** Float32 start values, by name. They stay the caller's and as they are. */
  readonly parameters: Tensors;
  /** Float32 tensors that the loss updates by itself, such as running statistics. They stay the caller's and as they are. */
  readonly buffers?: Tensors;
  /** Samples in an epoch. */
  readonly samples: number;
  /**
   * The parts, in the order in which their steps are made on each batch; each parameter is of one of them, whose loss depends on it and
   * whose steps alone move it. Default: one step on each batch, which moves all.
   */
  readonly parts?: readonly TrainingPart[];
  /**
   * The samples of one batch. Its tensors become the loop's, which disposes of them.
   * @param indices of the samples, each once per epoch
   * @param random a generator of this batch alone, for augmentation; on several threads each has one of its own
   * @param sampleRandom the generators of its samples
   * @param epoch from 0
   */
  readonly batch: (
    indices: readonly number[],
    random: Random,
    sampleRandom: SampleRandom,
    epoch: number,
  ) => Batch | Promise<Batch>;
  /** The mean loss of a batch, or of what this step takes of it; runs inside `tf.tidy` and the tape. */
  readonly loss: (inputs: LossInputs<Batch>) => Scalar;
}

const count = z.int().positive();

/** The numbers of a training; a method's configuration can hold it as it is. */
export const trainingSchema = z.strictObject({
  /** So many passes over the samples, or so many optimiser steps. */
  length: z.union([z.strictObject({ epochs: count }), z.strictObject({ steps: count })]),
  batchSize: count,
  /** Leave out an epoch's last batch where it is not full. */
  dropLast: z.boolean().default(false),
  optimizer: optimizerSchema,
  schedule: scheduleSchema.default({ kind: 'constant', unit: 'epoch' }),
  /** Most L2 norm of all gradients together. */
  clipNorm: z.number().positive().optional(),
  seed: z.int(),
});

export type TrainingConfig = z.input<typeof trainingSchema>;
export type FullTrainingConfig = z.output<typeof trainingSchema>;

export interface Validation {
  /**
   * How bad the model is after an epoch, a finite number: on held-out images, never on test images. What it allocates it disposes of.
   */
  readonly evaluate: (model: Model) => number | Promise<number>;
  /** Stop after so many epochs without a lower value; default: never. */
  readonly patience?: number;
}

/** Where checkpoints are kept; one at a time. */
export interface CheckpointStore {
  /** The last one written; undefined if there is none. */
  read(): Promise<Uint8Array | undefined>;
  /** Must replace the one before it as a whole or not at all. */
  write(bytes: Uint8Array): Promise<void>;
  /** For messages. */
  readonly path: string;
}

export interface EpochRecord {
  /** From 0. */
  readonly epoch: number;
  /** Mean of the steps' losses. */
  readonly loss: number;
  /** What the validation gave. */
  readonly validation: number | null;
}

export interface TrainingResult {
  /** Those of the best epoch if there is a validation, else the last ones. The caller's. */
  readonly parameters: Tensors;
  /** Of the same epoch. The caller's. */
  readonly buffers: Tensors;
  readonly epochs: readonly EpochRecord[];
  /** The epoch that the parameters are from. */
  readonly epoch: number;
  /** Optimiser steps made, those before a checkpoint among them. */
  readonly steps: number;
  /** Whether the validation ended it. */
  readonly stoppedEarly: boolean;
}

/** The optimiser of a parameter; the configuration's unless told. */
export type OptimizerOf = (parameter: string) => OptimizerInput;
export type Optimizers = Readonly<Record<string, Optimizer>>;
