// A training laid out before its first step: checked, with everything that it depends on.
import type { Tensor, TensorContainer } from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { parseConfig } from '../parse-config.js';
import { Batches, stepsPerEpoch } from './batches.js';
import type { Setting } from './checkpoint.js';
import { optimizerSchema } from './optimizer.js';
import type { Length } from './schedule.js';
import {
  type FullTrainingConfig,
  type OptimizerOf,
  type Optimizers,
  type Tensors,
  type TrainingConfig,
  type TrainingProblem,
  trainingSchema,
} from './types.js';

export interface TrainingPlan extends Setting, Length {
  readonly config: FullTrainingConfig;
  readonly epochs: number;
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
  checkFloats('parameter', parameters);
  checkFloats('buffer', buffers);
  if (Object.keys(parameters).length === 0) throw bad('there is no parameter to train');
  if (!Number.isInteger(samples) || samples < 1) throw bad(`samples must be a positive integer, not ${samples}`);
  const { batchSize, dropLast, seed } = config;
  const batchPlan = { samples, batchSize, dropLast, seed };
  const perEpoch = stepsPerEpoch(batchPlan);
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
    batches: new Batches(batchPlan),
    description: describe(config, { samples, isValidated, identity }, parameters, buffers, optimizers),
  };
}

function describe(
  config: FullTrainingConfig,
  rest: { samples: number; isValidated: boolean; identity: string | undefined },
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

function bad(what: string): IadError {
  return new IadError('BAD_ARGUMENT', what, { path: 'train' });
}
