// An image at several scales, each half as high and wide as the one before: what CS-Flow and DifferNet look at.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';

/** Scales of both methods. */
export const SCALES = 3;

/** Sides must be whole numbers at the smallest scale. */
export const SIDE_STEP = 2 ** (SCALES - 1);

/**
 * How images are made smaller. `nearest`: every second, every fourth pixel, as the methods' own code does; fine patterns alias.
 * `mean`: the mean of the pixels that one stands for.
 */
export type Shrinking = 'nearest' | 'mean';

/**
 * Has a gradient by the images.
 * @param images [B, H, W, 3], H and W multiples of 4
 * @returns the images, then at a half and at a quarter of their size; owned by the caller
 * @throws IadError BAD_ARGUMENT for other sides
 */
export function pyramid(images: Tensor4D, shrinking: Shrinking): Tensor4D[] {
  const [, height, width] = images.shape;
  if (height % SIDE_STEP !== 0 || width % SIDE_STEP !== 0) {
    throw new IadError('BAD_ARGUMENT', `pyramid: ${width} x ${height} pixels, the sides must be multiples of ${SIDE_STEP}`);
  }
  return Array.from({ length: SCALES }, (_, level) => {
    const factor = 2 ** level;
    if (factor === 1) return images.clone();
    return shrinking === 'mean'
      ? tf.avgPool(images, factor, factor, 'valid')
      : tf.image.resizeNearestNeighbor(images, [height / factor, width / factor]);
  });
}
