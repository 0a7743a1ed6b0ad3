// A training laid out before its first step: checked, with everything that it depends on.
import type { Tensor, TensorContainer } from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { parseConfig } from '../parse-config.js';
import { Batches, stepsPerEpoch } from './batches.js';
import type { Setting } from './checkpoint.js';
import { optimizerSchema } from './optimizer.js';
import {
  type FullTrainingConfig,
  type OptimizerOf,
  type Optimizers,
  type Tensors,
  type TrainingConfig,
  type TrainingPart,
  type TrainingProblem,
  trainingSchema,
} from './types.js';

/** Its length is in optimiser steps. */
export interface TrainingPlan extends Setting {
  readonly config: FullTrainingConfig;
  readonly epochs: number;
  /** At least one. */
  readonly parts: readonly TrainingPart[];
  /** Optimiser steps on each batch. */
  readonly stepsPerBatch: number;
  readonly batches: Batches;
}

interface PlanOptions {
  readonly optimizerOf: OptimizerOf | undefined;
  readonly isValidated: boolean;
  readonly identity: string | undefined;
}

/** @throws IadError BAD_CONFIG, BAD_ARGUMENT */
export function planTraining<Batch extends TensorContainer>(
  problem: TrainingProblem<Batch>,
  given: TrainingConfig,
  { optimizerOf, isValidated, identity }: PlanOptions,
): TrainingPlan {
  const config = parseConfig('training', trainingSchema, given);
  const { parameters, buffers = {}, samples } = problem;
  const parts = problem.parts ?? [{ parameters: Object.keys(parameters), steps: 1 }];
  checkFloats('parameter', parameters);
  checkFloats('buffer', buffers);
  if (Object.keys(parameters).length === 0) throw bad('there is no parameter to train');
  if (!Number.isInteger(samples) || samples < 1) throw bad(`samples must be a positive integer, not ${samples}`);
  checkParts(parts, Object.keys(parameters));
  const { batchSize, dropLast, seed } = config;
  const batchPlan = { samples, batchSize, dropLast, seed };
  const stepsPerBatch = parts.reduce((sum, part) => sum + part.steps, 0);
  const perEpoch = stepsPerEpoch(batchPlan) * stepsPerBatch;
  const steps = 'steps' in config.length ? config.length.steps : config.length.epochs * perEpoch;
  const optimizers = Object.fromEntries(
    Object.keys(parameters).map((name) => [
      name,
      optimizerOf ? parseConfig(`optimizer of ${name}`, optimizerSchema, optimizerOf(name)) : config.optimizer,
    ]),
  );
  return {
    config,
    parameters,
    buffers,
    optimizers,
    steps,
    stepsPerEpoch: perEpoch,
    epochs: Math.ceil(steps / perEpoch),
    parts,
    stepsPerBatch,
    batches: new Batches(batchPlan),
    isValidated,
    description: describe(config, { samples, isValidated, parts, identity }, parameters, buffers, optimizers),
  };
}

function describe(
  config: FullTrainingConfig,
  rest: { samples: number; isValidated: boolean; parts: readonly TrainingPart[]; identity: string | undefined },
  parameters: Tensors,
  buffers: Tensors,
  optimizers: Optimizers,
): string {
  const shapes = (tensors: Tensors) => Object.entries(tensors).map(([name, { shape }]) => [name, shape]);
  const { optimizer: _, ...numbers } = config;
  return JSON.stringify({ ...numbers, ...rest, parameters: shapes(parameters), buffers: shapes(buffers), optimizers });
}

function checkFloats(what: string, tensors: Tensors): void {
  for (const [name, tensor] of Object.entries<Tensor>(tensors)) {
    if (tensor.isDisposed) throw bad(`${what} ${name} was disposed`);
    if (tensor.dtype !== 'float32') throw bad(`${what} ${name} must be float32, not ${tensor.dtype}`);
    if (tensor.size === 0) throw bad(`${what} ${name} is empty: [${tensor.shape}]`);
  }
}

function checkParts(parts: readonly TrainingPart[], names: readonly string[]): void {
  for (const { steps } of parts) {
    if (!Number.isInteger(steps) || steps < 1) throw bad(`a part's steps must be a positive integer, not ${steps}`);
  }
  const found = parts.flatMap(({ parameters }) => parameters);
  const wrong = names.find((name) => found.filter((other) => other === name).length !== 1);
  if (wrong !== undefined) throw bad(`the parameter ${wrong} must be in one part of the training`);
  const unknown = found.find((name) => !names.includes(name));
  if (unknown !== undefined) throw bad(`a part of the training names ${unknown}, which is no parameter`);
  if (parts.some(({ parameters }) => parameters.length === 0)) throw bad('a part of the training has no parameters');
}

/** Where in its batch an optimiser step is. */
export interface StepPlace {
  /** From 0, over all epochs. */
  readonly batchNumber: number;
  readonly part: number;
  readonly stepOfPart: number;
  /** The part's steps up to this one, over all batches: from 1. */
  readonly ofPart: number;
  readonly isLast: boolean;
}

export function placeOf({ parts, stepsPerBatch }: TrainingPlan, step: number): StepPlace {
  const batchNumber = Math.floor(step / stepsPerBatch);
  let stepOfPart = step % stepsPerBatch;
  let part = 0;
  for (const { steps } of parts) {
    if (stepOfPart < steps) break;
    stepOfPart -= steps;
    part++;
  }
  const ofPart = batchNumber * (parts[part]?.steps ?? 1) + stepOfPart + 1;
  return { batchNumber, part, stepOfPart, ofPart, isLast: (step + 1) % stepsPerBatch === 0 };
}

function bad(what: string): IadError {
  return new IadError('BAD_ARGUMENT', what, { path: 'train' });
}
