// A view at three scales, each half as high and wide as the one before: what CS-Flow and DifferNet look at.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { FeatureInputs } from './feature-cache/types.js';

/** Scales of both methods. */
export const SCALES = 3;

/** Sides must be multiples of it, to be whole numbers at the smallest scale. */
export const SIDE_STEP = 2 ** (SCALES - 1);

/**
 * How a view is made smaller. `nearest`: every second, every fourth pixel, as the methods' own code does; fine patterns alias. `mean`:
 * the mean of the pixels that one stands for.
 */
export const SHRINKINGS = ['nearest', 'mean'] as const;

export type Shrinking = (typeof SHRINKINGS)[number];

/** The view, then half and a quarter of its size. Has a gradient by the images. @param side of the view, a multiple of SIDE_STEP */
export function pyramid(side: number, shrinking: Shrinking): FeatureInputs {
  const sides = Array.from({ length: SCALES }, (_, level) => side / 2 ** level);
  return {
    name: `pyramid of ${shrinking}`,
    sides,
    of: (images) => sides.map((each, level) => (level === 0 ? images.clone() : smaller(images, each, 2 ** level, shrinking))),
  };
}

function smaller(images: Tensor4D, side: number, factor: number, shrinking: Shrinking): Tensor4D {
  switch (shrinking) {
    case 'nearest':
      return tf.image.resizeNearestNeighbor(images, [side, side]);
    case 'mean':
      return tf.avgPool(images, factor, factor, 'valid');
    default:
      return shrinking satisfies never;
  }
}
