// The meaning of the optimiser steps. Every device is compared with this file.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import type { KernelCall } from '../registry.js';
import { type AdamNumbers, adamNumbers, type SgdNumbers, sgdNumbers, stepOf } from './call.js';

export interface StepArrays {
  /** [N] */
  readonly weights: Float32Array;
  /** [N] */
  readonly gradient: Float32Array;
  /** [moments, N] */
  readonly state: Float32Array;
}

type Stepped = Pick<StepArrays, 'weights' | 'state'>;

export function sgdStepReference({ weights, gradient, state }: StepArrays, numbers: SgdNumbers): Stepped {
  const { scale, pull, rate, momentum, nesterov } = numbers;
  const next = { weights: new Float32Array(weights.length), state: new Float32Array(weights.length) };
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    const g = scale * gradient[i]! + pull * w;
    const v = momentum * state[i]! + g;
    next.state[i] = v;
    next.weights[i] = w - rate * (nesterov === 1 ? g + momentum * v : v);
  }
  return next;
}

export function adamStepReference({ weights, gradient, state }: StepArrays, numbers: AdamNumbers): Stepped {
  const { scale, pull, fade, beta1, rest1, beta2, rest2, stride, correction, epsilon } = numbers;
  const count = weights.length;
  const next = { weights: new Float32Array(count), state: new Float32Array(state.length) };
  const hasPeak = state.length === 3 * count;
  for (let i = 0; i < count; i++) {
    const w = weights[i]!;
    const g = scale * gradient[i]! + pull * w;
    const m = beta1 * state[i]! + rest1 * g;
    // As it is kept: beyond float32 it is infinite, and the weight stays where it is.
    const v = Math.fround(beta2 * state[count + i]! + rest2 * g * g);
    const peak = hasPeak ? Math.max(state[2 * count + i]!, v) : v;
    next.state[i] = m;
    next.state[count + i] = v;
    if (hasPeak) next.state[2 * count + i] = peak;
    next.weights[i] = w - fade * w - stride * (m / (Math.sqrt(peak) / correction + epsilon));
  }
  return next;
}

function onCpu(call: KernelCall, step: (given: StepArrays) => Stepped): TensorInfo[] {
  const { backend } = call;
  const { weights, gradient, state, moments, count } = stepOf(call);
  const next = step({
    weights: readFloats(backend, weights),
    gradient: readFloats(backend, gradient),
    state: readFloats(backend, state),
  });
  return [makeTensor(backend, next.weights, [count]), makeTensor(backend, next.state, [moments, count])];
}

export function sgdStepCpu(call: KernelCall): TensorInfo[] {
  return onCpu(call, (given) => sgdStepReference(given, sgdNumbers(call)));
}

export function adamStepCpu(call: KernelCall): TensorInfo[] {
  return onCpu(call, (given) => adamStepReference(given, adamNumbers(call)));
}
