// Inputs of the optimiser steps, with results and bounds from the reference.
import { Random } from '../../runtime/random.js';
import type { ExpectedTensor, KernelCase, KernelSuite } from '../case.js';
import type { AdamNumbers, SgdNumbers } from './call.js';
import { ADAM_STEP, SGD_STEP } from './kernel.js';
import { adamStepReference, type StepArrays, sgdStepReference } from './reference.js';

const UNIT = 2 ** -24;
const TINY = 2 ** -149;

type Fill = (random: Random, i: number) => number;
const normal: Fill = (random) => random.normal();

interface Given extends StepArrays {
  readonly name: string;
  readonly moments: number;
  readonly except?: Readonly<Record<string, string>>;
}

function make(name: string, count: number, moments: number, fill: Fill = normal, except?: Given['except']): Given {
  const random = new Random(61);
  const weights = Float32Array.from({ length: count }, (_, i) => fill(random, i));
  const gradient = Float32Array.from({ length: count }, (_, i) => fill(random, i));
  // Second moments are not negative.
  const state = Float32Array.from({ length: moments * count }, (_, i) => {
    const value = fill(random, i);
    return i < count ? value : Math.min(value * value, 1e38);
  });
  return { name: `${name} ${moments}x${count}`, weights, gradient, state, moments, ...(except && { except }) };
}

const NOT_FINITE = { webgpu: 'WGSL may assume that there are no NaN and no infinities' };
const BEYOND = { webgpu: 'WGSL may assume that nothing overflows, as the squares do' };
const SUBNORMAL = { webgpu: 'WGSL may flush subnormal numbers' };
const HOLES = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1];

function givens(moments: number): Given[] {
  return [
    ...[1, 3, 4, 5, 255, 256, 257, 1031].map((count) => make('normal', count, moments)),
    make('zero', 9, moments, () => 0),
    make('first step', 9, moments, (random, i) => (i < 9 ? random.normal() : 0)),
    make('huge', 21, moments, (random) => 1e15 * random.normal()),
    make('beyond float32', 21, moments, (random) => 1e30 * random.normal(), moments > 1 ? BEYOND : undefined),
    make('tiny', 21, moments, (random) => 1e-15 * random.normal()),
    make('subnormal', 21, moments, (random) => 1e-40 * random.normal(), SUBNORMAL),
    make('NaN and infinity', 37, moments, (random) => HOLES[random.below(HOLES.length)]!, NOT_FINITE),
  ];
}

/** Of scale gradient + pull w: two products and a sum, and the numbers' own rounding. */
function gradientError(given: StepArrays, i: number, { scale, pull }: { scale: number; pull: number }): number {
  return 4 * UNIT * (Math.abs(scale * given.gradient[i]!) + Math.abs(pull * given.weights[i]!)) + 2 * TINY;
}

function expectSgd(given: Given, numbers: SgdNumbers): ExpectedTensor[] {
  const found = sgdStepReference(given, numbers);
  const { scale, pull, rate, momentum } = numbers;
  const stateError = Float64Array.from(given.weights, (w, i) => {
    const parts = Math.abs(momentum * given.state[i]!) + Math.abs(scale * given.gradient[i]!) + Math.abs(pull * w);
    return gradientError(given, i, numbers) + 4 * UNIT * parts + TINY;
  });
  const error = Float64Array.from(given.weights, (w, i) => {
    // g + momentum v at most: 1 + momentum times the error of each, and the same roundings again.
    const g = scale * given.gradient[i]! + pull * w;
    const along = Math.abs(g) + Math.abs(momentum * found.state[i]!) + Math.abs(found.state[i]!);
    return rate * (2 * stateError[i]! + 6 * UNIT * along) + 2 * UNIT * Math.abs(w) + 2 * TINY;
  });
  return expected(given, found, error, stateError);
}

function expectAdam(given: Given, numbers: AdamNumbers): ExpectedTensor[] {
  const found = adamStepReference(given, numbers);
  const { scale, pull, fade, beta1, rest1, beta2, rest2, stride, correction, epsilon } = numbers;
  const count = given.weights.length;
  const stateError = new Float64Array(given.state.length);
  const error = Float64Array.from(given.weights, (w, i) => {
    const g = Math.abs(scale * given.gradient[i]! + pull * w);
    const ofG = gradientError(given, i, numbers);
    const ofM = rest1 * ofG + 4 * UNIT * (Math.abs(beta1 * given.state[i]!) + rest1 * g) + 2 * TINY;
    const squared = 2 * rest2 * g * ofG + rest2 * ofG * ofG;
    const ofV = squared + 5 * UNIT * (beta2 * given.state[count + i]! + rest2 * g * g) + 3 * TINY;
    stateError[i] = ofM;
    stateError[count + i] = ofV;
    if (given.moments === 3) stateError[2 * count + i] = ofV;
    const m = Math.abs(found.state[i]!);
    const v = found.state[(given.moments - 1) * count + i]!;
    // The quotient lies between those of the extremes. WGSL's sqrt and quotient are good to some units: 12 for all.
    const rootOf = (moment: number) => Math.sqrt(Math.max(0, moment)) / correction + epsilon;
    const exact = m / rootOf(v);
    const least = rootOf(v - ofV) * (1 - 12 * UNIT);
    const most = rootOf(v + ofV) * (1 + 12 * UNIT);
    const off = Math.max((m + ofM) / least - exact, exact - Math.max(0, m - ofM) / most);
    return stride * (off + 8 * UNIT * exact) + 4 * UNIT * (1 + fade) * Math.abs(w) + 3 * TINY;
  });
  return expected(given, found, error, stateError);
}

function expected(
  { moments, weights }: Given,
  found: Pick<StepArrays, 'weights' | 'state'>,
  error: Float64Array,
  stateError: Float64Array,
): ExpectedTensor[] {
  return [
    { values: found.weights, shape: [weights.length], error },
    { values: found.state, shape: [moments, weights.length], error: stateError },
  ];
}

function toCase(
  given: Given,
  suffix: string,
  numbers: KernelCase['numbers'],
  want: () => ExpectedTensor[],
): KernelCase {
  const { name, weights, gradient, state, moments, except } = given;
  return {
    name: `${name} ${suffix}`,
    inputs: {
      weights: { values: weights, shape: [weights.length] },
      gradient: { values: gradient, shape: [weights.length] },
      state: { values: state, shape: [moments, weights.length] },
    },
    ...(numbers && { numbers }),
    expected: want,
    ...(except && { except }),
  };
}

const PLAIN: SgdNumbers = { scale: 1, pull: 0, rate: 0.1, momentum: 0, nesterov: 0 };
const SGD: Readonly<Record<string, SgdNumbers>> = {
  plain: PLAIN,
  momentum: { ...PLAIN, pull: 1e-4, rate: 0.4, momentum: 0.9 },
  nesterov: { ...PLAIN, scale: 0.3, pull: 1e-4, momentum: 0.9, nesterov: 1 },
};

/** The numbers of PyTorch's defaults at step 7. */
const ADAM_AT_7: AdamNumbers = {
  scale: 1,
  pull: 0,
  fade: 0,
  beta1: 0.9,
  rest1: 1 - 0.9,
  beta2: 0.999,
  rest2: 1 - 0.999,
  stride: 1e-3 / (1 - 0.9 ** 7),
  correction: Math.sqrt(1 - 0.999 ** 7),
  epsilon: 1e-8,
};
const ADAM: Readonly<Record<string, AdamNumbers>> = {
  adam: ADAM_AT_7,
  'adam with L2': { ...ADAM_AT_7, scale: 0.3, pull: 1e-2 },
  adamw: { ...ADAM_AT_7, fade: 1e-3 * 0.05 },
};

export const SGD_STEP_SUITE: KernelSuite = {
  kernel: SGD_STEP,
  cases: () =>
    givens(1).flatMap((given) =>
      Object.entries(SGD).map(([name, numbers]) =>
        toCase(given, name, { ...numbers }, () => expectSgd(given, numbers)),
      ),
    ),
  smoke: ['normal 1x5 nesterov'],
};

export const ADAM_STEP_SUITE: KernelSuite = {
  kernel: ADAM_STEP,
  cases: () =>
    [...givens(2), ...givens(3)].flatMap((given) =>
      Object.entries(ADAM).map(([name, numbers]) =>
        toCase(given, name, { ...numbers }, () => expectAdam(given, numbers)),
      ),
    ),
  smoke: ['normal 2x5 adam', 'normal 3x257 adamw'],
};
