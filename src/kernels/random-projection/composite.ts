// randomProjection from stock tfjs ops: blocks of the matrix are made here and multiplied there.

import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type KernelCall, matrixTensor } from '../registry.js';
import { projectionEntries, projectionNumbers } from './entries.js';
import { outputBlock } from './plan.js';

export function randomProjectionComposite(call: KernelCall): TensorInfo[] {
  const rows = matrixTensor(call, 'rows');
  const numbers = projectionNumbers(call);
  const inputs = rows.shape[1];
  const block = outputBlock(inputs, numbers.outputs);
  return tf.tidy(() => {
    const parts: tf.Tensor2D[] = [];
    for (let from = 0; from < numbers.outputs; from += block) {
      const to = Math.min(from + block, numbers.outputs);
      const part = tf.tidy(() => {
        const entries = tf.tensor2d(projectionEntries(numbers, inputs, from, to), [inputs, to - from]);
        return tf.matMul<tf.Tensor2D>(rows, entries);
      });
      parts.push(part);
    }
    return [tf.concat2d(parts, 1)];
  });
}
