// Inputs of topKNeighbors and NeighborIndex that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, TOP_K_NEIGHBORS } from './kernels.js';
import { indexWidth } from './plan.js';
import { topKNeighborsReference } from './reference.js';

export interface NeighborCase {
  readonly name: string;
  /** [Q, D] */
  readonly queries: Float32Array;
  /** [M, D] */
  readonly bank: Float32Array;
  readonly depth: number;
  readonly k: number;
  /**
   * Relative error of squared distances in another order of adding: a difference rounds once, its square counts that twice and
   * rounds, and so does each of the sums, here and in the reference.
   */
  readonly tolerance: number;
}

type Fill = (random: Random, row: number, column: number) => number;

const gauss: Fill = (random) => random.normal();
const magnitudes: Fill = (random, row) => random.normal() * 10 ** ((row % 60) - 30);

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
    tolerance: 2 * (depth + 3) * 2 ** -24,
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
  // As many rows as make sketches pay, and their blocks of 8 rows and 4 queries.
  [12, 32, 8, 1],
  [13, 33, 9, 2],
  [15, 100, 47, 100],
  [16, 1033, 100, 3],
  [19, 257, 1027, 9],
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
    ...[4, 14].flatMap((q) => [
      make('ties and duplicates', q, 40, 20, 6, duplicates),
      make('all equal', q, 36, 19, 4, () => 0.1),
      make('zero', q, 36, 19, 4, () => 0),
      make('NaN and infinity in the bank', q, 36, 18, 5, holes, gauss),
      make('NaN and infinity in the queries', 2 * q, 36, 18, 3, gauss, holes),
      make('only NaN', q, 36, 8, 2, () => Number.NaN),
      make('subnormal', q, 36, 24, 2, (random) => random.normal() * 1e-41),
      make('tiny', q, 36, 24, 2, (random) => random.normal() * 1e-18),
      make('huge', q, 36, 24, 2, (random) => random.normal() * 1e17),
      make('overflowing', q, 36, 24, 2, (random) => random.normal() * 1e20),
      make('all magnitudes', 2 * q, 60, 24, 2, magnitudes),
      make('far from the origin', q, 40, 48, 3, (random) => 100 + random.normal()),
      make(
        'one number outweighs the rest',
        q,
        40,
        64,
        3,
        (random, _, column) => random.normal() * (column === 5 ? 1e6 : 1),
      ),
    ]),
  ];
}

/** Banks large enough for NeighborIndex to prune, with the shapes that could mislead it. */
export function indexCases(): NeighborCase[] {
  const clustered: Fill = (random, row, column) => Math.sin((row % 7) * 13 + column) * 5 + 0.05 * random.normal();
  const rankOne: Fill = (_, row, column) => Math.sin(row * 0.37) * Math.cos(column);
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

const LIMITS = 'squares beyond the range of float32 depend on the order of adding them';
/** What WGSL leaves open: implementations may assume that these do not occur, and flush subnormal numbers. */
const WGSL = 'WGSL does not define NaN, infinities and subnormal numbers';
const BITS = 'only kernels that add in the order of distance.ts have its bits';

function kernelCase({ name, queries, bank, depth, k }: NeighborCase): KernelCase {
  return {
    name,
    inputs: {
      queries: { values: queries, shape: [queries.length / depth, depth] },
      bank: { values: bank, shape: [bank.length / depth, depth] },
    },
    numbers: { k, width: indexWidth(bank.length / depth, depth) },
    expected: () => {
      const { squared, rows } = topKNeighborsReference(queries, bank, depth, k);
      const shape = [queries.length / depth, k];
      return [
        { values: squared, shape },
        { values: rows, shape },
      ];
    },
    except: { composite: BITS, webgpu: BITS },
  };
}

/** For kernels that add in an order of their own. */
function boundedCase(c: NeighborCase): KernelCase {
  const exact = kernelCase(c);
  const isBeyond = /^(subnormal|tiny|overflowing|all magnitudes)/.test(c.name);
  return {
    ...exact,
    name: `${c.name}, in any order of adding`,
    expected: () => {
      const [squared, rows] = exact.expected();
      if (!squared || !rows) return [];
      const error = Float64Array.from(squared.values, (value) => c.tolerance * value);
      return [{ ...squared, error }, rows];
    },
    except: {
      cpu: 'held to every bit',
      wasm: 'held to every bit',
      ...(isBeyond && { composite: LIMITS }),
      ...((isBeyond || /NaN/.test(c.name)) && { webgpu: WGSL }),
    },
  };
}

export const TOP_K_SUITE: KernelSuite = {
  kernel: TOP_K_NEIGHBORS,
  cases: () => neighborCases().flatMap((c) => [kernelCase(c), boundedCase(c)]),
  smoke: ['normal Q=3 M=8 D=16 k=1', 'normal Q=13 M=33 D=9 k=2', 'normal Q=13 M=33 D=9 k=2, in any order of adding'],
};

export const NEIGHBOR_INDEX_SUITE: KernelSuite = {
  kernel: NEIGHBOR_INDEX_SEARCH,
  start: NEIGHBOR_INDEX_BUILD,
  cases: () => indexCases().map(kernelCase),
  smoke: ['normal Q=5 M=256 D=48 k=1'],
};
