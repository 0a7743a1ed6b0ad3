// mahalanobisBatched from stock tfjs ops: forward substitution by blocks of rows, so that most of the work is one matrix product a block.

import type { Tensor2D, Tensor3D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { featureSizes, featureTensor } from '../features.js';
import { compositePositions, unpackIndices } from '../packed.js';
import { type KernelCall, matrixTensor, number } from '../registry.js';

/** Rows per block. */
const BLOCK = 32;

export function mahalanobisBatchedComposite(call: KernelCall): TensorInfo[] {
  const { depth } = featureSizes(call);
  const mean = matrixTensor(call, 'mean');
  const factors = matrixTensor(call, 'factors');
  const from = number(call, 'from');
  const count = mean.shape[0];
  const step = compositePositions(depth);
  return tf.tidy(() => {
    const places = tf.tensor1d(unpackIndices(depth, 'zero'), 'int32');
    const parts: Tensor2D[] = [];
    for (let at = 0; at < count; at += step) {
      const size = Math.min(step, count - at);
      const part = tf.tidy(() => {
        const x = featureTensor(call).slice([0, from + at, 0], [-1, size, -1]);
        const residual = x.sub<Tensor3D>(mean.slice([at, 0], [size, -1])).transpose<Tensor3D>([1, 2, 0]);
        // The place behind the triangle holds the zero above the diagonal.
        const triangles = factors.slice([at, 0], [size, -1]).pad([
          [0, 0],
          [0, 1],
        ]);
        const full = tf.gather(triangles, places, 1).reshape<Tensor3D>([size, depth, depth]);
        return squaredNorms(full, residual).transpose<Tensor2D>();
      });
      parts.push(part);
    }
    return [tf.concat2d(parts, 1)];
  });
}

/** |y|^2 [p, B] where L y = r, for factors [p, D, D] and residuals [p, D, B]. */
function squaredNorms(factors: Tensor3D, residuals: Tensor3D): Tensor2D {
  const [count, depth, batch] = residuals.shape;
  let squared: Tensor2D = tf.zeros([count, batch]);
  const solved: Tensor3D[] = [];
  for (let from = 0; from < depth; from += BLOCK) {
    const width = Math.min(BLOCK, depth - from);
    let rest = residuals.slice([0, from, 0], [-1, width, -1]);
    if (from > 0) {
      rest = rest.sub(tf.matMul(factors.slice([0, from, 0], [-1, width, from]), tf.concat3d(solved, 1)));
    }
    for (let j = 0; j < width; j++) {
      const pivot = factors.slice([0, from + j, from + j], [-1, 1, 1]);
      const y = rest.slice([0, 0, 0], [-1, 1, -1]).div<Tensor3D>(pivot);
      solved.push(y);
      squared = squared.add(y.square().reshape<Tensor2D>([count, batch]));
      if (j + 1 === width) break;
      const below = factors.slice([0, from + j + 1, from + j], [-1, width - j - 1, 1]);
      rest = rest.slice([0, 1, 0], [-1, -1, -1]).sub<Tensor3D>(below.mul(y));
    }
  }
  return squared;
}
