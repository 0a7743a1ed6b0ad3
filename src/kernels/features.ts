// A kernel's input of features: [B, P, D], of B images at P positions.

import type { Tensor3D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';
import { input, type KernelCall } from './registry.js';

/** The sizes of a kernel's features. */
export function featureSizes(call: KernelCall): { batch: number; positions: number; depth: number } {
  const { shape } = input(call, 'features');
  const [batch, positions, depth] = shape;
  if (shape.length === 3 && batch !== undefined && positions !== undefined && depth !== undefined) {
    return { batch, positions, depth };
  }
  throw new IadError('BAD_ARGUMENT', `a kernel needs features [B, P, D], not [${shape}]`);
}

function isCube(info: TensorInfo): info is Tensor3D {
  return info instanceof tf.Tensor && info.rank === 3;
}

/** A kernel's features as a tensor, for implementations made of stock ops. */
export function featureTensor(call: KernelCall): Tensor3D {
  const info = input(call, 'features');
  if (isCube(info)) return info;
  throw new IadError('BAD_ARGUMENT', `a kernel needs a tensor of rank 3 as features, not [${info.shape}]`);
}
