// Inputs of topKNeighbors and NeighborIndex that tests and benches share.
import { Random } from '../../runtime/random.js';

export interface NeighborCase {
  readonly name: string;
  /** [Q, D] */
  readonly queries: Float32Array;
  /** [M, D] */
  readonly bank: Float32Array;
  readonly depth: number;
  readonly k: number;
  /**
   * Relative tolerance of squared distances for kernels that are not bit-exact: sums of `depth` products in float32, each
   * off by at most depth x 2^-24, with room for a backend's own order.
   */
  readonly tolerance: number;
}

type Fill = (random: Random, row: number, column: number) => number;

const gauss: Fill = (random) => random.normal();

/** Low-rank rows with noise: like features, a few directions hold most of the variance. */
export function correlated(seed: number, rows: number, depth: number, rank = 12): Float32Array {
  // The directions are the same for every seed, so that queries and bank share them.
  const shared = new Random(77);
  const directions = Array.from({ length: rank }, (_, r) =>
    Array.from({ length: depth }, () => shared.normal() * 3 * 0.85 ** r),
  );
  const random = new Random(seed);
  const out = new Float32Array(rows * depth);
  for (let i = 0; i < rows; i++) {
    const weights = Array.from({ length: rank }, () => random.normal());
    for (let d = 0; d < depth; d++) {
      out[i * depth + d] = weights.reduce((sum, w, r) => sum + w * directions[r]![d]!, 0.3 * random.normal());
    }
  }
  return out;
}

function filled(seed: number, rows: number, depth: number, fill: Fill): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: rows * depth }, (_, i) => fill(random, Math.floor(i / depth), i % depth));
}

function make(name: string, q: number, m: number, depth: number, k: number, fill: Fill = gauss, queryFill = fill) {
  return {
    name: `${name} Q=${q} M=${m} D=${depth} k=${k}`,
    queries: filled(11, q, depth, queryFill),
    bank: filled(12, m, depth, fill),
    depth,
    k,
    tolerance: 4 * depth * 2 ** -24 + 1e-6,
  } satisfies NeighborCase;
}

const SIZES = [
  [1, 1, 1, 1],
  [1, 9, 3, 9],
  [2, 5, 15, 2],
  [3, 8, 16, 1],
  [5, 7, 17, 3],
  [4, 33, 31, 4],
  [17, 63, 64, 2],
  [3, 65, 65, 1],
  [7, 130, 127, 5],
  [9, 66, 333, 3],
] as const;

export function neighborCases(): NeighborCase[] {
  const duplicates: Fill = (_, row, column) => ((row % 3) + 1) * (column + 1);
  const holes: Fill = (random, row, column) => {
    const value = random.normal();
    if (row % 4 === 1 && column === 2) return Number.NaN;
    return row % 4 === 2 && column === 0 ? Number.POSITIVE_INFINITY : value;
  };
  return [
    ...SIZES.map(([q, m, d, k]) => make('normal', q, m, d, k)),
    make('ties and duplicates', 4, 40, 20, 6, duplicates),
    make('all equal', 3, 20, 19, 4, () => 0.1),
    make('NaN and infinity in the bank', 4, 12, 18, 5, holes, gauss),
    make('NaN and infinity in the queries', 8, 12, 18, 3, gauss, holes),
    make('only NaN', 2, 5, 8, 2, () => Number.NaN),
    make('tiny', 3, 20, 24, 2, (random) => random.normal() * 1e-18),
    make('huge', 3, 20, 24, 2, (random) => random.normal() * 1e17),
    make('overflowing', 3, 20, 24, 2, (random) => random.normal() * 1e20),
    make('far from the origin', 5, 40, 48, 3, (random) => 100 + random.normal()),
  ];
}

/** Banks large enough for NeighborIndex to prune, with the shapes that could mislead it. */
export function indexCases(): NeighborCase[] {
  const clustered: Fill = (random, row, column) => Math.sin((row % 7) * 13 + column) * 5 + 0.05 * random.normal();
  const rankOne: Fill = (_, row, column) => Math.sin(row * 0.37) * Math.cos(column);
  const magnitudes: Fill = (random, row) => random.normal() * 10 ** ((row % 60) - 30);
  const poisoned: Fill = (random, row) => (row % 50 === 7 ? Number.NaN : random.normal());
  const features = (name: string, q: number, m: number, depth: number, k: number): NeighborCase => ({
    ...make(name, 1, 1, depth, k),
    name: `${name} Q=${q} M=${m} D=${depth} k=${k}`,
    queries: correlated(21, q, depth),
    bank: correlated(22, m, depth),
  });
  return [
    make('normal', 5, 256, 48, 1),
    make('normal', 6, 257, 128, 3),
    make('normal', 33, 300, 513, 2),
    features('correlated', 18, 1003, 64, 1),
    features('correlated', 21, 700, 520, 4),
    make('clustered', 10, 500, 130, 3, clustered),
    make('all equal', 3, 300, 64, 300, () => 0.1),
    make('zero', 3, 300, 64, 2, () => 0),
    make('rank one', 9, 400, 96, 5, rankOne),
    make('all magnitudes', 60, 600, 48, 2, magnitudes),
    make('tiny', 5, 300, 64, 2, (random) => random.normal() * 1e-18),
    make('underflowing', 5, 300, 64, 3, (random) => random.normal() * 1e-24),
    make('huge', 5, 300, 64, 2, (random) => random.normal() * 1e17),
    make('overflowing', 5, 300, 64, 2, (random) => random.normal() * 1e20),
    make('NaN rows', 5, 300, 64, 2, poisoned, gauss),
    make('far from the origin', 8, 400, 64, 3, (random) => 1000 + random.normal()),
  ];
}
