// Shape and type checks that the kernels share.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';

/**
 * A tensor and what its shape must be: a number for a fixed size, a name for one that is the same wherever the name stands and at
 * least 1, or a name with `?` for one that may also be 0.
 */
export type Wanted = readonly [tensor: Tensor, shape: readonly (number | string)[], dtype?: 'float32' | 'int32'];

/**
 * Checks all of an op's tensors at once.
 * @returns the named sizes, without their `?`
 * @throws IadError BAD_ARGUMENT for what is no tensor or a disposed one, another dtype (float32 unless told) or another shape; the message has the
 *   op, the argument and all the shapes
 */
export function checkTensors(op: string, wanted: Readonly<Record<string, Wanted>>): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, [tensor, shape, dtype = 'float32']] of Object.entries(wanted)) {
    const fail = (what: string, hint: string) => {
      throw new IadError('BAD_ARGUMENT', `${op}: ${name} ${what}`, { path: name, hint });
    };
    if (!(tensor instanceof tf.Tensor)) fail('must be a tensor', 'Make one with tf.tensor.');
    if (tensor.isDisposed) fail('was disposed', 'Dispose of a tensor after its last use.');
    if (tensor.dtype !== dtype) fail(`must be ${dtype}, not ${tensor.dtype}`, 'Cast it first.');
    const agrees = shape.length === tensor.rank && shape.every((size, i) => fits(sizes, size, tensor.shape[i] ?? 0));
    if (!agrees) fail(`must be [${shape.join(', ')}], not [${tensor.shape.join(', ')}]`, `Given: ${shapes(wanted)}.`);
  }
  return sizes;
}

/** Whether a size is as wanted; learns the sizes of names seen for the first time. */
function fits(sizes: Record<string, number>, wanted: number | string, size: number): boolean {
  if (typeof wanted === 'number') return size === wanted;
  const name = wanted.replace('?', '');
  if (size < 1 && name === wanted) return false;
  sizes[name] ??= size;
  return sizes[name] === size;
}

function shapes(wanted: Readonly<Record<string, Wanted>>): string {
  const parts = Object.entries(wanted).map(([name, [tensor]]) =>
    tensor instanceof tf.Tensor ? `${name} [${tensor.shape.join(', ')}]` : `${name} ${typeof tensor}`,
  );
  return parts.join(', ');
}

/** @throws IadError BAD_ARGUMENT unless `tensor` is a float32 matrix with at least one row and one column */
export function checkMatrix(op: string, name: string, tensor: Tensor): void {
  checkTensors(op, { [name]: [tensor, ['rows', 'columns']] });
}

/** @throws IadError BAD_ARGUMENT unless `value` is an integer in low..high */
export function checkInteger(op: string, name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new IadError('BAD_ARGUMENT', `${op}: ${name} must be an integer in ${low}..${high}, not ${value}`, {
    path: name,
  });
}
