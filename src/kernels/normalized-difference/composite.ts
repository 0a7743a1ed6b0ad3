// normalizedDifference and its gradient from stock tfjs ops.
import type { Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { gridTensor } from '../grids.js';
import { input, type KernelCall } from '../registry.js';
import { differenceOf } from './call.js';
import { SCALING } from './plan.js';

interface Unit {
  /** The vector over max(norm, epsilon). */
  readonly values: Tensor4D;
  /** 1 / max(norm, epsilon) = factor / divisor, [B, H, W, 1] each. */
  readonly factor: Tensor;
  readonly divisor: Tensor;
  readonly isClamped: Tensor;
}

function unit(vectors: Tensor4D, epsilon: number): Unit {
  const { huge, shrink, tiny, grow } = SCALING;
  const largest = vectors.abs().max(3, true);
  const factor = tf.where(largest.greater(huge), shrink, tf.where(largest.less(tiny), grow, tf.onesLike(largest)));
  const scaled = vectors.mul<Tensor4D>(factor);
  const norm = scaled.square().sum(3, true).sqrt();
  const least = factor.mul(epsilon);
  const isClamped = norm.less(least);
  const divisor = tf.where(isClamped, least, norm);
  return { values: scaled.div(divisor), factor, divisor, isClamped };
}

export function normalizedDifferenceComposite(call: KernelCall): TensorInfo[] {
  const { isCosine, epsilon } = differenceOf(call);
  return tf.tidy(() => {
    const a = unit(gridTensor(call, 'a'), epsilon);
    const b = unit(gridTensor(call, 'b'), epsilon);
    const half = a.values.sub(b.values).square().sum(3).mul(0.5);
    if (!isCosine) return [half];
    const isShort = tf.logicalOr(a.isClamped, b.isClamped).squeeze([3]);
    return [tf.where(isShort, tf.sub(1, a.values.mul(b.values).sum(3)), half)];
  });
}

export function normalizedDifferenceGradientComposite(call: KernelCall): TensorInfo[] {
  const { isCosine, epsilon } = differenceOf(call);
  const upstream = input(call, 'upstream');
  if (!(upstream instanceof tf.Tensor)) throw new IadError('BAD_ARGUMENT', 'a kernel needs a tensor as upstream');
  return tf.tidy(() => {
    const a = unit(gridTensor(call, 'a'), epsilon);
    const b = unit(gridTensor(call, 'b'), epsilon);
    const clamped = a.isClamped.toFloat();
    const kept = isCosine ? a.values.mul(tf.sub(1, clamped)) : a.values;
    const byUnit = kept.sub(b.values);
    const along = byUnit.mul(a.values).sum(3, true).mul(tf.sub(1, clamped));
    const scale = upstream.expandDims(3).mul(a.factor).div(a.divisor);
    return [scale.mul(byUnit.sub(a.values.mul(along)))];
  });
}
