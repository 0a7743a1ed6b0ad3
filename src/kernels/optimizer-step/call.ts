// What every implementation of the optimiser steps reads from its call.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall, matrix, number } from '../registry.js';

/** The numbers of an SGD step, in the order in which the implementations take them. */
export const SGD_NUMBERS = ['scale', 'pull', 'rate', 'momentum', 'nesterov'] as const;
/** Those of an Adam step. */
// biome-ignore format: one line
export const ADAM_NUMBERS = ['scale', 'pull', 'fade', 'beta1', 'rest1', 'beta2', 'rest2', 'stride', 'correction', 'epsilon'] as const;

export type SgdNumbers = Readonly<Record<(typeof SGD_NUMBERS)[number], number>>;
export type AdamNumbers = Readonly<Record<(typeof ADAM_NUMBERS)[number], number>>;

export interface StepCall {
  readonly weights: TensorInfo;
  readonly gradient: TensorInfo;
  readonly state: TensorInfo;
  readonly moments: number;
  readonly count: number;
}

export function stepOf(call: KernelCall): StepCall {
  const { info: state, rows: moments, columns: count } = matrix(call, 'state');
  return { weights: input(call, 'weights'), gradient: input(call, 'gradient'), state, moments, count };
}

export function sgdNumbers(call: KernelCall): SgdNumbers {
  return {
    scale: number(call, 'scale'),
    pull: number(call, 'pull'),
    rate: number(call, 'rate'),
    momentum: number(call, 'momentum'),
    nesterov: number(call, 'nesterov'),
  };
}

export function adamNumbers(call: KernelCall): AdamNumbers {
  return {
    scale: number(call, 'scale'),
    pull: number(call, 'pull'),
    fade: number(call, 'fade'),
    beta1: number(call, 'beta1'),
    rest1: number(call, 'rest1'),
    beta2: number(call, 'beta2'),
    rest2: number(call, 'rest2'),
    stride: number(call, 'stride'),
    correction: number(call, 'correction'),
    epsilon: number(call, 'epsilon'),
  };
}
