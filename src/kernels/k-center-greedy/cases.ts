// Inputs of kCenterGreedy that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { correlated } from '../top-k-neighbors/cases.js';
import { K_CENTER_ADVANCE, K_CENTER_START } from './kernels.js';
import { kCenterGreedyReference, padded } from './reference.js';

export interface KCenterCase {
  readonly name: string;
  /** [N, D] */
  readonly features: Float32Array;
  readonly depth: number;
  readonly count: number;
  /** [N] */
  readonly anchor: Float32Array;
  /** Why only kernels that follow the reference bit for bit must pick the same. */
  readonly delicate?: string;
}

type Fill = (random: Random, row: number, column: number) => number;

const LAST_BITS = 'distances that differ in the last bits only decide the picks, and stock ops add in another order';
const LIMITS = 'squares beyond the range of float32 depend on the order of adding them';

function make(name: string, n: number, depth: number, count: number, fill: Fill, delicate?: string): KCenterCase {
  const random = new Random(5);
  const features = Float32Array.from({ length: n * depth }, (_, i) => fill(random, Math.floor(i / depth), i % depth));
  return withAnchor(name, features, depth, count, delicate);
}

function withAnchor(
  name: string,
  features: Float32Array,
  depth: number,
  count: number,
  delicate?: string,
): KCenterCase {
  const n = features.length / depth;
  const anchor = new Float32Array(n).map((_, i) =>
    Math.hypot(...features.subarray(i * depth, (i + 1) * depth).map((value, d) => value - features[d]!)),
  );
  const named = { name: `${name} N=${n} D=${depth} count=${count}`, features, depth, count, anchor };
  return delicate === undefined ? named : { ...named, delicate };
}

export function kCenterCases(): KCenterCase[] {
  const gauss: Fill = (random) => random.normal();
  const sometimes =
    (odd: number): Fill =>
    (random, row, column) =>
      row % 11 === 3 && column === 1 ? odd : random.normal();
  return [
    make('one point', 1, 3, 1, gauss),
    make('one number each', 17, 1, 9, gauss),
    make('normal', 255, 15, 40, gauss),
    make('normal', 256, 16, 40, gauss),
    make('normal', 257, 33, 257, gauss),
    make('normal', 700, 130, 90, gauss),
    withAnchor('correlated', correlated(31, 1500, 128), 128, 300),
    withAnchor('correlated', correlated(32, 900, 61), 61, 200),
    make('lattice with ties', 400, 3, 120, (_, row, column) => Math.floor(row / 7 ** column) % 7),
    make('duplicates', 300, 20, 50, (_, row, column) => Math.sin((row % 10) * 7 + column)),
    make('all equal', 70, 8, 5, () => 0.1),
    make('rank one', 500, 64, 80, (_, row, column) => Math.sin(row * 0.37) * Math.cos(column), LAST_BITS),
    make('NaN', 120, 24, 60, sometimes(Number.NaN)),
    make('infinite', 120, 24, 60, sometimes(Number.NEGATIVE_INFINITY)),
    make('subnormal', 120, 24, 60, (random) => random.normal() * 1e-41),
    make('tiny', 300, 32, 40, (random) => random.normal() * 1e-18, LIMITS),
    make('huge', 300, 32, 40, (random) => random.normal() * 1e17),
    make('overflowing', 100, 32, 40, (random) => random.normal() * 1e20, LIMITS),
    make('far from the origin', 300, 64, 60, (random) => 1000 + random.normal()),
  ];
}

/** What WGSL leaves open: implementations may assume that these do not occur, and flush subnormal numbers. */
const BEYOND_WGSL = /^(NaN|infinite|subnormal|tiny|overflowing)/;

function kernelCase({ name, features, depth, count, anchor, delicate }: KCenterCase, bounds: 0 | 1): KernelCase {
  const wgsl = BEYOND_WGSL.test(name) ? 'WGSL does not define NaN, infinities and subnormal numbers' : delicate;
  return {
    name: `${name}${bounds ? '' : ', a pass for every pick'}`,
    inputs: {
      features: { values: features, shape: [features.length / depth, depth] },
      anchors: { values: anchor, shape: [anchor.length] },
    },
    numbers: { count, bounds, from: 0, to: count },
    expected: () => {
      const found = padded(kCenterGreedyReference(features, depth, anchor.slice(), count), count);
      // A sum of `depth` squares of differences, then its root; the reference rounds as much.
      const error = Float64Array.from(found.radii, (radius) => (depth + 8) * 2 ** -24 * radius);
      return [
        { values: found.indices, shape: [count] },
        { values: found.radii, shape: [count], error },
      ];
    },
    except: { ...(delicate && { composite: delicate }), ...(wgsl && { webgpu: wgsl }) },
  };
}

export const K_CENTER_SUITE: KernelSuite = {
  kernel: K_CENTER_ADVANCE,
  start: K_CENTER_START,
  cases: () => kCenterCases().flatMap((each) => [kernelCase(each, 1), kernelCase(each, 0)]),
  smoke: ['one point N=1 D=3 count=1', 'normal N=255 D=15 count=40', 'lattice with ties N=400 D=3 count=120'],
};
