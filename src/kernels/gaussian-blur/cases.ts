// Inputs of gaussianBlur that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { GAUSSIAN_BLUR } from './kernel.js';
import { BORDERS, type Border, planBlur } from './plan.js';
import { gaussianBlurReference } from './reference.js';

type Size = readonly [batch: number, height: number, width: number, channels: number];

export function blurCase(
  name: string,
  size: Size,
  sigma: number,
  border: Border,
  fill: (random: Random, at: number) => number,
): KernelCase {
  const [batch, height, width, channels] = size;
  const random = new Random(41);
  const values = Float32Array.from({ length: batch * height * width * channels }, (_, at) => fill(random, at));
  const shape = { batch, height, width, channels };
  const plan = planBlur(height, width, sigma, border);
  return {
    name: `${name} [${size}] sigma ${sigma} ${border}`,
    inputs: { maps: { values, shape: size } },
    numbers: { sigma, border: BORDERS.indexOf(border) },
    expected: () => {
      const blurred = Float32Array.from(gaussianBlurReference(values, shape, plan));
      // Each pass: as many roundings as taps, one of each weight, one of the result; then what lies below the normal numbers.
      const weighed = gaussianBlurReference(values.map(Math.abs), shape, plan);
      const relative = 2 * (plan.taps.length + 2) * 2 ** -24;
      const error = weighed.map((sum) => relative * sum + 2 * plan.taps.length * 2 ** -149);
      return [{ values: blurred, shape: size, error }];
    },
  };
}

const uniform = (random: Random) => random.uniform();

function cases(): KernelCase[] {
  const spotted = (value: number) => (random: Random, at: number) => (at === 30 ? value : random.uniform());
  const tiny = blurCase('subnormal', [1, 6, 9, 1], 1, 'edge', (random) => random.uniform() * 1e-41);
  const flushed = 'WGSL may flush subnormal numbers to 0';
  const infinite = 'WGSL may assume that there is no infinity and no NaN';
  return [
    ...BORDERS.flatMap((border) => [
      blurCase('one pixel', [1, 1, 1, 1], 4, border, uniform),
      blurCase('one row', [1, 1, 7, 1], 1, border, uniform),
      blurCase('one column', [1, 7, 1, 3], 1, border, uniform),
      blurCase('smaller than the radius', [2, 3, 2, 1], 4, border, uniform),
      blurCase('odd', [2, 13, 37, 1], 1.3, border, uniform),
      blurCase('channels', [1, 9, 11, 5], 2, border, uniform),
      blurCase('a map', [1, 65, 33, 1], 4, border, uniform),
    ]),
    blurCase('radius 0', [1, 5, 6, 2], 0.1, 'edge', uniform),
    blurCase('no blur', [1, 5, 6, 1], 0, 'centre', uniform),
    blurCase('both signs', [1, 20, 21, 1], 3, 'edge', (random) => random.normal()),
    blurCase('huge', [1, 12, 13, 1], 2, 'edge', (random) => 3.3e38 * random.uniform()),
    blurCase('tiny', [1, 12, 13, 1], 2, 'edge', (random) => 1e-30 * random.normal()),
    { ...tiny, except: { webgpu: flushed } },
    ...[Number.NaN, Number.POSITIVE_INFINITY].map((value) => {
      const made = blurCase(`with ${value}`, [1, 9, 10, 1], 0.5, 'edge', spotted(value));
      return { ...made, except: { webgpu: infinite } };
    }),
  ];
}

export const GAUSSIAN_BLUR_SUITE: KernelSuite = {
  kernel: GAUSSIAN_BLUR,
  cases,
  smoke: ['odd [2,13,37,1] sigma 1.3 edge', 'smaller than the radius [2,3,2,1] sigma 4 centre'],
};
