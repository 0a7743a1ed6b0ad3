// A normalizing flow: an invertible function with the logarithm of its volume change, and the likelihood that follows from it.
import type { Scalar, Tensor, Tensor1D, Tensor2D, TensorContainer } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import type { NamedTensors, Parameter } from './parameters.js';

export type Flowed<X> = {
  /** As the input. */
  readonly values: X;
  /** log |det dz/dx| of every sample, over all its scales, float32 [B]. */
  readonly logDeterminant: Tensor1D;
};

/**
 * An invertible function of x and of named arrays; x is a tensor [B, ..., C], or a list of them for several scales. It keeps no
 * state. Both ways return tensors owned by the caller.
 */
export interface Flow<X> {
  readonly parameters: readonly Parameter[];
  /** @param condition float32 [B, P], for conditional flows: what the density depends on */
  readonly forward: (x: X, tensors: NamedTensors, condition?: Tensor2D) => Flowed<X>;
  /** x with forward(x) = z, up to rounding. It has no gradient. */
  readonly inverse: (z: X, tensors: NamedTensors, condition?: Tensor2D) => X;
}

/** Steps one after the other; their log-determinants add up. */
export function sequence<X extends TensorContainer>(steps: readonly Flow<X>[]): Flow<X> {
  if (steps.length === 0) throw new IadError('BAD_ARGUMENT', 'a flow needs at least one step', { path: 'steps' });
  return {
    parameters: steps.flatMap(({ parameters }) => parameters),
    forward: (x, tensors, condition) =>
      tf.tidy(() => {
        let values = x;
        const volumes: Tensor1D[] = [];
        for (const step of steps) {
          // A tidy of its own: outside of training, one step's intermediate results are gone before the next one's.
          const flowed = tf.tidy(() => step.forward(values, tensors, condition));
          values = flowed.values;
          volumes.push(flowed.logDeterminant);
        }
        // One by one: addN fails on WebGPU where there are more terms than a shader may bind.
        return { values, logDeterminant: volumes.reduce((sum, volume) => tf.add(sum, volume)) };
      }),
    inverse: (z, tensors, condition) =>
      tf.tidy(() => steps.reduceRight((at, step) => tf.tidy(() => step.inverse(at, tensors, condition)), z)),
  };
}

/** Half the squared length of every sample, over all its scales: [B]. */
export function halfSquaredLength(scales: readonly Tensor[]): Tensor1D {
  return tf.tidy(() => {
    const sums = scales.map((z) => tf.sum<Tensor1D>(tf.square(z.reshape([z.shape[0] ?? 1, -1])), 1));
    return tf.mul(tf.addN(sums), 0.5);
  });
}

/**
 * -log p(x) of every sample for a standard normal z, up to the constant D / 2 ln(2 pi): half the squared length of z, less
 * log |det dz/dx|. What the flows are trained by.
 * @param scales z, [B, ..., C] each
 * @returns [B]
 */
export function negativeLogLikelihood(scales: readonly Tensor[], logDeterminant: Tensor1D): Tensor1D {
  return tf.tidy(() => tf.sub(halfSquaredLength(scales), logDeterminant));
}

/** log p(x) of every sample for a standard normal z, with its constant: [B]. Arguments as for {@link negativeLogLikelihood}. */
export function logLikelihood(scales: readonly Tensor[], logDeterminant: Tensor1D): Tensor1D {
  const constant = -0.5 * dimensionsOf(scales) * Math.log(2 * Math.PI);
  return tf.tidy(() => tf.sub(constant, negativeLogLikelihood(scales, logDeterminant)));
}

/**
 * The mean {@link negativeLogLikelihood} of the samples for each of their D dimensions: what CS-Flow and DifferNet are trained by.
 * @param flowed z, [B, ..., C] each
 */
export function lossPerDimension({ values, logDeterminant }: Flowed<readonly Tensor[]>): Scalar {
  return tf.tidy(() => tf.div<Scalar>(tf.mean(negativeLogLikelihood(values, logDeterminant)), dimensionsOf(values)));
}

/** D: numbers of one sample, over all its scales. */
export function dimensionsOf(scales: readonly Tensor[]): number {
  return scales.reduce((sum, z) => sum + z.size / (z.shape[0] ?? 1), 0);
}

/** The first channels, and the rest. */
export function splitChannels<T extends Tensor>(x: T, first: number): [T, T] {
  const axis = x.rank - 1;
  const [a, b] = tf.split<T>(x, [first, (x.shape[axis] ?? 0) - first], axis);
  if (a && b) return [a, b];
  throw new IadError('BACKEND_WRONG', 'split must return two tensors');
}

/** The way back from {@link splitChannels}. */
export function joinChannels<T extends Tensor>(a: T, b: T): T {
  return tf.concat<T>([a, b], a.rank - 1);
}
