// Inputs of channelPermute. Values are moved, never computed: every bit must agree.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { inversePermutation } from './index.js';
import { CHANNEL_PERMUTE } from './kernel.js';
import { channelPermuteReference } from './reference.js';

type Fill = (random: Random) => number;

function make(
  name: string,
  rows: number,
  channels: number,
  fill: Fill = (random) => random.normal(),
  except?: KernelCase['except'],
): KernelCase {
  const random = new Random(51);
  const order = Int32Array.from(random.sample(channels, channels));
  const values = Float32Array.from({ length: rows * channels }, () => fill(random));
  const shape = [rows, channels];
  return {
    name: `${name} ${rows}x${channels}`,
    inputs: {
      x: { values, shape },
      order: { values: order, shape: [channels] },
      inverse: { values: inversePermutation(order), shape: [channels] },
    },
    expected: () => [{ values: channelPermuteReference(values, order), shape }],
    ...(except && { except }),
  };
}

const SIZES = [
  [1, 1],
  [3, 1],
  [4, 2],
  [5, 3],
  [1, 4],
  [7, 5],
  [8, 16],
  [9, 31],
  [66, 65],
  [2, 1024],
] as const;

const BEYOND_WGSL = { webgpu: 'WGSL may flush subnormals and assume that there are no NaN and no infinities' };
const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-45, 1e-40, 3.4e38];

export const CHANNEL_PERMUTE_SUITE: KernelSuite = {
  kernel: CHANNEL_PERMUTE,
  cases: () => [
    ...SIZES.map(([rows, channels]) => make('normal', rows, channels)),
    make('any value', 6, 9, (random) => odd[random.below(odd.length)]!, BEYOND_WGSL),
  ],
  smoke: ['normal 9x31'],
};
