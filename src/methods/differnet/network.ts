// DifferNet's network: the features of an image as one vector, the flow of such vectors, its training loss and the image score (Rudolph,
// Wandt, Rosenhahn: Same Same But DifferNet: Semi-Supervised Defect Detection with Normalizing Flows, WACV 2021).
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Backbone, LayerName } from '../../backbones/types.js';
import { type Flow, type Flowed, lossPerDimension } from '../parts/flow/flow.js';
import { differNetFlow } from '../parts/flow/flows.js';
import { pyramid } from '../parts/pyramid.js';

/** Hidden layers of a subnet. */
const HIDDEN_LAYERS = 3;

/**
 * The mean over positions of a layer's output at three scales, the largest first. Has a gradient by the images.
 * @param images [B, H, W, 3] RGB, 0..255; H and W multiples of 4
 * @returns [B, 3 C], owned by the caller
 */
export function pooledFeatures(images: Tensor4D, backbone: Backbone, layer: LayerName): Tensor2D {
  return tf.tidy(() => {
    const pooled = pyramid(images, 'nearest').map((scale) =>
      tf.tidy(() => tf.mean<Tensor2D>(backbone.features(scale, [layer])[layer], [1, 2])),
    );
    return tf.concat2d(pooled, 1);
  });
}

export interface DifferNetShape {
  /** Of the vectors: three times those of the layer, even. */
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

/** The mean negative log-likelihood per dimension, up to a constant. */
export function differNetLoss(flowed: Flowed<Tensor2D[]>): Scalar {
  return lossPerDimension(flowed);
}

/**
 * How unlikely each vector is: the mean of z^2, from 0 up; 1 for z as the flow is trained to make it. An image's score is the mean over
 * its rotations.
 * @param z [B, D]
 * @returns [B]
 */
export function vectorScores(z: Tensor2D): Tensor1D {
  return tf.tidy(() => tf.mean<Tensor1D>(tf.square(z), 1));
}
