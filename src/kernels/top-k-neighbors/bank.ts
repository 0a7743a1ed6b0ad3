// The bank of a search: on the backend, or outside of it.
import type { Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { evenlySpaced } from '../reduction.js';
import { pieceRows } from './plan.js';

/** A bank that lies outside of the backend, whatever its size: only pieces of it are brought in. */
export interface OutsideBank {
  /** Whole rows, one array after another; they may lie on SharedArrayBuffers. */
  readonly arrays: readonly Float32Array[];
  /** Numbers per row, D. */
  readonly depth: number;
}

/** float32 [M, D] */
export type Bank = Tensor2D | OutsideBank;

/** Rows that are brought to the backend together. */
export interface Piece {
  /** Number of its first row. */
  readonly first: number;
  readonly rows: Tensor2D | Float32Array;
}

export function isOutside(bank: Bank): bank is OutsideBank {
  return !(bank instanceof tf.Tensor);
}

/**
 * @returns the sizes [M, D] of a bank
 * @throws IadError BAD_ARGUMENT for a tensor of another shape or type, for arrays of other types or of broken rows, and for no rows
 */
export function bankShape(op: string, bank: Bank): [rows: number, depth: number] {
  if (!isOutside(bank)) {
    checkTensors(op, { bank: [bank, ['M', 'D']] });
    return bank.shape;
  }
  if (!Array.isArray(bank?.arrays)) {
    throw new IadError('BAD_ARGUMENT', `${op}: bank must be a float32 tensor [M, D] or { arrays, depth }`, {
      path: 'bank',
    });
  }
  const { arrays, depth } = bank;
  checkInteger(op, 'bank.depth', depth, 1, 2 ** 31);
  for (const [i, array] of arrays.entries()) {
    if (array instanceof Float32Array && array.length % depth === 0) continue;
    const arrived = array instanceof Float32Array ? `${array.length} numbers` : typeof array;
    throw new IadError(
      'BAD_ARGUMENT',
      `${op}: bank.arrays[${i}] must be float32 rows of ${depth} numbers, not ${arrived}`,
      {
        path: `bank.arrays[${i}]`,
      },
    );
  }
  const rows = arrays.reduce((sum, { length }) => sum + length / depth, 0);
  if (rows === 0) throw new IadError('BAD_ARGUMENT', `${op}: bank has no rows`, { path: 'bank' });
  return [rows, depth];
}

/** The bank in pieces: a matrix as it is, arrays cut where they are long. */
export function bankPieces(bank: Bank): Iterable<Piece> {
  return isOutside(bank) ? outsidePieces(bank, pieceRows(bank.depth)) : [{ first: 0, rows: bank }];
}

/** @param longest rows of a piece, at most */
export function* outsidePieces(
  { arrays, depth }: OutsideBank,
  longest: number,
): Generator<Piece & { rows: Float32Array }> {
  let first = 0;
  for (const array of arrays) {
    for (let from = 0; from < array.length; from += longest * depth) {
      const rows = array.subarray(from, from + longest * depth);
      yield { first, rows };
      first += rows.length / depth;
    }
  }
}

/** A piece as a matrix, in a handle of its own. */
export function onBackend(rows: Tensor2D | Float32Array, depth: number): Tensor2D {
  return rows instanceof tf.Tensor ? rows.clone() : tf.tensor2d(rows, [rows.length / depth, depth]);
}

/** At most `most` evenly spaced rows of a bank, as a matrix. */
export function sampledRows(bank: Bank, most: number): Tensor2D {
  const [count, depth] = bankShape('NeighborIndex.build', bank);
  const places = evenlySpaced(count, most);
  const take = places.length;
  if (!isOutside(bank)) return tf.tidy(() => tf.gather(bank, tf.tensor1d(places, 'int32')));
  const sample = new Float32Array(take * depth);
  let next = 0;
  for (const { first, rows } of outsidePieces(bank, count)) {
    const here = rows.length / depth;
    for (; next < take && places[next]! < first + here; next++) {
      const at = (places[next]! - first) * depth;
      sample.set(rows.subarray(at, at + depth), next * depth);
    }
  }
  return tf.tensor2d(sample, [take, depth]);
}
