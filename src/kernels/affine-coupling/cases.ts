// Inputs of affineCoupling, its inverse and its gradient, with results and bounds from the reference.
import { Random } from '../../runtime/random.js';
import type { ExpectedTensor, KernelCase, KernelSuite } from '../case.js';
import { AFFINE_COUPLING, AFFINE_COUPLING_GRADIENT, AFFINE_COUPLING_INVERSE } from './kernel.js';
import {
  ATAN,
  affineCouplingGradientReference,
  affineCouplingReference,
  type Clamp,
  logScale,
  logScaleSlope,
  TANH,
} from './reference.js';

const UNIT = 2 ** -24;
const TINY = 2 ** -149;
const GLOW: Clamp = { activation: ATAN, alpha: 3, slope: 1 / 3, shift: 1 };
const FASTFLOW: Clamp = { activation: TANH, alpha: 2, slope: 0.1, shift: 0.1 };

interface Given {
  readonly name: string;
  readonly samples: number;
  readonly rows: number;
  readonly channels: number;
  readonly clamp: Clamp;
  readonly x: Float32Array;
  readonly parameters: Float32Array;
  readonly except?: Readonly<Record<string, string>>;
}

/**
 * rho: the product slope * s, a quotient (2.5 units in the last place in WGSL), a polynomial and the factor, each term at most alpha
 * in size: 16 units of 2^-24 alpha. exp: 3 + 2 |rho| units in the last place (WGSL's allowance).
 */
function relativeErrors(rho: number, alpha: number): { rho: number; exp: number } {
  const error = 16 * UNIT * alpha;
  return { rho: error, exp: error + (10 + 4 * Math.abs(rho)) * UNIT };
}

function placeOf(i: number, channels: number): number {
  return i + Math.floor(i / channels) * channels;
}

function expectCoupling({ samples, channels, clamp, x, parameters }: Given, inverse: boolean): ExpectedTensor[] {
  const found = affineCouplingReference(x, parameters, channels, samples, clamp, inverse);
  const size = x.length / samples;
  const volume = new Float64Array(samples);
  const error = Float64Array.from(x, (value, i) => {
    const at = placeOf(i, channels);
    const rho = logScale(parameters[at]!, clamp);
    const t = clamp.shift * parameters[at + channels]!;
    const errors = relativeErrors(rho, clamp.alpha);
    volume[Math.floor(i / size)]! += errors.rho + size * UNIT * Math.abs(rho);
    const scaled = (inverse ? Math.abs(value) + Math.abs(t) : Math.abs(value)) * Math.exp(inverse ? -rho : rho);
    return scaled * (errors.exp + 4 * UNIT) + 3 * UNIT * Math.abs(t) + TINY;
  });
  return [
    { values: found.y, shape: [x.length / channels, channels], error },
    { values: found.logDeterminant, shape: [samples], error: volume },
  ];
}

function expectGradient(given: Given, dy: Float32Array, dLogDeterminant: Float32Array): ExpectedTensor[] {
  const { channels, clamp, x, parameters, samples } = given;
  const found = affineCouplingGradientReference(x, parameters, dy, dLogDeterminant, channels, clamp);
  const dxError = new Float64Array(x.length);
  const error = new Float64Array(parameters.length);
  x.forEach((value, i) => {
    const at = placeOf(i, channels);
    const rho = logScale(parameters[at]!, clamp);
    const through = Math.abs(dy[i]!) * Math.exp(rho);
    const relative = relativeErrors(rho, clamp.alpha).exp + 4 * UNIT;
    dxError[i] = through * relative + TINY;
    const sum = through * Math.abs(value) + Math.abs(dLogDeterminant[Math.floor(i / (x.length / samples))]!);
    // 1 - tanh^2 cancels: its error is one of 1, not of itself.
    const slopeError = 16 * UNIT * clamp.alpha * Math.abs(clamp.slope);
    error[at] = sum * (relative * Math.abs(logScaleSlope(parameters[at]!, clamp)) + slopeError) + TINY;
    error[at + channels] = 2 * UNIT * Math.abs(clamp.shift * dy[i]!) + TINY;
  });
  return [
    { values: found.dx, shape: [x.length / channels, channels], error: dxError },
    { values: found.dParameters, shape: [x.length / channels, 2 * channels], error },
  ];
}

function make(
  name: string,
  [samples, rows, channels]: readonly [number, number, number],
  clamp: Clamp = GLOW,
  fill: (random: Random, i: number) => number = (random) => 2 * random.normal(),
  except?: Readonly<Record<string, string>>,
): Given {
  const random = new Random(41);
  const length = samples * rows * channels;
  const x = Float32Array.from({ length }, (_, i) => fill(random, i));
  const parameters = Float32Array.from({ length: 2 * length }, (_, i) => fill(random, i));
  const sizes = `B=${samples} rows=${rows} C=${channels}`;
  return { name: `${name} ${sizes}`, samples, rows, channels, clamp, x, parameters, ...(except && { except }) };
}

const SIZES = [
  [1, 1, 1],
  [1, 1, 3],
  [2, 1, 4],
  [3, 5, 7],
  [1, 2, 127],
  [2, 3, 132],
  [1, 300, 5],
  [2, 70, 33],
] as const;

const NOT_FINITE = { webgpu: 'WGSL may assume that there are no NaN and no infinities' };
const SUBNORMAL = { webgpu: 'WGSL may flush subnormal numbers' };

function givens(): Given[] {
  const holes = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1];
  const hole = (random: Random) => holes[random.below(holes.length)]!;
  return [
    ...SIZES.map((size) => make('atan', size)),
    ...SIZES.map((size) => make('tanh', size, FASTFLOW)),
    make(
      'steep tanh',
      [2, 4, 9],
      { activation: TANH, alpha: 1.9, slope: 1, shift: 1 },
      (random) => 9 * random.normal(),
    ),
    make('around the polynomials ends', [1, 3, 40], { ...FASTFLOW, slope: 1 }, (_, i) => ((i % 21) - 10) * 0.0625),
    make('around 1', [1, 3, 40], { ...GLOW, slope: 1 }, (_, i) => 1 + ((i % 21) - 10) * 2 ** -20),
    make('zero', [1, 2, 6], GLOW, () => 0),
    make('huge', [1, 2, 6], GLOW, (random) => random.normal() * 1e30),
    make('tiny', [1, 2, 6], FASTFLOW, (random) => random.normal() * 1e-30),
    make('subnormal', [1, 2, 6], GLOW, (random) => random.normal() * 1e-40, SUBNORMAL),
    make('NaN and infinity', [2, 3, 11], GLOW, hole, NOT_FINITE),
    make('NaN and infinity under tanh', [2, 3, 11], FASTFLOW, hole, NOT_FINITE),
  ];
}

function toCase(given: Given, more: Record<string, Float32Array>, expected: () => ExpectedTensor[]): KernelCase {
  const { name, samples, channels, clamp, x, parameters, except } = given;
  const rows = x.length / channels;
  return {
    name,
    inputs: {
      x: { values: x, shape: [rows, channels] },
      parameters: { values: parameters, shape: [rows, 2 * channels] },
      ...(more.dy && { dy: { values: more.dy, shape: [rows, channels] } }),
      ...(more.dLogDeterminant && { dLogDeterminant: { values: more.dLogDeterminant, shape: [samples] } }),
    },
    numbers: { samples, ...clamp },
    expected,
    ...(except && { except }),
  };
}

const SMOKE = ['atan B=3 rows=5 C=7', 'tanh B=2 rows=70 C=33'];

export const AFFINE_COUPLING_SUITE: KernelSuite = {
  kernel: AFFINE_COUPLING,
  cases: () => givens().map((given) => toCase(given, {}, () => expectCoupling(given, false))),
  smoke: SMOKE,
};

export const AFFINE_COUPLING_INVERSE_SUITE: KernelSuite = {
  kernel: AFFINE_COUPLING_INVERSE,
  cases: () => givens().map((given) => toCase(given, {}, () => expectCoupling(given, true))),
  smoke: SMOKE,
};

export const AFFINE_COUPLING_GRADIENT_SUITE: KernelSuite = {
  kernel: AFFINE_COUPLING_GRADIENT,
  cases: () =>
    givens().map((given) => {
      const random = new Random(43);
      const dy = Float32Array.from(given.x, () => random.normal());
      const dLogDeterminant = Float32Array.from({ length: given.samples }, () => random.normal());
      return toCase(given, { dy, dLogDeterminant }, () => expectGradient(given, dy, dLogDeterminant));
    }),
  smoke: SMOKE,
};
