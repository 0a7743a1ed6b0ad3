// Inputs of covarianceUpdate and covarianceMerge that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { CaseTensor, ExpectedTensor, KernelCase, KernelSuite } from '../case.js';
import { packedSize } from '../packed.js';
import { COVARIANCE_MERGE, COVARIANCE_UPDATE } from './kernel.js';
import {
  covarianceMergeReference,
  covarianceUpdateReference,
  type FeatureBlock,
  type Statistics,
} from './reference.js';

/** Unit roundoff of float32. */
const U = 2 ** -24;

type Fill = (random: Random, image: number, position: number, dimension: number) => number;

const gauss: Fill = (random) => random.normal();

function features(seed: number, batch: number, positions: number, depth: number, fill: Fill): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: batch * positions * depth }, (_, i) =>
    fill(random, Math.floor(i / (positions * depth)), Math.floor(i / depth) % positions, i % depth),
  );
}

function tensors({ anchor, offset, scatter }: Statistics, depth: number): CaseTensor[] {
  const count = anchor.length / depth;
  return [
    { values: anchor, shape: [count, depth] },
    { values: offset, shape: [count, depth] },
    { values: scatter, shape: [count, packedSize(depth)] },
  ];
}

/**
 * Errors of a result whose products come from rows of deviations: offsets to first order by the length of their sums, elements (i, j)
 * by that of theirs, by the rounding of the deviations and by what the error of the offset moves.
 * @param reach [p, D] the largest |x - anchor|, |offset| and, in a merge, |anchor - anchor|
 * @param terms how many images at most share one float32 sum
 * @param weight of the product of the shift
 */
function bounded(
  result: Statistics,
  depth: number,
  reach: Float64Array,
  terms: number,
  weight: number,
): ExpectedTensor[] {
  const { scatter } = result;
  const [anchor, offset, packed] = tensors(result, depth);
  if (!anchor || !offset || !packed) return [];
  // And what an operation on subnormal numbers loses.
  const offsetError = reach.map((value) => (terms + 8) * (U * value + 2 ** -149));
  const scatterError = new Float64Array(scatter.length);
  const size = packedSize(depth);
  for (let p = 0; p * depth < reach.length; p++) {
    const diagonal = (i: number) => scatter[p * size + packedSize(i) + i]!;
    for (let i = 0; i < depth; i++) {
      for (let j = 0; j <= i; j++) {
        // |sum d_i d_j| and the old scatter are under sqrt(s_ii s_jj), which holds for the roundings of the sum.
        const sums = (terms + 8) * U * Math.sqrt(diagonal(i) * diagonal(j));
        const [a, b] = [reach[p * depth + i]!, reach[p * depth + j]!];
        const moved = (offsetError[p * depth + i]! * b + offsetError[p * depth + j]! * a) * weight;
        scatterError[p * size + packedSize(i) + j] = sums + moved + terms * 4 * U * a * b;
      }
    }
  }
  return [anchor, { ...offset, error: offsetError }, { ...packed, error: scatterError }];
}

interface Sizes {
  readonly batch: number;
  readonly positions: number;
  readonly depth: number;
  /** Batches before this one. */
  readonly before?: readonly number[];
  readonly from?: number;
  readonly count?: number;
}

function block(values: Float32Array, sizes: Sizes, batch: number): FeatureBlock {
  const { positions, depth, from = 0, count = positions } = sizes;
  return { features: values, batch, positions, depth, from, count };
}

/** The statistics of some batches in turn. */
function streamed(sizes: Sizes, batches: readonly number[], seed: number, fill: Fill): Statistics | undefined {
  let known: Statistics | undefined;
  let images = 0;
  for (const [i, batch] of batches.entries()) {
    const values = features(seed + i, batch, sizes.positions, sizes.depth, fill);
    known = covarianceUpdateReference(block(values, sizes, batch), images, known);
    images += batch;
  }
  return known;
}

function reachOf({ features: x, batch, positions, depth, from, count }: FeatureBlock, known: Statistics | undefined) {
  const reach = new Float64Array(count * depth);
  for (let at = 0; at < reach.length; at++) {
    const start = from * depth + at;
    const anchor = known ? known.anchor[at]! : x[start]!;
    reach[at] = Math.abs(known?.offset[at] ?? 0);
    for (let b = 0; b < batch; b++)
      reach[at] = Math.max(reach[at]!, Math.abs(x[b * positions * depth + start]! - anchor));
  }
  return reach;
}

const IGNORES_NAN = 'WGSL may assume that there are no NaN and no infinities';

function update(name: string, sizes: Sizes, fill: Fill = gauss, except?: Record<string, string>): KernelCase {
  const { batch, positions, depth, before = [], from = 0, count = positions } = sizes;
  const images = before.reduce((sum, size) => sum + size, 0);
  const known = streamed(sizes, before, 70, fill);
  const values = features(31, batch, positions, depth, fill);
  const [anchor, offset, scatter] = known ? tensors(known, depth) : [];
  const given = block(values, sizes, batch);
  return {
    name: `${name} B=${batch} P=${positions} D=${depth} after ${images} of ${from}+${count}`,
    inputs: {
      features: { values, shape: [batch, positions, depth] },
      ...(anchor && offset && scatter && { anchor, offset, scatter }),
    },
    numbers: { images, from, count },
    expected: () => {
      const weight = 2 * batch;
      return bounded(covarianceUpdateReference(given, images, known), depth, reachOf(given, known), batch + 1, weight);
    },
    ...(except && { except }),
  };
}

function updateCases(): KernelCase[] {
  const hole: Fill = (random, image, position, dimension) => {
    const value = random.normal();
    if (image === 1 && position === 1 && dimension === 2) return Number.NaN;
    return image === 1 && position === 2 && dimension === 0 ? Number.POSITIVE_INFINITY : value;
  };
  const far: Fill = (random) => 1000 + random.normal();
  return [
    update('one image', { batch: 1, positions: 1, depth: 1 }),
    update('one image more', { batch: 1, positions: 1, depth: 1, before: [1] }),
    update('first', { batch: 3, positions: 2, depth: 3 }),
    update('further', { batch: 5, positions: 3, depth: 4, before: [2, 3] }),
    ...[7, 8, 9, 11, 12, 13, 31, 33, 65].map((depth) =>
      update('further', { batch: 4, positions: 2, depth, before: [3] }),
    ),
    update('PaDiM', { batch: 3, positions: 2, depth: 550, before: [2] }),
    update('one by one', { batch: 1, positions: 4, depth: 18, before: [1, 1, 1] }),
    ...[63, 64, 65, 129].map((batch) => update('long', { batch, positions: 1, depth: 6, before: [2] })),
    update('a range', { batch: 4, positions: 7, depth: 10, before: [3], from: 2, count: 4 }),
    update('the last position', { batch: 4, positions: 7, depth: 10, from: 6, count: 1 }),
    update('equal images', { batch: 4, positions: 2, depth: 9, before: [2] }, (_, __, p, d) => 0.1 * (p + d)),
    update('far from the origin', { batch: 9, positions: 2, depth: 12, before: [5, 6] }, far),
    update('tiny', { batch: 4, positions: 2, depth: 9, before: [3] }, (random) => random.normal() * 1e-15),
    update('huge', { batch: 4, positions: 2, depth: 9, before: [3] }, (random) => random.normal() * 1e15),
    update('subnormal', { batch: 4, positions: 2, depth: 9, before: [3] }, (random) => random.normal() * 1e-41, {
      webgpu: 'WGSL may flush subnormal numbers to zero',
    }),
    update('NaN and infinity', { batch: 4, positions: 3, depth: 9, before: [3] }, hole, { webgpu: IGNORES_NAN }),
    update('NaN in the first batch', { batch: 2, positions: 3, depth: 9 }, hole, { webgpu: IGNORES_NAN }),
  ];
}

function merge(
  name: string,
  counts: readonly [number, number],
  count: number,
  depth: number,
  fill: Fill = gauss,
): KernelCase {
  const sizes = { batch: 0, positions: count, depth };
  const [a, b] = [streamed(sizes, [counts[0]], 5, fill), streamed(sizes, [counts[1]], 6, fill)];
  if (!a || !b) throw new Error('a merge has two sides');
  const [anchor, offset, scatter] = tensors(a, depth);
  const [otherAnchor, otherOffset, otherScatter] = tensors(b, depth);
  if (!anchor || !offset || !scatter || !otherAnchor || !otherOffset || !otherScatter) throw new Error('three tensors');
  return {
    name: `${name} n=${counts[0]} m=${counts[1]} p=${count} D=${depth}`,
    inputs: { anchor, offset, scatter, otherAnchor, otherOffset, otherScatter },
    numbers: { images: counts[0], otherImages: counts[1] },
    expected: () => {
      const reach = Float64Array.from(
        a.anchor,
        (value, i) => Math.abs(value - b.anchor[i]!) + Math.abs(a.offset[i]!) + Math.abs(b.offset[i]!),
      );
      // Of the product of the shift: n m / (n + m).
      const weight = (2 * (counts[0] * counts[1])) / (counts[0] + counts[1]);
      return bounded(covarianceMergeReference(a, b, ...counts), depth, reach, 2, weight);
    },
  };
}

function mergeCases(): KernelCase[] {
  return [
    merge('single images', [1, 1], 1, 1),
    merge('normal', [5, 3], 2, 3),
    merge('normal', [30, 2], 3, 17),
    merge('normal', [4, 40], 2, 33),
    merge('far from the origin', [9, 7], 2, 12, (random) => 1000 + random.normal()),
    merge('equal images', [3, 3], 2, 8, (_, __, p, d) => 0.1 * (p + d)),
  ];
}

export const COVARIANCE_UPDATE_SUITE: KernelSuite = {
  kernel: COVARIANCE_UPDATE,
  cases: updateCases,
  smoke: ['further B=5 P=3 D=4 after 5 of 0+3', 'a range B=4 P=7 D=10 after 3 of 2+4'],
};

export const COVARIANCE_MERGE_SUITE: KernelSuite = {
  kernel: COVARIANCE_MERGE,
  cases: mergeCases,
  smoke: ['normal n=5 m=3 p=2 D=3'],
};
