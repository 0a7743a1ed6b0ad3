// Shape and type checks that the kernels share.
import type { Tensor } from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';

/** @throws IadError BAD_ARGUMENT unless `tensor` is a float32 matrix with at least one row and one column */
export function checkMatrix(op: string, name: string, tensor: Tensor): void {
  const { shape, dtype } = tensor;
  if (shape.length !== 2 || dtype !== 'float32' || shape.some((size) => size < 1)) {
    throw new IadError('BAD_ARGUMENT', `${op}: ${name} must be float32 [rows, columns], not ${dtype} [${shape}]`, {
      path: name,
      hint: 'Reshape or cast it first.',
    });
  }
}

/** @throws IadError BAD_ARGUMENT unless both matrices have the same number of columns */
export function checkSameDepth(op: string, a: Tensor, b: Tensor): void {
  if (a.shape[1] === b.shape[1]) return;
  throw new IadError('BAD_ARGUMENT', `${op}: [${a.shape}] and [${b.shape}] differ in their number of columns`, {
    hint: 'Both must come from the same embedding.',
  });
}

/** @throws IadError BAD_ARGUMENT unless `value` is an integer in low..high */
export function checkInteger(op: string, name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new IadError('BAD_ARGUMENT', `${op}: ${name} must be an integer in ${low}..${high}, not ${value}`, {
    path: name,
  });
}
