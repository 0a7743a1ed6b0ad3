// The shapes of a batched matrix product, and which matrices belong together.
import { IadError } from '../../../runtime/errors.js';

export interface MatMulShape {
  /** Sizes of the batch axes, broadcast. */
  readonly outer: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** For every batch of the result, which matrix of each side it takes. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/**
 * Batch axes broadcast like all of tfjs's: aligned at the right, of equal size or 1. (tfjs's own kernels repeat the smaller side
 * by its flat index, which agrees wherever one side has a single batch or lacks leading axes.)
 * @throws IadError BAD_ARGUMENT for shapes that cannot be multiplied
 */
export function matMulShape(
  op: string,
  a: readonly number[],
  b: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
): MatMulShape {
  const [aRows, aColumns] = sides(a, transposeA);
  const [bRows, bColumns] = sides(b, transposeB);
  const outer = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  if (a.length < 2 || b.length < 2 || aColumns !== bRows || !outer) {
    const transposed = (is: boolean) => (is ? ' transposed' : '');
    throw new IadError(
      'BAD_ARGUMENT',
      `${op}: a [${a}]${transposed(transposeA)} and b [${b}]${transposed(transposeB)} cannot be multiplied`,
      { path: 'b', hint: 'Inner sizes must be equal, batch axes equal or 1.' },
    );
  }
  const left = broadcastIndices(a.slice(0, -2), outer);
  const right = broadcastIndices(b.slice(0, -2), outer);
  return { outer, rows: aRows, columns: bColumns, depth: aColumns, left, right };
}

function sides(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** The shape that both broadcast to; null if there is none. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = -rank; axis < 0; axis++) {
    const [x, y] = [a.at(axis) ?? 1, b.at(axis) ?? 1];
    if (x !== y && x !== 1 && y !== 1) return null;
    shape.push(x === 1 ? y : x);
  }
  return shape;
}

/** For every element of `out`, which element of a tensor that broadcasts to it stands there. */
export function broadcastIndices(shape: readonly number[], out: readonly number[]): Int32Array {
  const indices = new Int32Array(out.reduce((product, size) => product * size, 1));
  let stride = 1;
  let repeat = 1;
  for (let axis = -1; axis >= -out.length; axis--) {
    const own = shape.at(axis) ?? 1;
    const size = out.at(axis) ?? 1;
    if (own > 1) for (let i = 0; i < indices.length; i++) indices[i]! += (Math.floor(i / repeat) % size) * stride;
    stride *= own;
    repeat *= size;
  }
  return indices;
}
