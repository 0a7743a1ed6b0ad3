// Batch norm while it is trained: by the statistics of the batch, with the gradient through them (Ioffe and Szegedy, "Batch
// Normalization", ICML 2015).
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';

/** What a batch norm scales and shifts by, [channels] each. */
export interface Affine {
  readonly scale: Tensor1D;
  readonly offset: Tensor1D;
}

/** Of a batch's values, [channels] each. */
export interface BatchStatistics {
  readonly mean: Tensor1D;
  /** With divisor n - 1, as running variances take it; the values themselves are normalised with divisor n. */
  readonly variance: Tensor1D;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + offset, over batch and positions. Gradient: by x, scale and offset, of the first order.
 * @param x [batch, height, width, channels]
 * @param observe is given the batch's statistics, which last as long as this call; copy what must stay
 * @throws IadError BAD_ARGUMENT for a single value per channel
 */
export function batchNorm(
  x: Tensor4D,
  { scale, offset }: Affine,
  epsilon: number,
  observe: (statistics: BatchStatistics) => void,
): Tensor4D {
  const [batch, height, width] = x.shape;
  const count = batch * height * width;
  if (count < 2) {
    throw new IadError('BAD_ARGUMENT', `a batch norm needs more than one value per channel, not [${x.shape}]`, {
      path: 'train',
      hint: 'Use larger images, larger batches, or fewer layers.',
    });
  }
  const normalise = tf.customGrad<Tensor4D>((...inputs) => {
    const mean = tf.div<Tensor1D>(channelSums(x), count);
    const centred = tf.sub<Tensor4D>(x, mean);
    const variance = tf.div<Tensor1D>(channelSums(tf.square(centred)), count);
    observe({ mean, variance: tf.mul(variance, count / (count - 1)) });
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const save = inputs.at(-1);
    if (typeof save === 'function') save([x, scale, mean, inverse]);
    return { value: tf.add(tf.mul(centred, tf.mul(scale, inverse)), offset), gradFunc: backward };
  });
  return normalise(x, scale, offset);
}

/** The gradients by x, scale and offset. @param saved x, scale, mean and 1 / sqrt(variance + epsilon) */
function backward(upstream: Tensor4D, saved: Tensor[]): Tensor[] {
  const [x, scale, mean, inverse] = saved;
  if (!isMap(x) || !scale || !mean || !inverse)
    throw new IadError('BACKEND_WRONG', 'batchNorm: saved tensors are missing');
  const count = x.size / scale.size;
  // tfjs runs this outside of a tidy: without one, what it makes on the way would last until the whole gradient is done.
  return tf.tidy(() => {
    const centred = tf.sub<Tensor4D>(x, mean);
    const byOffset = channelSums(upstream);
    const byScale = tf.mul(channelSums(tf.mul(upstream, centred)), inverse);
    const factor = tf.mul(scale, inverse);
    const along = tf.div(tf.mul(tf.mul(factor, inverse), byScale), count);
    const shared = tf.div(tf.mul(factor, byOffset), count);
    const byX = tf.sub(tf.sub(tf.mul(upstream, factor), tf.mul(centred, along)), shared);
    return [byX, byScale, byOffset];
  });
}

function isMap(tensor: Tensor | undefined): tensor is Tensor4D {
  return tensor?.rank === 4;
}

/** Sums over batch and positions, rows first: products with ones are fast where sums over leading axes are not. */
function channelSums(x: Tensor4D): Tensor1D {
  const [batch, height, width, channels] = x.shape;
  return tf.tidy(() => {
    const columns = tf.matMul(tf.ones([1, batch * height]), tf.reshape(x, [batch * height, width * channels]));
    return tf.reshape(tf.matMul(tf.ones([1, width]), tf.reshape(columns, [width, channels])), [channels]);
  });
}
