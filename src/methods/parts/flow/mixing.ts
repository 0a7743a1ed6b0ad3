// Between coupling blocks the channels are mixed, in a fixed way that keeps volumes: by a permutation, or by a rotation.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { channelPermute, inversePermutation } from '../../../kernels/index.js';
import { Random } from '../../../runtime/random.js';
import { type NamedTensors, namedMatrix, type Parameter } from './parameters.js';
import { randomRotation } from './rotation.js';

/** A linear map of the channels of determinant 1 or -1. */
export interface Mixing<T extends Tensor> {
  readonly parameters: readonly Parameter[];
  readonly forward: (x: T, tensors: NamedTensors) => T;
  readonly inverse: (y: T, tensors: NamedTensors) => T;
}

/** y[..., c] = x[..., order[c]]. */
export function permutation<T extends Tensor>(order: ArrayLike<number>): Mixing<T> {
  const back = inversePermutation(order);
  return {
    parameters: [],
    forward: (x) => channelPermute(x, order),
    inverse: (y) => channelPermute(y, back),
  };
}

/**
 * `count` random orders of the channels, one after the other from one stream of random numbers. A model keeps its orders: those of
 * converted weights come from elsewhere.
 */
export function randomOrders(channels: number, count: number, seed: number): number[][] {
  const random = Random.forKey('flow permutations', seed);
  return Array.from({ length: count }, () => random.sample(channels, channels));
}

/**
 * y = x R for a rotation R, the "soft permutation" of FrEIA: array `name` [C, C], drawn once and never trained.
 */
export function rotation(name: string, channels: number): Mixing<Tensor2D> {
  const initial = (random: Random) => randomRotation(channels, random);
  return {
    parameters: [{ name, shape: [channels, channels], isTrained: false, initial }],
    forward: (x, tensors) => tf.matMul(x, namedMatrix(tensors, name)),
    inverse: (y, tensors) => tf.matMul(y, namedMatrix(tensors, name), false, true),
  };
}
