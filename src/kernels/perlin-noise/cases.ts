// Inputs of perlinNoise, with results and bounds from the reference.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { PERLIN_NOISE } from './kernel.js';
import { type PerlinSizes, perlinGradients, perlinNoiseReference } from './reference.js';

/**
 * A corner's product is at most 2 G for gradients of components up to G. The fade sums terms of 6, 15 and 10, so it is off by up to
 * 64 units of 2^-24; both interpolations multiply that with a difference of up to 4 G, and round a dozen times values of 4 G.
 */
const error = (largest: number) => Math.SQRT2 * largest * (2 * 64 * 4 + 48) * 2 ** -24 + 2 ** -140;

type Fill = (random: Random) => number;
type Sizes = readonly [batch: number, rows: number, columns: number, height: number, width: number];

function make(
  name: string,
  [batch, rows, columns, height, width]: Sizes,
  fill?: Fill,
  except?: KernelCase['except'],
): KernelCase {
  const sizes: PerlinSizes = { batch, rows, columns, height, width };
  const random = new Random(61);
  const points = batch * (rows + 1) * (columns + 1);
  const gradients = fill
    ? Float32Array.from({ length: 2 * points }, () => fill(random))
    : perlinGradients(
        Array.from({ length: points }, () => 2 * Math.PI * random.uniform()),
        1,
      );
  const largest = gradients.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  return {
    name: `${name} ${batch}x${height}x${width} of ${rows}x${columns}`,
    inputs: { gradients: { values: gradients, shape: [points, 2] } },
    numbers: { ...sizes },
    expected: () => [
      { values: perlinNoiseReference(gradients, sizes), shape: [batch, height, width], error: error(largest) },
    ],
    ...(except && { except }),
  };
}

const SIZES: readonly Sizes[] = [
  [1, 1, 1, 1, 1],
  [1, 1, 1, 3, 3],
  [2, 2, 4, 16, 16],
  [1, 4, 2, 32, 31],
  [3, 3, 5, 17, 23],
  [1, 8, 16, 64, 65],
  [1, 7, 9, 5, 4],
  [2, 32, 32, 64, 128],
];

const NOT_FINITE = { webgpu: 'WGSL may assume that there are no NaN and no infinities' };
const SUBNORMAL = { webgpu: 'WGSL may flush subnormal numbers' };

export const PERLIN_NOISE_SUITE: KernelSuite = {
  kernel: PERLIN_NOISE,
  cases: () => [
    ...SIZES.map((sizes) => make('unit', sizes)),
    make('zero', [1, 3, 3, 9, 9], () => 0),
    make('huge', [1, 3, 3, 9, 10], (random) => random.normal() * 1e30),
    make('tiny', [1, 3, 3, 9, 10], (random) => random.normal() * 1e-30),
    make('subnormal', [1, 3, 3, 9, 10], (random) => random.normal() * 1e-40, SUBNORMAL),
    make('NaN', [1, 6, 6, 13, 24], (random) => (random.below(9) === 0 ? Number.NaN : 1), NOT_FINITE),
    make('infinite', [1, 6, 6, 13, 24], (random) => (random.below(9) === 0 ? Number.POSITIVE_INFINITY : 1), NOT_FINITE),
  ],
  smoke: ['unit 3x17x23 of 3x5'],
};
