// Inputs of mahalanobisBatched that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { covariances, invertTriangle } from '../cholesky-batched/cases.js';
import { choleskyBatchedReference } from '../cholesky-batched/reference.js';
import { packedSize } from '../packed.js';
import { MAHALANOBIS_BATCHED } from './kernel.js';
import { type Gaussians, mahalanobisBatchedReference } from './reference.js';

/** Unit roundoff of float32. */
const U = 2 ** -24;

/**
 * Errors of |y|^2, to first order: the computed y solves (L + dL) y = r + dr with |dL| <= (D + 3) u |L| and |dr| <= u |r|, so |dy| <=
 * |L^-1| (|dL| |y| + |dr|), and the sum of squares has D terms.
 */
function errors(x: Float32Array, positions: number, from: number, { mean, factors, depth }: Gaussians): Float64Array {
  const count = mean.length / depth;
  const batch = x.length / (positions * depth);
  const out = new Float64Array(batch * count);
  for (let p = 0; p < count; p++) {
    const l = factors.subarray(p * packedSize(depth), (p + 1) * packedSize(depth));
    const inverse = invertTriangle(l, depth);
    for (let b = 0; b < batch; b++) {
      const start = (b * positions + from + p) * depth;
      const r = Float64Array.from({ length: depth }, (_, i) => x[start + i]! - mean[p * depth + i]!);
      const y = r.map((_, i) => r.reduce((sum, value, j) => sum + inverse[i * depth + j]! * value, 0));
      const moved = r.map((value, i) => {
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += Math.abs(l[packedSize(i) + j]! * y[j]!);
        return U * Math.abs(value) + (depth + 3) * U * sum;
      });
      out[b * count + p] = y.reduce((sum, value, i) => {
        const dy = moved.reduce((total, w, j) => total + Math.abs(inverse[i * depth + j]!) * w, 0);
        return sum + 2 * Math.abs(value) * dy + (depth + 1) * U * value ** 2;
      }, 0);
    }
  }
  // Squares that underflow.
  return out.map((value) => value + depth * 2 ** -149);
}

interface Sizes {
  readonly batch: number;
  readonly positions: number;
  readonly depth: number;
  readonly from?: number;
  readonly count?: number;
}

interface Contents {
  readonly fill?: (random: Random, index: number) => number;
  readonly unit?: (dimension: number) => number;
  readonly change?: (factors: Float32Array) => void;
  readonly except?: Record<string, string>;
}

function make(name: string, sizes: Sizes, contents: Contents = {}): KernelCase {
  const { batch, positions, depth, from = 0, count = positions } = sizes;
  const { fill = (random) => random.normal(), unit, change, except } = contents;
  const random = new Random(41);
  const x = Float32Array.from({ length: batch * positions * depth }, (_, i) => fill(random, i));
  const mean = Float32Array.from({ length: count * depth }, (_, i) => random.normal() * 0.5 * (unit?.(i % depth) ?? 1));
  const { factors } = choleskyBatchedReference(covariances(7, count, depth, unit), depth, 1, 0.01);
  change?.(factors);
  return {
    name: `${name} B=${batch} P=${positions} D=${depth} of ${from}+${count}`,
    inputs: {
      features: { values: x, shape: [batch, positions, depth] },
      mean: { values: mean, shape: [count, depth] },
      factors: { values: factors, shape: [count, packedSize(depth)] },
    },
    numbers: { from },
    expected: () => {
      const gaussians = { mean, factors, depth };
      const values = mahalanobisBatchedReference(x, positions, gaussians, from);
      return [{ values, shape: [batch, count], error: errors(x, positions, from, gaussians) }];
    },
    ...(except && { except }),
  };
}

function cases(): KernelCase[] {
  const beyond = { webgpu: 'WGSL may assume that there are no NaN and no infinities' };
  return [
    make('one number', { batch: 1, positions: 1, depth: 1 }),
    ...[2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 66].map((depth) => make('normal', { batch: 3, positions: 2, depth })),
    ...[1, 2, 4, 5, 8, 9, 12, 13, 40].map((batch) => make('images', { batch, positions: 3, depth: 11 })),
    make('PaDiM', { batch: 5, positions: 2, depth: 100 }),
    make('PaDiM', { batch: 1, positions: 2, depth: 550 }),
    make('PaDiM', { batch: 3, positions: 1, depth: 550 }),
    make('too deep for four images in a workgroup', { batch: 2, positions: 1, depth: 740 }),
    make('one Gaussian for many vectors', { batch: 700, positions: 1, depth: 6 }),
    make('more images than one pass takes', { batch: 41, positions: 1, depth: 65 }),
    make('a range', { batch: 3, positions: 9, depth: 10, from: 4, count: 3 }),
    make('the last position', { batch: 2, positions: 9, depth: 10, from: 8, count: 1 }),
    make('all magnitudes', { batch: 3, positions: 2, depth: 9 }, { unit: (d) => 10 ** (4 - d) }),
    make('huge', { batch: 3, positions: 2, depth: 9 }, { fill: (random) => random.normal() * 1e16 }),
    make('far off', { batch: 3, positions: 2, depth: 9 }, { fill: (random) => 1e4 + random.normal() }),
    make(
      'subnormal',
      { batch: 3, positions: 2, depth: 9 },
      {
        fill: (random) => random.normal() * 1e-40,
        unit: () => 1e-15,
        change: (factors) =>
          factors.forEach((value, i) => {
            factors[i] = value * 1e-20;
          }),
        except: { webgpu: 'WGSL may flush subnormal numbers to zero' },
      },
    ),
    make(
      'NaN and infinity',
      { batch: 9, positions: 3, depth: 9 },
      {
        fill: (random, i) => (i % 50 === 4 ? Number.NaN : i % 70 === 9 ? Number.POSITIVE_INFINITY : random.normal()),
        except: beyond,
      },
    ),
    make(
      'a zero on the diagonal',
      { batch: 5, positions: 2, depth: 9 },
      {
        change: (factors) => {
          factors[packedSize(6) - 1] = 0;
        },
        except: { webgpu: 'WGSL leaves the division by zero open' },
      },
    ),
  ];
}

export const MAHALANOBIS_SUITE: KernelSuite = {
  kernel: MAHALANOBIS_BATCHED,
  cases,
  smoke: ['normal B=3 P=2 D=9 of 0+2', 'a range B=3 P=9 D=10 of 4+3'],
};
