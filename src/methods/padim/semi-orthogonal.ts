// The random projection of the semi-orthogonal embedding.
import { Random } from '../../runtime/random.js';

/**
 * A matrix [rows, columns] with orthonormal columns, uniform among all of them: the Q of the QR decomposition of a matrix of standard normals
 * whose R has a positive diagonal. Columns are drawn one after another: fewer columns are the first of more.
 * Cost: 4 rows columns^2 operations.
 * @param columns 1..rows
 */
export function semiOrthogonal(rows: number, columns: number, seed: number): Float32Array {
  const random = Random.forKey('padim|semi-orthogonal', seed);
  const basis: Float64Array[] = [];
  while (basis.length < columns) {
    const column = Float64Array.from({ length: rows }, () => random.normal());
    // Gram and Schmidt's first round leaves rounding errors along the earlier columns, the second one none that count.
    for (let round = 0; round < 2; round++) for (const other of basis) addScaled(column, other, -dot(column, other));
    // A diagonal entry of R: a length, so it is positive.
    const length = Math.sqrt(dot(column, column));
    basis.push(column.map((value) => value / length));
  }
  const matrix = new Float32Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) matrix[row * columns + column] = basis[column]![row]!;
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!;
}
