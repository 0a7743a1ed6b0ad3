// One step of SGD or Adam on one tensor of weights: everything is read and written once.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { type KernelDefinition, runKernel } from '../registry.js';
import { ADAM_STEP, SGD_STEP } from './kernel.js';

export interface StepInputs<T extends Tensor> {
  /** float32, any shape, not empty. */
  readonly weights: T;
  /** The loss's gradient by `weights`, of the same shape. */
  readonly gradient: T;
  /** float32 [moments, number of weights]: zeros before the first step, then what the last step gave. */
  readonly state: Tensor2D;
}

export interface Stepped<T extends Tensor> {
  readonly weights: T;
  readonly state: Tensor2D;
}

export interface SgdRule {
  /** Learning rate. */
  readonly rate: number;
  /** 0 up to 1. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** L2: this much of the weights is added to the gradient. */
  readonly weightDecay: number;
}

export interface AdamRule {
  /** Learning rate. */
  readonly rate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
  /** AdamW: the decay shrinks the weights by rate times decay instead of joining the gradient. */
  readonly decoupled: boolean;
  /** Divide by the largest second moment so far. */
  readonly amsgrad: boolean;
}

/** Rows of the state that a rule keeps: SGD's velocity; Adam's moments, and the largest second one for AMSGrad. */
export const SGD_MOMENTS = 1;
export function adamMoments({ amsgrad }: Pick<AdamRule, 'amsgrad'>): 2 | 3 {
  return amsgrad ? 3 : 2;
}

/**
 * SGD as PyTorch has it: g = scale gradient + weightDecay w; v' = momentum v + g; w' = w - rate v', or w - rate (g + momentum v') by
 * Nesterov. The inputs stay as they are. Has no gradient.
 * @param inputs.state [1, number of weights]
 * @param scale of the gradient, for clipping
 * @returns new tensors, owned by the caller
 * @throws IadError BAD_ARGUMENT for differing shapes, other types, or numbers that are not finite
 */
export function sgdStep<T extends Tensor>(inputs: StepInputs<T>, rule: SgdRule, scale = 1): Stepped<T> {
  const { rate, momentum, nesterov, weightDecay: pull } = rule;
  return run('sgdStep', SGD_STEP, SGD_MOMENTS, inputs, { scale, pull, rate, momentum, nesterov: Number(nesterov) });
}

/**
 * Adam (Kingma and Ba, ICLR 2015, Algorithm 1) and AdamW (Loshchilov and Hutter, ICLR 2019, Algorithm 2) as PyTorch has them, with
 * AMSGrad (Reddi et al., ICLR 2018). With g = scale gradient (+ weightDecay w unless decoupled):
 * m' = b1 m + (1 - b1) g; v' = b2 v + (1 - b2) g^2; w' = w (1 - rate weightDecay, if decoupled)
 * - rate m' / (1 - b1^t) / (sqrt(v' / (1 - b2^t)) + epsilon). The inputs stay as they are. Has no gradient.
 * @param inputs.state [2, number of weights]: m, v; [3, ...] with amsgrad: the largest v too
 * @param t number of this step, from 1
 * @param scale of the gradient, for clipping
 * @returns new tensors, owned by the caller
 * @throws IadError BAD_ARGUMENT for differing shapes, other types, t below 1, or numbers that are not finite
 */
export function adamStep<T extends Tensor>(inputs: StepInputs<T>, rule: AdamRule, t: number, scale = 1): Stepped<T> {
  const { rate, betas, epsilon, weightDecay, decoupled } = rule;
  checkInteger('adamStep', 't', t, 1, Number.MAX_SAFE_INTEGER);
  const [beta1, beta2] = betas;
  return run('adamStep', ADAM_STEP, adamMoments(rule), inputs, {
    scale,
    pull: decoupled ? 0 : weightDecay,
    fade: decoupled ? rate * weightDecay : 0,
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    stride: rate / (1 - beta1 ** t),
    correction: Math.sqrt(1 - beta2 ** t),
    epsilon,
  });
}

function run<T extends Tensor>(
  op: string,
  kernel: KernelDefinition,
  moments: number,
  { weights, gradient, state }: StepInputs<T>,
  numbers: Record<string, number>,
): Stepped<T> {
  checkTensors(op, {
    weights: [weights, weights.shape.map((_, i) => `d${i}`)],
    gradient: [gradient, weights.shape],
    state: [state, [moments, weights.size]],
  });
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isFinite(value)) continue;
    throw new IadError('BAD_ARGUMENT', `${op}: ${name} must be finite, not ${value}`, { path: name });
  }
  return tf.tidy(() => {
    const flat: Record<string, Tensor1D | Tensor2D> = {
      weights: weights.flatten(),
      gradient: gradient.flatten(),
      state,
    };
    const [next, nextState] = runKernel(kernel, flat, numbers);
    if (next && nextState && isMatrix(nextState)) return { weights: next.reshape<T>(weights.shape), state: nextState };
    throw new IadError('BACKEND_WRONG', `${op}: the kernel must return weights and state`);
  });
}

function isMatrix(tensor: Tensor): tensor is Tensor2D {
  return tensor.rank === 2;
}
