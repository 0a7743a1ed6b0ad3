// Inputs of ssimMap and of its gradient that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { ssimMapError, ssimMapGradientError } from './error.js';
import { SSIM_MAP, SSIM_MAP_GRADIENT } from './kernel.js';
import { outputSize, PADDINGS, paddingOf, type SsimPadding } from './plan.js';
import { type SsimInputs, ssimMapGradientReference, ssimMapReference } from './reference.js';

type Size = readonly [batch: number, height: number, width: number, channels: number];
type Fill = (random: Random, at: number) => number;

interface Pair {
  readonly name: string;
  readonly size: Size;
  readonly padding: SsimPadding;
  readonly range: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly except?: Readonly<Record<string, string>>;
}

const uniform: Fill = (random) => random.uniform();

function pair(name: string, size: Size, padding: SsimPadding, fill = uniform, more: Partial<Pair> = {}): Pair {
  const length = size.reduce((product, side) => product * side, 1);
  const make = (seed: number) => {
    const random = new Random(seed);
    return Float32Array.from({ length }, (_, at) => fill(random, at));
  };
  return { name: `${name} [${size}] ${padding}`, size, padding, range: 1, a: make(57), b: make(58), ...more };
}

function pairs(): Pair[] {
  const smooth = pair('alike', [1, 20, 21, 1], 'zero', (_, at) => 0.5 + 0.4 * Math.sin(at / 7));
  const near = smooth.b.map((value, i) => value + 0.01 * Math.cos(i));
  const spotted =
    (value: number): Fill =>
    (random, at) =>
      at === 40 ? value : random.uniform();
  const gpu = (reason: string) => ({ except: { webgpu: reason } });
  return [
    pair('one pixel', [1, 1, 1, 1], 'zero'),
    pair('one row', [1, 1, 9, 2], 'zero'),
    pair('one column', [1, 9, 1, 1], 'zero'),
    pair('smaller than the window', [2, 4, 7, 1], 'zero'),
    pair('one window', [1, 11, 11, 1], 'valid'),
    pair('one window wide', [1, 17, 11, 3], 'valid'),
    ...PADDINGS.flatMap((padding) => [
      pair('odd', [2, 13, 19, 1], padding),
      pair('colour', [1, 16, 17, 3], padding),
      pair('channels', [1, 12, 12, 6], padding),
    ]),
    pair('a small range of large values', [1, 14, 15, 1], 'valid', (random) => 200 + 10 * random.uniform(), {
      range: 255,
    }),
    pair('both signs', [1, 14, 15, 1], 'zero', (random) => 2 * random.uniform() - 1),
    { ...smooth, b: near },
    { ...smooth, name: 'equal', b: smooth.a },
    { ...smooth, name: 'opposite', b: smooth.a.map((value) => -value) },
    pair('zeros', [1, 12, 12, 1], 'zero', () => 0),
    pair('huge', [1, 12, 13, 1], 'zero', (random) => 1e15 * random.normal(), { range: 1e6 }),
    pair('tiny', [1, 12, 13, 1], 'zero', (random) => 1e-12 * random.normal()),
    pair(
      'subnormal',
      [1, 12, 13, 1],
      'zero',
      (random) => 1e-40 * random.normal(),
      gpu('WGSL may flush subnormal numbers to 0'),
    ),
    pair('with NaN', [1, 13, 14, 1], 'zero', spotted(Number.NaN), gpu('WGSL may assume that there is no NaN')),
    pair('with infinity', [1, 13, 14, 1], 'zero', spotted(Infinity), gpu('WGSL may assume that there is no infinity')),
  ];
}

function given({ a, b, size, padding, range }: Pair): SsimInputs {
  const [batch, height, width, channels] = size;
  const shape = { batch, height, width, channels };
  return { a, b, shape, pad: paddingOf(padding), c1: (0.01 * range) ** 2, c2: (0.03 * range) ** 2 };
}

function shapeOf({ size: [batch, height, width, channels], padding }: Pair): number[] {
  const pad = paddingOf(padding);
  return [batch, outputSize(height, pad), outputSize(width, pad), channels];
}

function common({ name, size, a, b, padding, range, except }: Pair) {
  return {
    name,
    inputs: { a: { values: a, shape: size }, b: { values: b, shape: size } },
    numbers: { range, padding: PADDINGS.indexOf(padding) },
    ...(except && { except }),
  };
}

function mapCase(from: Pair): KernelCase {
  return {
    ...common(from),
    expected: () => {
      const values = Float32Array.from(ssimMapReference(given(from)));
      return [{ values, shape: shapeOf(from), error: ssimMapError(given(from)) }];
    },
  };
}

function gradientCase(from: Pair): KernelCase {
  const shape = shapeOf(from);
  const random = new Random(59);
  const upstream = Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () =>
    random.normal(),
  );
  const made = common(from);
  return {
    ...made,
    inputs: { ...made.inputs, upstream: { values: upstream, shape } },
    expected: () => {
      const values = Float32Array.from(ssimMapGradientReference(given(from), upstream));
      return [{ values, shape: from.size, error: ssimMapGradientError(given(from), upstream) }];
    },
  };
}

export const SSIM_MAP_SUITE: KernelSuite = {
  kernel: SSIM_MAP,
  cases: () => pairs().map(mapCase),
  smoke: ['colour [1,16,17,3] zero', 'odd [2,13,19,1] valid'],
};

export const SSIM_MAP_GRADIENT_SUITE: KernelSuite = {
  kernel: SSIM_MAP_GRADIENT,
  cases: () => pairs().map(gradientCase),
  smoke: ['colour [1,16,17,3] zero'],
};
