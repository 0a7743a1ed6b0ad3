// Random rotations: matrices of determinant 1 with orthonormal rows, all equally likely (the Haar measure on SO(n)).
import type { Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../../../runtime/random.js';

/** Reflections that are applied together, by matrix products. */
const BLOCK = 64;

/**
 * A product of Householder reflections of normal vectors, with the signs that make it uniform (Stewart: The efficient generation of
 * random orthogonal matrices with an application to condition estimators, SIAM Journal on Numerical Analysis 17, 1980), in blocks
 * I - V T V^T (Schreiber and Van Loan: A storage-efficient WY representation for products of Householder transformations, SIAM Journal on
 * Scientific and Statistical Computing 10, 1989). The products, 4/3 size^3 multiply-adds, are the backend's; they round as it does.
 * @returns [size, size], owned by the caller
 */
export function randomRotation(size: number, random: Random): Tensor2D {
  const reflections = Array.from({ length: size - 1 }, (_, k) => normals(size - k, random));
  const signs = new Float32Array(size).fill(1);
  for (const [k, vector] of reflections.entries()) signs[k] = reflector(vector);
  // Each reflection has determinant -1; the last sign makes the whole one of determinant 1.
  signs[size - 1] = signs.reduce((product, sign) => product * sign, 1) * (-1) ** (size - 1);
  let rotated = tf.tensor2d(signs.subarray(size - 1), [1, 1]);
  // From the last to the first: a reflection meets only the block that the later ones have filled.
  for (let end = size - 1; end > 0; end -= BLOCK) {
    const first = Math.max(0, end - BLOCK);
    const later = rotated;
    rotated = reflected(later, signs.subarray(first, end), reflections.slice(first, end));
    later.dispose();
  }
  return rotated;
}

function normals(length: number, random: Random): Float64Array {
  return Float64Array.from({ length }, () => random.normal());
}

/**
 * Turns a vector into the v of the reflection I - v v^T that maps it to a multiple of the first axis.
 * @returns the sign of that multiple, turned round: the factor of the column that makes the product uniform
 */
function reflector(vector: Float64Array): number {
  const first = vector[0]!;
  const sign = first < 0 ? -1 : 1;
  const length = Math.sqrt(dot(vector, vector));
  vector[0] = first + sign * length;
  const scale = 1 / Math.sqrt(length * (length + Math.abs(first)));
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
  return -sign;
}

/**
 * (I - V T V^T) [[signs, 0], [0, later]].
 * @param vectors of the reflections; each is one shorter than the one before it
 */
function reflected(later: Tensor2D, signs: Float32Array, vectors: readonly Float64Array[]): Tensor2D {
  const [count, size] = [vectors.length, vectors.length + later.shape[0]];
  const [vectorRows, signRows] = [new Float32Array(count * size), new Float32Array(count * size)];
  for (const [j, vector] of vectors.entries()) {
    vectorRows.set(vector, j * size + j);
    signRows[j * size + j] = signs[j]!;
  }
  return tf.tidy(() => {
    const transposed = tf.tensor2d(vectorRows, [count, size]);
    const whole = tf.concat<Tensor2D>(
      [
        tf.tensor2d(signRows, [count, size]),
        tf.pad(later, [
          [0, 0],
          [count, 0],
        ]),
      ],
      0,
    );
    const factor = tf.tensor2d(triangular(vectors), [count, count]);
    const along = tf.matMul(factor, tf.matMul(transposed, whole));
    return tf.sub<Tensor2D>(whole, tf.matMul(transposed, along, true));
  });
}

/** T, upper triangular: column j is -T V^T v_j above the diagonal, and 1 on it. */
function triangular(vectors: readonly Float64Array[]): Float32Array {
  const count = vectors.length;
  const factor = new Float64Array(count * count);
  for (const [j, vector] of vectors.entries()) {
    const products = vectors.slice(0, j).map((other, i) => dot(other.subarray(j - i), vector));
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += factor[i * count + k]! * products[k]!;
      factor[i * count + j] = -sum;
    }
    factor[j * count + j] = 1;
  }
  return Float32Array.from(factor);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
