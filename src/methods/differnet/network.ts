// DifferNet's network: the features of an image as one vector, the flow of such vectors, its training loss and the image score (Rudolph,
// Wandt, Rosenhahn: Same Same But DifferNet: Semi-Supervised Defect Detection with Normalizing Flows, WACV 2021).
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type Flow, type Flowed, lossPerDimension } from '../parts/flow/flow.js';
import { differNetFlow } from '../parts/flow/flows.js';

/** Of the image. */
export const SCALES = 3;

/** Hidden layers of a subnet. */
const HIDDEN_LAYERS = 3;

export interface DifferNetShape {
  /** Of the vectors, even. */
  readonly channels: number;
  /** Width of the subnets' three hidden layers. */
  readonly hidden: number;
  /** For every block an order of the channels. */
  readonly orders: readonly (readonly number[])[];
}

/** One block for each entry of `orders`. Its arrays are called `flow.{block}...`. */
export function differNetNetwork({ channels, hidden, orders }: DifferNetShape): Flow<Tensor2D[]> {
  return differNetFlow('flow', { channels, hidden: new Array<number>(HIDDEN_LAYERS).fill(hidden), orders });
}

/**
 * The means over all positions, scale after scale.
 * @param scales a layer's features of each scale, the largest first, [B, h, w, C]
 * @returns [B, scales C]
 */
export function pooled(scales: readonly Tensor4D[]): Tensor2D {
  return tf.tidy(() =>
    tf.concat2d(
      scales.map((scale) => tf.mean<Tensor2D>(scale, [1, 2])),
      1,
    ),
  );
}

/** The mean negative log-likelihood per dimension, up to a constant. */
export function differNetLoss(flowed: Flowed<Tensor2D[]>): Scalar {
  return lossPerDimension(flowed);
}

/**
 * How unlikely each vector is: the mean of z^2, from 0 up; 1 for z as the flow is trained to make it. An image's score is the mean over
 * its rotations.
 * @param scales z, one scale, [B, D]
 * @returns [B]
 */
export function vectorScores(scales: readonly Tensor2D[]): Tensor1D {
  return tf.tidy(() => tf.mean<Tensor1D>(tf.square(tf.concat2d([...scales], 1)), 1));
}
