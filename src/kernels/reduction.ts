// The exact pruning shared by the wasm kernels: rows shortened to a few numbers whose distances bound the true ones from below.
//
// With an orthonormal basis U of r directions, y = U (x - mean) and p = ||x - mean - U^T y||, the triangle inequality in the space
// left over gives ||x1 - x2||^2 >= ||y1 - y2||^2 + (p1 - p2)^2: the residual norm acts as one more coordinate.
//
// Rounding (n = ||x - mean||): a computed row is off by at most projectionError * n + min(sqrt(e) n, e n^2 / p), with
// e = residualError the relative error of p^2. By as much may a distance between computed rows be too long, for each of the two.

import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { EigenvalueDecomposition, Matrix, QrDecomposition } from 'ml-matrix';
import { Random } from '../runtime/random.js';
import { LANES } from './distance.js';

export interface Basis {
  /** [D] */
  readonly mean: Float32Array;
  /** [width, D]: orthonormal directions, leading first, and zeros in the places that are left for norms. */
  readonly directions: Float32Array;
  /** A multiple of 8. */
  readonly width: number;
  readonly depth: number;
}

export interface Rounding {
  readonly projectionError: number;
  readonly residualError: number;
}

const UNIT = 2 ** -24;
/** Allowed Frobenius distance of the directions' Gram matrix from the identity; float32 leaves about 2e-6. */
const MAX_SKEW = 1e-5;
/** Rows that a basis is found from, at most. */
export const SAMPLE_ROWS = 2048;
const ITERATIONS = 2;

/** The constants of the bound for a basis; see the head of this file. */
export function rounding({ width, depth }: Pick<Basis, 'width' | 'depth'>): Rounding {
  // Runs of 64 products, their totals, centring; twice the first-order bound.
  const projectionError = 2 * Math.sqrt(width) * (64 + depth / 64 + 4) * UNIT + 2 * MAX_SKEW;
  return { projectionError, residualError: 3 * projectionError + 8 * UNIT };
}

/** 1 + the relative rounding error of a distance in the order of distance.ts, generously. */
export function distanceSlack(depth: number): number {
  return 1 + 2 * (depth / LANES + LANES) * UNIT;
}

/**
 * The leading principal directions of `rows` [N, D], by subspace iteration on at most 2,048 evenly spaced rows. Only the
 * speed of a search depends on how good they are, never its result.
 * @param width numbers per reduced row; a multiple of 8
 * @param free places among them that hold no direction
 */
export function principalBasis(rows: Tensor2D, width: number, free: readonly number[]): Basis {
  const steps = basisSteps(rows, width, free);
  try {
    let step = steps.next();
    while (!step.done) step = steps.next(step.value.dataSync<'float32'>());
    return step.value;
  } catch (error) {
    steps.throw(error);
    throw error;
  }
}

/** {@link principalBasis} on a backend that cannot be read without waiting, as webgpu in Node. */
export async function principalBasisLater(rows: Tensor2D, width: number, free: readonly number[]): Promise<Basis> {
  const steps = basisSteps(rows, width, free);
  try {
    let step = steps.next();
    while (!step.done) step = steps.next(await step.value.data<'float32'>());
    return step.value;
  } catch (error) {
    steps.throw(error);
    throw error;
  }
}

/** Hands out the tensors whose values it needs. An error thrown into it frees them all, and comes out again. */
type Steps<Result> = Generator<Tensor, Result, Float32Array>;

function* basisSteps(rows: Tensor2D, width: number, free: readonly number[]): Steps<Basis> {
  const [count, depth] = rows.shape;
  const places = Array.from({ length: width }, (_, i) => i).filter((place) => !free.includes(place));
  const rank = Math.min(places.length, depth);
  const { sample, mean } = tf.tidy(() => {
    const picked = tf.gather(rows, tf.tensor1d(evenlySpaced(count, SAMPLE_ROWS), 'int32'));
    const finite = tf.where(tf.less(tf.abs(picked), 1e18), picked, tf.zerosLike(picked));
    const average = finite.mean(0);
    const centred = finite.sub(average);
    const scale = tf.maximum(tf.max(tf.abs(centred)), 1e-30);
    return { sample: centred.div<Tensor2D>(scale), mean: average };
  });
  try {
    let directions = orthonormal(seeded(depth, rank));
    for (let i = 0; i < ITERATIONS; i++) directions = orthonormal(yield* covarianceTimes(sample, directions));
    directions = leadingFirst(directions, yield* covarianceTimes(sample, directions));
    const values = yield mean;
    return finished(values.slice(), directions, width, places);
  } finally {
    tf.dispose([sample, mean]);
  }
}

/** At most `most` of the numbers 0..count-1. */
export function evenlySpaced(count: number, most: number): Int32Array {
  const taken = Math.min(count, most);
  return Int32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

function seeded(depth: number, rank: number): Matrix {
  const random = new Random(0);
  const values = new Float64Array(depth * rank).map(() => random.normal());
  return Matrix.from1DArray(depth, rank, values);
}

function orthonormal(columns: Matrix): Matrix {
  return new QrDecomposition(columns).orthogonalMatrix;
}

/** sample^T (sample * directions). Transposed by itself: tfjs's own matMul on wasm is slow where it has to transpose. */
function* covarianceTimes(sample: Tensor2D, directions: Matrix): Steps<Matrix> {
  const { rows: depth, columns: rank } = directions;
  const product = tf.tidy(() => {
    const scores = tf.matMul(sample, tf.tensor2d(Float32Array.from(directions.to1DArray()), [depth, rank]));
    return tf.matMul(sample.transpose(), scores);
  });
  try {
    return Matrix.from1DArray(depth, rank, yield product);
  } finally {
    product.dispose();
  }
}

/** Rotates the directions within their span so that they have falling variance (Rayleigh-Ritz). */
function leadingFirst(directions: Matrix, images: Matrix): Matrix {
  const small = directions.transpose().mmul(images);
  if (!small.to1DArray().every(Number.isFinite)) return directions;
  const symmetric = small.clone().add(small.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return directions.mmul(eigenvectorMatrix.subMatrixColumn(order));
}

function finished(mean: Float32Array, columns: Matrix, width: number, places: readonly number[]): Basis {
  const { rows: depth, columns: rank } = columns;
  const directions = new Float32Array(width * depth);
  const put = (value: (d: number, r: number) => number) => {
    for (let r = 0; r < rank; r++) for (let d = 0; d < depth; d++) directions[places[r]! * depth + d] = value(d, r);
  };
  put((d, r) => columns.get(d, r));
  // Degenerate data can leave the iteration without enough directions; axes are always orthonormal.
  if (!(gramError(directions, places.slice(0, rank), depth) < MAX_SKEW)) put((d, r) => (d === r ? 1 : 0));
  return { mean, directions, width, depth };
}

function gramError(directions: Float32Array, places: readonly number[], depth: number): number {
  let sum = 0;
  for (const i of places) {
    for (const j of places) {
      let dot = 0;
      for (let d = 0; d < depth; d++) dot += directions[i * depth + d]! * directions[j * depth + d]!;
      const off = i === j ? dot - 1 : dot;
      sum += off * off;
    }
  }
  return Math.sqrt(sum);
}
