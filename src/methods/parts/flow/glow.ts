// The step of CS-Flow and DifferNet: the channels of every scale are permuted, then each half is changed by what a subnet makes of
// the other half, all scales at once (FrEIA's Glow coupling block).
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { checkInteger } from '../../../kernels/checks.js';
import { affineCoupling, affineCouplingInverse, type CouplingClamp } from '../../../kernels/index.js';
import { IadError } from '../../../runtime/errors.js';
import { type Flow, joinChannels, splitChannels } from './flow.js';
import type { Mixing } from './mixing.js';
import type { NamedTensors } from './parameters.js';
import type { Subnet } from './subnets.js';

/** |log-scale| < 3 * 0.636 * pi / 2 = 2.997 */
const CLAMP: CouplingClamp = { activation: 'atan', alpha: 3 };

/** Values beyond it are cut off, so that a flow far from its training data still gives numbers. */
const LARGEST = 1e6;

export interface GlowStep<T extends Tensor> {
  readonly channels: number;
  /** One for each scale. */
  readonly mixings: readonly Mixing<T>[];
  /** From the first halves, already changed, to s and t of the second ones: the papers' S1. */
  readonly ofFirst: Subnet<T[]>;
  /** From the second halves to s and t of the first ones, before that: S2. */
  readonly ofSecond: Subnet<T[]>;
}

/**
 * One step on scales [B, ..., C] each.
 * @throws IadError BAD_ARGUMENT for an odd number of channels
 */
export function glowStep<T extends Tensor>({ channels, mixings, ofFirst, ofSecond }: GlowStep<T>): Flow<T[]> {
  const half = halfOf(channels);
  const halves = (scales: readonly T[]) => {
    const parts = scales.map((scale) => splitChannels(scale, half));
    return { first: parts.map(([first]) => first), second: parts.map(([, second]) => second) };
  };
  return {
    parameters: [...ofFirst.parameters, ...ofSecond.parameters, ...mixings.flatMap(({ parameters }) => parameters)],
    forward: (scales, tensors) =>
      tf.tidy(() => {
        const { first, second } = halves(mixed(scales, mixings, tensors, 'forward'));
        const u = coupled(first, ofSecond.run(second, tensors), affineCoupling);
        const v = coupled(second, ofFirst.run(u.values, tensors), affineCoupling);
        const values = paired(u.values, v.values, (a, b) => tf.clipByValue<T>(joinChannels(a, b), -LARGEST, LARGEST));
        return { values, logDeterminant: tf.addN([...u.volumes, ...v.volumes]) };
      }),
    inverse: (scales, tensors) =>
      tf.tidy(() => {
        const { first, second } = halves(scales);
        const v = coupled(second, ofFirst.run(first, tensors), affineCouplingInverse).values;
        const u = coupled(first, ofSecond.run(v, tensors), affineCouplingInverse).values;
        return mixed(paired(u, v, joinChannels), mixings, tensors, 'inverse');
      }),
  };
}

/** @throws IadError BAD_ARGUMENT for an odd number of channels */
export function halfOf(channels: number): number {
  checkInteger('a flow', 'channels / 2', channels / 2, 1, 2 ** 20);
  return channels / 2;
}

function mixed<T extends Tensor>(
  scales: readonly T[],
  mixings: readonly Mixing<T>[],
  tensors: NamedTensors,
  way: 'forward' | 'inverse',
): T[] {
  return paired(scales, mixings, (scale, mixing) => mixing[way](scale, tensors));
}

function coupled<T extends Tensor>(
  halves: readonly T[],
  parameters: readonly T[],
  couple: typeof affineCoupling,
): { values: T[]; volumes: Tensor1D[] } {
  const results = paired(halves, parameters, (half, parameter) => couple(half, parameter, CLAMP));
  return {
    values: results.map(({ values }) => values),
    volumes: results.map(({ logDeterminant }) => logDeterminant),
  };
}

/** @throws IadError BAD_ARGUMENT if there is not one for each scale */
function paired<A, B, C>(as: readonly A[], bs: readonly B[], pair: (a: A, b: B) => C): C[] {
  if (as.length !== bs.length) {
    throw new IadError('BAD_ARGUMENT', `a flow of ${bs.length} scales was given ${as.length}`, { path: 'scales' });
  }
  return as.map((a, i) => {
    const b = bs[i];
    if (b === undefined) throw new IadError('BAD_ARGUMENT', `scale ${i} is missing`, { path: 'scales' });
    return pair(a, b);
  });
}
