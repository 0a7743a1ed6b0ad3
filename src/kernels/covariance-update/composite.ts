// covarianceUpdate and covarianceMerge from stock tfjs ops: full matrices for a block of positions at a time, then their triangles.

import type { Tensor1D, Tensor2D, Tensor3D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { featureSizes, featureTensor } from '../features.js';
import { compositePositions, packIndices } from '../packed.js';
import { type KernelCall, matrixTensor, number } from '../registry.js';
import { joining } from './plan.js';

export function covarianceUpdateComposite(call: KernelCall): TensorInfo[] {
  const { batch, depth } = featureSizes(call);
  const [images, from, count] = [number(call, 'images'), number(call, 'from'), number(call, 'count')];
  return tf.tidy(() => {
    const x = featureTensor(call).slice([0, from, 0], [-1, count, -1]);
    if (images === 0) {
      const anchor = x.slice([0, 0, 0], [1, -1, -1]).reshape<Tensor2D>([count, depth]);
      const { offset, deviations } = centred(x, anchor);
      return [anchor, offset, outerSums(deviations)];
    }
    const anchor = matrixTensor(call, 'anchor');
    const before = matrixTensor(call, 'offset');
    const { offset: mean, deviations } = centred(x, anchor);
    const { shift, keep } = joining(images, batch);
    const apart = mean.sub<Tensor2D>(before);
    const rows = tf.concat3d([deviations, apart.mul(shift).expandDims<Tensor3D>(0)], 0);
    const scatter = matrixTensor(call, 'scatter').add<Tensor2D>(outerSums(rows));
    // A copy of its own: the caller may dispose of the old anchor, and a kernel may not return its input.
    return [anchor.add(0), before.add(apart.mul(keep)), scatter];
  });
}

/** The mean about the anchor, and the deviations from it. */
function centred(x: Tensor3D, anchor: Tensor2D): { offset: Tensor2D; deviations: Tensor3D } {
  const shifted = x.sub<Tensor3D>(anchor);
  const offset = shifted.mean<Tensor2D>(0);
  return { offset, deviations: shifted.sub<Tensor3D>(offset) };
}

/** Packed triangles of the sums of outer products of rows [K, p, D]. */
function outerSums(rows: Tensor3D): Tensor2D {
  const [, count, depth] = rows.shape;
  const block = compositePositions(depth);
  const indices = tf.tensor1d(packIndices(depth), 'int32');
  const parts: Tensor2D[] = [];
  for (let from = 0; from < count; from += block) {
    const size = Math.min(block, count - from);
    const part = tf.tidy(() => {
      const some = rows.slice([0, from, 0], [-1, size, -1]).transpose<Tensor3D>([1, 0, 2]);
      const full = tf.matMul(some, some, true, false).reshape<Tensor2D>([size, depth * depth]);
      return tf.gather(full, indices, 1);
    });
    parts.push(part);
  }
  return tf.concat2d(parts, 0);
}

export function covarianceMergeComposite(call: KernelCall): TensorInfo[] {
  const { shift, keep } = joining(number(call, 'images'), number(call, 'otherImages'));
  return tf.tidy(() => {
    const anchor = matrixTensor(call, 'anchor');
    const offset = matrixTensor(call, 'offset');
    const apart = matrixTensor(call, 'otherAnchor').sub(anchor).add(matrixTensor(call, 'otherOffset')).sub(offset);
    const depth = anchor.shape[1];
    const places = packIndices(depth);
    const rows: Tensor1D = tf.tensor1d(
      places.map((at) => Math.floor(at / depth)),
      'int32',
    );
    const columns: Tensor1D = tf.tensor1d(
      places.map((at) => at % depth),
      'int32',
    );
    const moved = apart.mul(shift);
    const product = tf.gather(moved, rows, 1).mul(tf.gather(moved, columns, 1));
    const scatter = matrixTensor(call, 'scatter').add(matrixTensor(call, 'otherScatter')).add(product);
    return [anchor.add(0), offset.add(apart.mul(keep)), scatter];
  });
}
