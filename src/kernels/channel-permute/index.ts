// channelPermute: a fixed order of the channels, the cheap mixing between coupling steps.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkTensors } from '../checks.js';
import { runKernel } from '../registry.js';
import { CHANNEL_PERMUTE } from './kernel.js';

/**
 * y[..., c] = x[..., order[c]]. |det dy/dx| = 1; `channelPermute(y, inversePermutation(order))` goes back. Has a gradient by x.
 * @param x float32 [..., C], rank 1 to 6
 * @param order each of 0..C-1 once
 * @returns as x, owned by the caller
 * @throws IadError BAD_ARGUMENT for other types, an empty tensor, or an order that is no permutation of its channels
 */
export function channelPermute<T extends Tensor>(x: T, order: ArrayLike<number>): T {
  const op = 'channelPermute';
  const { C = 0 } = checkTensors(op, { x: [x, [...x.shape.slice(0, -1).map((_, i) => `d${i}`), 'C']] });
  if (order.length !== C) {
    throw new IadError(
      'BAD_ARGUMENT',
      `${op}: order must have as many places as x [${x.shape}] has channels, not ${order.length}`,
      {
        path: 'order',
      },
    );
  }
  const inverse = inverseOf(op, order);
  return tf.tidy(() => {
    const inputs = {
      x: x.reshape([-1, C]),
      order: tf.tensor1d(Int32Array.from(order), 'int32'),
      inverse: tf.tensor1d(inverse, 'int32'),
    };
    const [y] = runKernel(CHANNEL_PERMUTE, inputs, {});
    if (!y) throw new IadError('BACKEND_WRONG', 'channelPermute: the kernel must return a tensor');
    return y.reshape<T>(x.shape);
  });
}

/**
 * The order that undoes `order`.
 * @throws IadError BAD_ARGUMENT if `order` is no permutation
 */
export function inversePermutation(order: ArrayLike<number>): Int32Array {
  return inverseOf('inversePermutation', order);
}

function inverseOf(op: string, order: ArrayLike<number>): Int32Array {
  const inverse = new Int32Array(order.length).fill(-1);
  for (let c = 0; c < order.length; c++) {
    const from = order[c] ?? -1;
    if (inverse[from] !== -1) {
      throw new IadError('BAD_ARGUMENT', `${op}: ${from} at ${c} does not make a permutation`, {
        path: 'order',
        hint: `Use each of 0..${order.length - 1} once.`,
      });
    }
    inverse[from] = c;
  }
  return inverse;
}
