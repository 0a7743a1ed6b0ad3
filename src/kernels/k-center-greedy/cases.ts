// Inputs of kCenterGreedy that tests and benches share.
import { Random } from '../../runtime/random.js';
import { correlated } from '../top-k-neighbors/cases.js';

export interface KCenterCase {
  readonly name: string;
  /** [N, D] */
  readonly features: Float32Array;
  readonly depth: number;
  readonly count: number;
  /** [N] */
  readonly anchor: Float32Array;
  /** Picks hinge on ties or on float32's last bits, so that only bit-exact kernels must agree on them. */
  readonly delicate: boolean;
}

type Fill = (random: Random, row: number, column: number) => number;

function make(name: string, n: number, depth: number, count: number, fill: Fill, delicate = false): KCenterCase {
  const random = new Random(5);
  const features = Float32Array.from({ length: n * depth }, (_, i) => fill(random, Math.floor(i / depth), i % depth));
  return withAnchor(name, features, depth, count, delicate);
}

function withAnchor(
  name: string,
  features: Float32Array,
  depth: number,
  count: number,
  delicate: boolean,
): KCenterCase {
  const n = features.length / depth;
  const anchor = new Float32Array(n).map((_, i) =>
    Math.hypot(...features.subarray(i * depth, (i + 1) * depth).map((value, d) => value - features[d]!)),
  );
  return { name: `${name} N=${n} D=${depth} count=${count}`, features, depth, count, anchor, delicate };
}

export function kCenterCases(): KCenterCase[] {
  const gauss: Fill = (random) => random.normal();
  const holes: Fill = (random, row, column) => (row % 11 === 3 && column === 1 ? Number.NaN : random.normal());
  return [
    make('one point', 1, 3, 1, gauss),
    make('normal', 17, 1, 9, gauss, true),
    make('normal', 255, 15, 40, gauss),
    make('normal', 256, 16, 40, gauss),
    make('normal', 257, 33, 257, gauss),
    make('normal', 700, 130, 90, gauss),
    withAnchor('correlated', correlated(31, 1500, 128), 128, 300, false),
    withAnchor('correlated', correlated(32, 900, 61), 61, 200, false),
    make('lattice with ties', 400, 3, 120, (_, row, column) => Math.floor(row / 7 ** column) % 7, true),
    make('duplicates', 300, 20, 50, (_, row, column) => Math.sin((row % 10) * 7 + column)),
    make('all equal', 70, 8, 5, () => 0.1, true),
    make('rank one', 500, 64, 80, (_, row, column) => Math.sin(row * 0.37) * Math.cos(column), true),
    make('NaN', 120, 24, 60, holes, true),
    make('tiny', 300, 32, 40, (random) => random.normal() * 1e-18, true),
    make('huge', 300, 32, 40, (random) => random.normal() * 1e17),
    make('overflowing', 100, 32, 40, (random) => random.normal() * 1e20, true),
    make('far from the origin', 300, 64, 60, (random) => 1000 + random.normal()),
  ];
}
