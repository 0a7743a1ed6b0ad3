// The entries of a random projection: each one from a counter, so that any part of the matrix can be made by itself, anywhere.

import { wordAt } from '../../runtime/random.js';
import { type KernelCall, number } from '../registry.js';

export const UNIFORM = 0;
export const SPARSE = 1;
export const GAUSSIAN = 2;

/** A projection as the numbers of the kernel. */
export interface ProjectionNumbers {
  /** {@link UNIFORM}, {@link SPARSE} or {@link GAUSSIAN} */
  readonly kind: number;
  readonly outputs: number;
  /** 32 bits */
  readonly seed: number;
  /** Share of the entries that are not 0; for SPARSE. */
  readonly density: number;
}

export function projectionNumbers(call: KernelCall): ProjectionNumbers {
  const [kind, outputs] = [number(call, 'kind'), number(call, 'outputs')];
  return { kind, outputs, seed: number(call, 'seed'), density: number(call, 'density') };
}

/** The size of the entries: the bound of the uniform ones, the sparse ones' value, the deviation of the normal ones. */
export function entryScale({ kind, outputs, density }: ProjectionNumbers, inputs: number): number {
  if (kind === UNIFORM) return 1 / Math.sqrt(inputs);
  return (kind === SPARSE ? Math.sqrt(1 / density) : 1) / Math.sqrt(outputs);
}

/** Words up to the first give -scale, further ones up to the second +scale, the rest 0. */
export function sparseLimits(density: number): readonly [negative: number, positive: number] {
  return [Math.ceil((density / 2) * 2 ** 32) - 1, Math.ceil(density * 2 ** 32) - 1];
}

/**
 * z / (1 - p) for the normal quantile z at upper tail p / 2, as polynomials in w = -ln(p (2 - p)): in w - 2.5 below 5, in
 * sqrt(w) - 3 from there on. Least-maximum fits, within 4e-7 of the quantile for every word.
 */
export const NORMAL_CENTRE = [
  4.03546545e-8, 4.8610396e-7, -4.99056544e-6, -6.21799302e-6, 3.09150204e-4, -1.77301015e-3, -5.90817097e-3,
  0.34880266, 2.12331357,
] as const;
export const NORMAL_TAIL = [
  -2.39389775e-4, 1.63665157e-3, -4.74983698e-3, 8.19587818e-3, -1.0935094e-2, 1.33382949e-2, 1.41659504, 4.00643486,
] as const;

/** A standard normal number from a word: its top bit is the sign, the rest the tail. */
export function normalOf(word: number): number {
  const p = ((word & 0x7fffffff) + 0.5) / 2 ** 31;
  const w = -Math.log(p * (2 - p));
  const [at, coefficients] = w < 5 ? [w - 2.5, NORMAL_CENTRE] : [Math.sqrt(w) - 3, NORMAL_TAIL];
  const ratio = coefficients.reduce((sum: number, coefficient) => sum * at + coefficient, 0);
  return word < 2 ** 31 ? (1 - p) * ratio : (p - 1) * ratio;
}

/**
 * Outputs from..to-1 of the matrix, [inputs, to - from]. Entry (i, o) comes from word o * inputs + i of `new Random(seed)`: output by
 * output, as a linear layer's weights are drawn.
 */
export function projectionEntries(numbers: ProjectionNumbers, inputs: number, from: number, to: number): Float32Array {
  const { kind, seed, density } = numbers;
  const scale = entryScale(numbers, inputs);
  const [negative, positive] = sparseLimits(density);
  const width = to - from;
  const entries = new Float32Array(inputs * width);
  for (let o = from; o < to; o++) {
    for (let i = 0; i < inputs; i++) {
      const word = wordAt(seed, o * inputs + i);
      let entry: number;
      if (kind === UNIFORM) entry = (word / 2 ** 31 - 1) * scale;
      else if (kind === GAUSSIAN) entry = normalOf(word) * scale;
      else entry = word <= negative ? -scale : word <= positive ? scale : 0;
      entries[i * width + o - from] = entry;
    }
  }
  return entries;
}
