// Inputs of choleskyBatched that tests and benches share, and the matrices for those of mahalanobisBatched.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { packedSize } from '../packed.js';
import { CHOLESKY_BATCHED } from './kernel.js';
import { choleskyBatchedReference } from './reference.js';

/** Unit roundoff of float32. */
const U = 2 ** -24;

/** Packed covariances [count, T] of 2 D standard normal vectors each, 60 at most, with a ridge, their dimensions scaled by `unit`. */
export function covariances(seed: number, count: number, depth: number, unit: (d: number) => number = () => 1) {
  const random = new Random(seed);
  const size = packedSize(depth);
  const vectors = Math.min(2 * depth, 60);
  const out = new Float32Array(count * size);
  for (let p = 0; p < count; p++) {
    const rows = Array.from({ length: vectors }, () => Float64Array.from({ length: depth }, () => random.normal()));
    for (let i = 0; i < depth; i++) {
      for (let j = 0; j <= i; j++) {
        const sum = rows.reduce((total, row) => total + row[i]! * row[j]!, 0);
        out[p * size + packedSize(i) + j] = (sum / vectors + (i === j ? 0.01 : 0)) * unit(i) * unit(j);
      }
    }
  }
  return out;
}

/** The full inverse of a packed lower triangle. */
export function invertTriangle(l: ArrayLike<number>, depth: number): Float64Array {
  const inverse = new Float64Array(depth * depth);
  for (let i = 0; i < depth; i++) {
    const row = inverse.subarray(i * depth, (i + 1) * depth);
    for (let j = 0; j < i; j++) {
      const value = l[packedSize(i) + j]!;
      for (let c = 0; c <= j; c++) row[c] = row[c]! - value * inverse[j * depth + c]!;
    }
    row[i] = 1;
    const pivot = l[packedSize(i) + i]!;
    for (let c = 0; c <= i; c++) row[c] = row[c]! / pivot;
  }
  return inverse;
}

/**
 * Errors of the elements of L: a computed factor is the exact one of A + E with |e_ij| <= (D + 2) u sqrt(a_ii a_jj), which moves L to first
 * order by L phi(L^-1 E L^-T), phi taking the lower triangle and half the diagonal.
 */
function factorErrors(l: Float32Array, depth: number): Float64Array {
  const inverse = invertTriangle(l, depth).map(Math.abs);
  const root = Float64Array.from({ length: depth }, (_, i) =>
    Math.hypot(...l.subarray(packedSize(i), packedSize(i + 1))),
  );
  // |L^-1| r, as |E| is a multiple of r r^T.
  const reach = Float64Array.from({ length: depth }, (_, i) =>
    root.reduce((sum, value, j) => sum + inverse[i * depth + j]! * value, 0),
  );
  const errors = new Float64Array(packedSize(depth));
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = j; k <= i; k++) sum += Math.abs(l[packedSize(i) + k]!) * reach[k]! * reach[j]! * (k === j ? 0.5 : 1);
      errors[packedSize(i) + j] = (depth + 2) * U * sum + U * Math.abs(l[packedSize(i) + j]!);
    }
  }
  return errors;
}

function make(
  name: string,
  depth: number,
  values: Float32Array,
  { scale = 1, ridge = 0, except }: { scale?: number; ridge?: number; except?: Record<string, string> } = {},
): KernelCase {
  const size = packedSize(depth);
  const count = values.length / size;
  return {
    name: `${name} P=${count} D=${depth} scale=${scale} ridge=${ridge}`,
    inputs: { matrices: { values, shape: [count, size] } },
    numbers: { scale, ridge },
    expected: () => {
      const { factors, status } = choleskyBatchedReference(values, depth, scale, ridge);
      const error = new Float64Array(factors.length);
      for (let p = 0; p < count; p++) {
        if (status[p] !== 0) continue;
        error.set(factorErrors(factors.subarray(p * size, (p + 1) * size), depth), p * size);
      }
      return [
        { values: factors, shape: [count, size], error },
        { values: status, shape: [count] },
      ];
    },
    ...(except && { except }),
  };
}

/** Covariances of which some have an element put in. */
function changed(
  depth: number,
  count: number,
  changes: readonly (readonly [position: number, element: number, value: number])[],
) {
  const values = covariances(9, count, depth);
  for (const [position, element, value] of changes) values[position * packedSize(depth) + element] = value;
  return values;
}

function cases(): KernelCase[] {
  const beyond = { webgpu: 'WGSL may assume that there are no NaN and no infinities' };
  const last = packedSize(10) - 1;
  return [
    make('one number', 1, Float32Array.of(4, 2, 1e-30, 1e30)),
    ...[2, 3, 4, 5, 7, 8, 9, 12, 13, 31, 32, 33, 40].map((depth) => make('normal', depth, covariances(3, 3, depth))),
    make('PaDiM', 100, covariances(6, 2, 100)),
    make('PaDiM', 550, covariances(6, 1, 550)),
    make('a scale and a ridge', 11, covariances(4, 2, 11), { scale: 1 / 37, ridge: 0.25 }),
    make('nothing but the ridge', 9, new Float32Array(2 * packedSize(9)), { ridge: 0.01 }),
    make(
      'all magnitudes',
      12,
      covariances(5, 2, 12, (d) => 10 ** (d - 6)),
    ),
    make(
      'tiny',
      6,
      covariances(5, 2, 6, () => 1e-15),
    ),
    make(
      'huge',
      6,
      covariances(5, 2, 6, () => 1e15),
    ),
    make('not positive definite: zero', 5, new Float32Array(packedSize(5))),
    make(
      'not positive definite, among others',
      10,
      changed(10, 5, [
        [1, 0, -1],
        [2, last, -3],
        [3, packedSize(5) + 2, 50],
      ]),
    ),
    make(
      'NaN and infinity, among others',
      10,
      changed(10, 6, [
        [1, 0, Number.NaN],
        [2, packedSize(6) + 3, Number.NaN],
        [3, last, Number.POSITIVE_INFINITY],
        [4, 0, Number.POSITIVE_INFINITY],
      ]),
      { except: beyond },
    ),
  ];
}

export const CHOLESKY_SUITE: KernelSuite = {
  kernel: CHOLESKY_BATCHED,
  cases,
  smoke: ['normal P=3 D=9 scale=1 ridge=0', 'not positive definite, among others P=5 D=10 scale=1 ridge=0'],
};
