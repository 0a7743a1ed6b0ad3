// Inputs of normalizedDifference and of its gradient that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { NORMALIZED_DIFFERENCE, NORMALIZED_DIFFERENCE_GRADIENT } from './kernel.js';
import { type DifferenceKind, EPSILONS, KINDS } from './plan.js';
import {
  type DifferenceInputs,
  normalizedDifferenceGradientReference,
  normalizedDifferenceReference,
} from './reference.js';

type Size = readonly [batch: number, height: number, width: number, channels: number];
type Fill = (random: Random, location: number, channel: number) => number;

interface Pair {
  readonly name: string;
  readonly size: Size;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly except?: Readonly<Record<string, string>>;
}

function pair(name: string, size: Size, fill: Fill, fillB: Fill = fill, except?: Pair['except']): Pair {
  const [batch, height, width, channels] = size;
  const make = (seed: number, draw: Fill) => {
    const random = new Random(seed);
    return Float32Array.from({ length: batch * height * width * channels }, (_, at) =>
      draw(random, Math.floor(at / channels), at % channels),
    );
  };
  const made = { name: `${name} [${size}]`, size, a: make(51, fill), b: make(52, fillB) };
  return except ? { ...made, except } : made;
}

const normal: Fill = (random) => random.normal();

function pairs(): Pair[] {
  const same = pair('equal', [1, 3, 3, 21], normal);
  const near = pair('nearly equal', [1, 3, 3, 64], normal);
  const at = (value: number): Fill => {
    return (random, location, channel) => (location === 1 && channel === 2 ? value : random.normal());
  };
  const zeroAt1: Fill = (random, location) => (location === 1 ? 0 : random.normal());
  const short: Fill = (random, location) => random.normal() * [1, 1e-9, 1e-13, 0][location % 4]!;
  const gpu = (reason: string) => ({ webgpu: reason });
  return [
    pair('one number', [1, 1, 1, 1], normal),
    pair('one location', [1, 1, 1, 3], normal),
    pair('odd', [2, 3, 5, 7], normal),
    pair('one below a block', [1, 2, 2, 15], normal),
    pair('a block', [1, 2, 2, 16], normal),
    pair('one above a block', [1, 2, 2, 17], normal),
    pair('channels', [1, 2, 3, 130], normal),
    pair('a whole map', [2, 1, 1, 4099], normal),
    { ...same, b: same.a },
    { ...same, name: 'opposite', b: same.a.map((value) => -value) },
    { ...same, name: 'a multiple', b: same.a.map((value) => value * 3) },
    { ...near, b: near.a.map((value, i) => value * (1 + 1e-4 * Math.sin(i))) },
    pair('zero', [1, 2, 2, 9], zeroAt1, normal),
    pair('zero in both', [1, 2, 2, 9], zeroAt1, zeroAt1),
    pair('shorter than the least norm', [1, 4, 4, 6], short, (random, location) => short(random, location >> 2, 0)),
    pair(
      'tiny',
      [1, 2, 3, 19],
      (random) => 1e-25 * random.normal(),
      (random) => 1e-20 * random.normal(),
    ),
    pair(
      'huge',
      [1, 2, 3, 19],
      (random) => 1e34 * random.normal(),
      (random) => 1e25 * random.normal(),
    ),
    pair('huge and ordinary', [1, 2, 3, 19], (random) => 1e30 * random.normal(), normal),
    pair(
      'subnormal',
      [1, 1, 2, 5],
      (random) => 1e-40 * random.normal(),
      normal,
      gpu('WGSL may flush subnormal numbers to 0'),
    ),
    pair('with NaN', [1, 2, 2, 9], at(Number.NaN), normal, gpu('WGSL may assume that there is no NaN')),
    pair(
      'with infinity',
      [1, 2, 2, 9],
      at(Number.POSITIVE_INFINITY),
      normal,
      gpu('WGSL may assume that there is no infinity'),
    ),
  ];
}

/**
 * How far a computed unit vector may be from the true one, in L2: channels roundings of the squared norm, halved by the root, and a
 * few of the root, the quotients and the difference; of two vectors.
 */
function unitError(channels: number): number {
  return (channels + 16) * 2 ** -24;
}

function given({ a, b, size }: Pair, kind: DifferenceKind): DifferenceInputs {
  const index = KINDS.indexOf(kind);
  return { a, b, channels: size[3], isCosine: kind === 'cosine', epsilon: EPSILONS[index] ?? 0 };
}

const inputsOf = ({ a, b, size }: Pair) => ({ a: { values: a, shape: size }, b: { values: b, shape: size } });

function differenceCase(from: Pair, kind: DifferenceKind): KernelCase {
  const except = from.except && { except: from.except };
  return {
    name: `${from.name} ${kind}`,
    inputs: inputsOf(from),
    numbers: { kind: KINDS.indexOf(kind) },
    expected: () => {
      const distances = normalizedDifferenceReference(given(from, kind));
      const unit = unitError(from.size[3]);
      // d/2 |e|^2 for an error of e, and the roundings of the sum; 1 - product of short vectors is near 1.
      const error = distances.map((d) => Math.sqrt(2 * d) * unit + unit * unit + unit * d);
      return [{ values: Float32Array.from(distances), shape: from.size.slice(0, 3), error }];
    },
    ...except,
  };
}

function gradientCase(from: Pair, kind: DifferenceKind): KernelCase {
  const except = from.except && { except: from.except };
  const [batch, height, width, channels] = from.size;
  const random = new Random(53);
  const upstream = Float32Array.from({ length: batch * height * width }, () => random.normal());
  return {
    name: `${from.name} ${kind}`,
    inputs: { ...inputsOf(from), upstream: { values: upstream, shape: from.size.slice(0, 3) } },
    numbers: { kind: KINDS.indexOf(kind) },
    expected: () => {
      const inputs = given(from, kind);
      const gradient = normalizedDifferenceGradientReference(inputs, upstream);
      const error = gradient.map((value, i) => {
        const location = Math.floor(i / channels);
        const [normA, normB] = [inputs.a, inputs.b].map((vectors) => {
          const vector = vectors.subarray(location * channels, (location + 1) * channels);
          return Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
        }) as [number, number];
        const scale = Math.abs(upstream[location]!) / Math.max(normA, inputs.epsilon);
        // e - u (u e): every factor is off by the unit vectors' error; |e| is no more than the lengths of u and v, which are 1 unless clamped.
        const lengths = Math.min(1, normA / inputs.epsilon) + Math.min(1, normB / inputs.epsilon);
        return 3 * unitError(channels) * scale * lengths + 2 ** -22 * Math.abs(value) + 2 ** -149;
      });
      return [{ values: Float32Array.from(gradient), shape: from.size, error }];
    },
    ...except,
  };
}

export const NORMALIZED_DIFFERENCE_SUITE: KernelSuite = {
  kernel: NORMALIZED_DIFFERENCE,
  cases: () => KINDS.flatMap((kind) => pairs().map((from) => differenceCase(from, kind))),
  smoke: ['odd [2,3,5,7] squared', 'zero [1,2,2,9] cosine'],
};

export const NORMALIZED_DIFFERENCE_GRADIENT_SUITE: KernelSuite = {
  kernel: NORMALIZED_DIFFERENCE_GRADIENT,
  cases: () => KINDS.flatMap((kind) => pairs().map((from) => gradientCase(from, kind))),
  smoke: ['odd [2,3,5,7] cosine'],
};
