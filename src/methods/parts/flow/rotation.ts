// Random rotations: matrices of determinant 1 with orthonormal rows, all equally likely (the Haar measure on SO(n)).
import type { Random } from '../../../runtime/random.js';

/**
 * A product of Householder reflections of normal vectors, with the signs that make it uniform (Stewart: The efficient generation of
 * random orthogonal matrices with an application to condition estimators, SIAM Journal on Numerical Analysis 17, 1980).
 * @returns [size, size], row-major
 */
export function randomRotation(size: number, random: Random): Float32Array {
  const reflections = Array.from({ length: size - 1 }, (_, k) => normals(size - k, random));
  const signs = new Float64Array(size).fill(1);
  for (const [k, vector] of reflections.entries()) signs[k] = reflector(vector);
  // Each reflection has determinant -1; the last sign makes the whole one of determinant 1.
  signs[size - 1] = signs.reduce((product, sign) => product * sign, 1) * (-1) ** (size - 1);
  const rows = Array.from({ length: size }, (_, i) => {
    const row = new Float64Array(size);
    row[i] = signs[i]!;
    return row;
  });
  // From the last to the first: a reflection meets only the block that the later ones have filled.
  for (let k = size - 2; k >= 0; k--) reflect(rows, k, reflections[k]!);
  const matrix = new Float32Array(size * size);
  for (const [i, row] of rows.entries()) matrix.set(row, i * size);
  return matrix;
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
  const length = Math.hypot(...vector);
  vector[0] = first + sign * length;
  const scale = 1 / Math.sqrt(length * (length + Math.abs(first)));
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
  return -sign;
}

/** rows = (I - v v^T) rows, on the block from (k, k) on. */
function reflect(rows: readonly Float64Array[], k: number, v: Float64Array): void {
  const size = rows.length;
  const along = new Float64Array(size);
  for (let i = k; i < size; i++) {
    const [row, weight] = [rows[i]!, v[i - k]!];
    for (let j = k; j < size; j++) along[j]! += weight * row[j]!;
  }
  for (let i = k; i < size; i++) {
    const [row, weight] = [rows[i]!, v[i - k]!];
    for (let j = k; j < size; j++) row[j]! -= weight * along[j]!;
  }
}
