// The optimisers as configuration, and one step of them on a parameter.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { adamMoments, adamStep, SGD_MOMENTS, type StepInputs, type Stepped, sgdStep } from '../../../kernels/index.js';

const rate = z.number().positive();
const fraction = z.number().min(0).lt(1);
const weightDecay = z.number().nonnegative().default(0);

/** PyTorch's SGD, and its Adam and AdamW (`decoupled`), with PyTorch's defaults; AdamW's weight decay is to be given. */
export const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sgd'),
    rate,
    momentum: fraction.default(0),
    nesterov: z.boolean().default(false),
    weightDecay,
  }),
  z.strictObject({
    kind: z.literal('adam'),
    rate,
    betas: z.tuple([fraction, fraction]).default([0.9, 0.999]),
    epsilon: z.number().positive().default(1e-8),
    weightDecay,
    decoupled: z.boolean().default(false),
    amsgrad: z.boolean().default(false),
  }),
]);

export type OptimizerInput = z.input<typeof optimizerSchema>;
export type Optimizer = z.output<typeof optimizerSchema>;

/** How many values the optimiser remembers of each one of a parameter. */
export function momentsOf(optimizer: Optimizer): number {
  return optimizer.kind === 'sgd' ? SGD_MOMENTS : adamMoments(optimizer);
}

/** The shape of what the optimiser remembers of a parameter. */
export function stateShape(optimizer: Optimizer, parameter: Tensor): [moments: number, size: number] {
  return [momentsOf(optimizer), parameter.size];
}

/** What the optimiser remembers before the first step. */
export function startState(optimizer: Optimizer, parameter: Tensor): Tensor2D {
  return tf.zeros(stateShape(optimizer, parameter));
}

export interface StepSize {
  /** On the optimiser's rate, by the schedule. */
  readonly factor: number;
  /** On the gradient, by clipping. */
  readonly scale: number;
  /** Number of the parameter's step, from 1. */
  readonly t: number;
}

/** The parameter and the optimiser's state after one step; the inputs stay as they are. */
export function optimizerStep(
  optimizer: Optimizer,
  inputs: StepInputs<Tensor>,
  { factor, scale, t }: StepSize,
): Stepped<Tensor> {
  const rule = { ...optimizer, rate: optimizer.rate * factor };
  return rule.kind === 'sgd' ? sgdStep(inputs, rule, scale) : adamStep(inputs, rule, t, scale);
}

/** The gradients' factor under PyTorch's `clip_grad_norm_`. */
export function clipScale(norm: number, most: number | undefined): number {
  return most === undefined ? 1 : Math.min(1, most / (norm + 1e-6));
}
