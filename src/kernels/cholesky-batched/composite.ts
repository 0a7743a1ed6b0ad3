// choleskyBatched from stock tfjs ops: blocks of columns, each less the product of what stands left of it, then column by column.

import type { Tensor1D, Tensor2D, Tensor3D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { compositePositions, packedDepth, packIndices, unpackIndices } from '../packed.js';
import { type KernelCall, matrixTensor, number } from '../registry.js';

/** Columns per block. */
const BLOCK = 32;

export function choleskyBatchedComposite(call: KernelCall): TensorInfo[] {
  const matrices = matrixTensor(call, 'matrices');
  const [scale, ridge] = [number(call, 'scale'), number(call, 'ridge')];
  const [count, size] = matrices.shape;
  const depth = packedDepth(size);
  const step = compositePositions(depth);
  return tf.tidy(() => {
    const mirrored = tf.tensor1d(unpackIndices(depth, 'mirrored'), 'int32');
    const packed = tf.tensor1d(packIndices(depth), 'int32');
    const factors: Tensor2D[] = [];
    const status: Tensor1D[] = [];
    for (let from = 0; from < count; from += step) {
      const positions = Math.min(step, count - from);
      const [factor, failed] = tf.tidy(() => {
        const some = matrices.slice([from, 0], [positions, -1]);
        const full = tf.gather(some, mirrored, 1).reshape<Tensor3D>([positions, depth, depth]);
        const found = factorize(full.mul<Tensor3D>(scale).add(tf.eye(depth).mul(ridge)));
        const triangle = tf.gather(found.factor.reshape<Tensor2D>([positions, depth * depth]), packed, 1);
        const good = found.status.equal(0).expandDims(1);
        return [tf.where(good, triangle, tf.zerosLike(triangle)), found.status.toInt()] as const;
      });
      factors.push(factor);
      status.push(failed);
    }
    return [tf.concat2d(factors, 0), tf.concat1d(status)];
  });
}

function factorize(matrix: Tensor3D): { factor: Tensor3D; status: Tensor1D } {
  const [count, depth] = matrix.shape;
  let status: Tensor1D = tf.zeros([count]);
  const blocks: Tensor3D[] = [];
  for (let from = 0; from < depth; from += BLOCK) {
    const width = Math.min(BLOCK, depth - from);
    let rest = matrix.slice([0, from, from], [-1, -1, width]);
    if (from > 0) {
      const left = tf.concat3d(blocks, 2).slice([0, from, 0], [-1, -1, -1]);
      rest = rest.sub(tf.matMul(left, left.slice([0, 0, 0], [-1, width, -1]), false, true));
    }
    const columns: Tensor3D[] = [];
    for (let j = 0; j < width; j++) {
      const pivot = rest.slice([0, 0, 0], [-1, 1, 1]);
      const good = tf.logicalAnd(pivot.greater(0), pivot.less(Number.POSITIVE_INFINITY));
      const failed = tf.logicalAnd(tf.logicalNot(good).reshape<Tensor1D>([count]), status.equal(0));
      status = tf.where(failed, tf.fill([count], from + j + 1), status);
      const column = rest.slice([0, 0, 0], [-1, -1, 1]).div<Tensor3D>(pivot.sqrt());
      columns.push(
        column.pad([
          [0, 0],
          [from + j, 0],
          [0, 0],
        ]),
      );
      if (j + 1 === width) break;
      const below = column.slice([0, 1, 0], [-1, -1, -1]);
      const across = below.slice([0, 0, 0], [-1, width - j - 1, -1]).transpose<Tensor3D>([0, 2, 1]);
      rest = rest.slice([0, 1, 1], [-1, -1, -1]).sub<Tensor3D>(below.mul(across));
    }
    blocks.push(tf.concat3d(columns, 2));
  }
  return { factor: tf.concat3d(blocks, 2), status };
}
