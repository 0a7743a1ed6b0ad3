// channelPermute from stock tfjs ops.
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type KernelCall, matrixTensor, vectorTensor } from '../registry.js';

export function channelPermuteComposite(call: KernelCall): TensorInfo[] {
  return [tf.gather(matrixTensor(call, 'x'), vectorTensor(call, 'order'), 1)];
}
