// kCenterGreedy from stock tfjs ops, for backends without a kernel of their own. Nothing is read back inside a slice.

import type { Tensor1D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type KernelCall, matrixTensor, number, vectorTensor } from '../registry.js';

/** State: the distances. */
export function kCenterStartComposite(call: KernelCall): TensorInfo[] {
  const anchors = vectorTensor(call, 'anchors');
  return [tf.tidy(() => tf.where(tf.greater(anchors, 0), anchors, tf.zerosLike(anchors)))];
}

export function kCenterAdvanceComposite(call: KernelCall): TensorInfo[] {
  const features = matrixTensor(call, 'features');
  const steps = number(call, 'to') - number(call, 'from');
  return tf.tidy(() => {
    const positions = tf.range(0, features.shape[0], 1, 'int32');
    const indices: Tensor1D[] = [];
    const radii: Tensor1D[] = [];
    let distances = vectorTensor(call, 's0').clone();
    for (let step = 0; step < steps; step++) {
      const [pick, radius, next] = tf.tidy(() => {
        const first = firstOfLargest(distances, positions);
        const to = features.sub(tf.gather(features, first)).square().sum<Tensor1D>(1).sqrt();
        const nearer = tf.where(tf.less(to, distances), to, distances);
        const after = tf.where(tf.equal(positions, first), tf.zerosLike(nearer), nearer);
        return [first, tf.gather(distances, first), after] satisfies Tensor1D[];
      });
      distances.dispose();
      if (!pick || !radius || !next) break;
      indices.push(pick);
      radii.push(radius);
      distances = next;
    }
    const radius = tf.concat1d(radii);
    const picks = tf.where(tf.greater(radius, 0), tf.concat1d(indices), tf.fill([steps], -1, 'int32'));
    return [picks, radius, distances];
  });
}

/** [1], int32. Not argMax, which on WebGPU takes any of several equal values. */
function firstOfLargest(values: Tensor1D, positions: Tensor1D): Tensor1D {
  const nowhere = tf.fill([values.shape[0]], values.shape[0] - 1, 'int32');
  return tf.where(tf.equal(values, values.max()), positions, nowhere).min().toInt().reshape([1]);
}
