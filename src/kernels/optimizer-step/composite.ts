// The optimiser steps from stock tfjs ops.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type KernelCall, matrixTensor, vectorTensor } from '../registry.js';
import { adamNumbers, sgdNumbers } from './call.js';

export function sgdStepComposite(call: KernelCall): TensorInfo[] {
  const { scale, pull, rate, momentum, nesterov } = sgdNumbers(call);
  return tf.tidy((): Tensor[] => {
    const w = vectorTensor(call, 'weights');
    const g = vectorTensor(call, 'gradient').mul(scale).add(w.mul(pull));
    const v = matrixTensor(call, 'state').mul(momentum).add(g);
    const along = nesterov === 1 ? v.mul(momentum).add(g) : v;
    return [w.sub(along.flatten().mul(rate)), v];
  });
}

export function adamStepComposite(call: KernelCall): TensorInfo[] {
  const { scale, pull, fade, beta1, rest1, beta2, rest2, stride, correction, epsilon } = adamNumbers(call);
  return tf.tidy((): Tensor[] => {
    const w = vectorTensor(call, 'weights');
    const g = vectorTensor(call, 'gradient').mul(scale).add(w.mul(pull));
    const [m0, v0, peak0] = tf.unstack(matrixTensor(call, 'state'));
    const m = tf.add(tf.mul(m0 ?? g, beta1), g.mul(rest1));
    // In this order no product is infinite before the sum is.
    const v = tf.add(tf.mul(v0 ?? g, beta2), g.mul(rest2).mul(g));
    // Not tf.maximum, which loses NaN on some backends.
    const peak = peak0 ? tf.where(tf.logicalOr(tf.isNaN(peak0), tf.lessEqual(v, peak0)), peak0, v) : v;
    const step = m.div(peak.sqrt().div(correction).add(epsilon)).mul(stride);
    return [w.sub(w.mul(fade)).sub(step), tf.stack(peak0 ? [m, v, peak] : [m, v])];
  });
}
