// CS-Flow's network on the features of three scales: its flow, training loss, image score and anomaly map (Rudolph, Wehrbein, Rosenhahn,
// Wandt: Fully Convolutional Cross-Scale-Flows for Image-based Defect Detection, WACV 2022).
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { dimensionsOf, type Flow, type Flowed, halfSquaredLength, lossPerDimension } from '../parts/flow/flow.js';
import { csFlow } from '../parts/flow/flows.js';
import { randomOrders } from '../parts/flow/mixing.js';

/** Of the image. */
export const SCALES = 3;

/** For every block, for each of the three scales, an order of the channels. */
export type Orders = readonly (readonly (readonly number[])[])[];

export interface CsFlowShape {
  /** Of the features, even. */
  readonly channels: number;
  /** Of the subnets. */
  readonly hidden: number;
  readonly orders: Orders;
}

export function drawOrders(channels: number, blocks: number, seed: number): number[][][] {
  const orders = randomOrders(channels, SCALES * blocks, seed);
  return Array.from({ length: blocks }, (_, k) => orders.slice(SCALES * k, SCALES * (k + 1)));
}

/** One block for each entry of `orders`; filters of 3x3, in the last block of 5x5. Its arrays are called `flow.{block}...`. */
export function csFlowNetwork({ channels, hidden, orders }: CsFlowShape): Flow<Tensor4D[]> {
  const blocks = orders.map((each, k) => ({ size: k === orders.length - 1 ? 5 : 3, orders: each }));
  return csFlow('flow', { channels, hidden, blocks });
}

/** The mean negative log-likelihood per dimension, up to a constant. */
export function csFlowLoss(flowed: Flowed<Tensor4D[]>): Scalar {
  return lossPerDimension(flowed);
}

/**
 * The image score: the mean of z^2 / 2 over all scales, from 0 up; 0.5 for z as the flow is trained to make it.
 * @param scales z, [B, h, w, C] each
 * @returns [B]
 */
export function csFlowScore(scales: readonly Tensor4D[]): Tensor1D {
  return tf.tidy(() => tf.div(halfSquaredLength(scales), dimensionsOf(scales)));
}

/**
 * The anomaly map: the mean of z^2 over the channels of the finest scale, resized (bilinear, half-pixel centres); from 0 up.
 * @param scales z, the finest first, [B, h, w, C] each
 * @returns [B, height, width, 1]
 */
export function csFlowMap([finest]: readonly Tensor4D[], height: number, width: number): Tensor4D {
  if (!finest) throw new IadError('BAD_ARGUMENT', 'csFlowMap: there is no scale', { path: 'scales' });
  return tf.tidy(() => tf.image.resizeBilinear(tf.mean(tf.square(finest), 3, true), [height, width], false, true));
}
