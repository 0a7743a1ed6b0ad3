// An image at several sizes, each half the one before: what CS-Flow and DifferNet show their backbones.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import type { FeatureInputs } from '../feature-cache/index.js';

/** How an image is made smaller. */
export const SHRINKINGS = ['nearest', 'mean'] as const;

export type Shrinking = (typeof SHRINKINGS)[number];

/**
 * The image itself, then half its size, a quarter, ... Has a gradient by the images.
 * @param count of sizes
 * @param shrinking `nearest`: every second of its pixels, every fourth, ...: what resizing by nearest neighbour gives, without a blur.
 *   `mean`: the mean of the pixels that one stands for
 * @throws IadError BAD_CONFIG unless `inputSize` is a multiple of 2^(count - 1)
 */
export function pyramid(inputSize: number, count: number, shrinking: Shrinking = 'nearest'): FeatureInputs {
  const coarsest = 2 ** (count - 1);
  if (inputSize % coarsest !== 0) {
    throw new IadError('BAD_CONFIG', `is ${inputSize}, must be a multiple of ${coarsest}`, { path: 'inputSize' });
  }
  const factors = Array.from({ length: count }, (_, i) => 2 ** i);
  return {
    name: `pyramid|${shrinking}`,
    sides: factors.map((factor) => inputSize / factor),
    of: (images) => factors.map((factor) => shrunk(images, factor, shrinking)),
  };
}

function shrunk(images: Tensor4D, factor: number, shrinking: Shrinking): Tensor4D {
  switch (shrinking) {
    case 'nearest':
      return everyNth(images, factor);
    case 'mean':
      return factor === 1 ? images.clone() : tf.avgPool(images, factor, factor, 'valid');
    default:
      return shrinking satisfies never;
  }
}

/** The first pixel of every factor x factor block. It has a gradient on every backend, which strided slices have not. */
function everyNth(images: Tensor4D, factor: number): Tensor4D {
  const [count, height, width, channels] = images.shape;
  const [rows, columns] = [height / factor, width / factor];
  return tf.tidy(() => {
    const tall = tf.slice(images.reshape([count, rows, factor, width * channels]), 0, [
      count,
      rows,
      1,
      width * channels,
    ]);
    const wide = tall.reshape<tf.Tensor3D>([count * rows, columns, factor * channels]);
    return tf.slice(wide, 0, [count * rows, columns, channels]).reshape([count, rows, columns, channels]);
  });
}
