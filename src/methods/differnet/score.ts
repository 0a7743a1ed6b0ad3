// DifferNet's score of a view, the mean over its rotations, and its map: where the loss of all rotations depends on the pixels most.
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { rotate } from '../../data/augment/index.js';
import type { Image } from '../../data/types.js';
import { gaussianBlur } from '../../kernels/index.js';
import type { Flow } from '../parts/flow/flow.js';
import type { NamedTensors } from '../parts/flow/parameters.js';
import type { ScoredView } from '../parts/trained/index.js';
import { differNetLoss, pooled, vectorScores } from './network.js';
import { rotateSpline } from './spline.js';

/** A gradient needs all intermediate results of the backbone: more at once take much memory. */
const AT_ONCE = 4;

export interface Scoring {
  readonly flow: Flow<Tensor2D[]>;
  readonly tensors: NamedTensors;
  /** The backbone's features of images [B, side, side, 3] at three scales. */
  readonly features: (images: Tensor4D) => Tensor4D[];
  /** Degrees counterclockwise. */
  readonly angles: readonly number[];
}

/** The mean of z^2 over all rotations of a view. */
export async function rotationScore(view: Image, { flow, tensors, features, angles }: Scoring): Promise<number> {
  let sum = 0;
  for (const group of groups(angles)) {
    const scores = tf.tidy(() =>
      vectorScores(flow.forward([pooled(features(turnedImages(view, group)))], tensors).values),
    );
    sum += total(await scores.data<'float32'>().finally(() => scores.dispose()));
  }
  return sum / angles.length;
}

export interface Localisation {
  /** Standard deviation of the Gaussian over each gradient, pixels. */
  readonly smoothing: number;
  /** What the backbone multiplies each colour by: the gradients are those by its normalised input. */
  readonly inputScale: readonly number[];
}

/**
 * Score and map: the gradient of each rotation's loss (half the mean of z^2, less the log-determinant per dimension) by its pixels, turned
 * back (cubic splines) and blurred; the mean of the absolute values over rotations and colours, squared. From 0 up.
 */
export async function scoreWithMap(
  view: Image,
  { flow, tensors, features, angles }: Scoring,
  { smoothing, inputScale }: Localisation,
): Promise<ScoredView> {
  const side = view.width;
  const sums = new Float64Array(side * side);
  const scores: Tensor1D[] = [];
  try {
    for (const group of groups(angles)) {
      const lossOf = (images: Tensor) => {
        const flowed = flow.forward([pooled(features(images.as4D(group.length, side, side, 3)))], tensors);
        scores.push(tf.keep(vectorScores(flowed.values)));
        return tf.mul<Scalar>(differNetLoss(flowed), group.length);
      };
      const gradients = tf.tidy(() => tf.div(tf.grad(lossOf)(turnedImages(view, group)), [...inputScale]));
      const values = await gradients.data<'float32'>().finally(() => gradients.dispose());
      const magnitudes = await uprightMagnitudes(values, side, group, smoothing);
      for (let i = 0; i < sums.length; i++) sums[i]! += magnitudes[i]!;
    }
    let sum = 0;
    for (const each of scores) sum += total(await each.data<'float32'>());
    const count = 3 * angles.length;
    return { score: sum / angles.length, map: Float32Array.from(sums, (value) => (value / count) ** 2) };
  } finally {
    tf.dispose(scores);
  }
}

/** @param gradients [angles, side, side, 3] @returns [side, side]: the sum of their absolute values, turned back and blurred */
async function uprightMagnitudes(
  gradients: Float32Array,
  side: number,
  angles: readonly number[],
  smoothing: number,
): Promise<Float32Array> {
  const size = side * side * 3;
  const upright = new Float32Array(gradients.length);
  for (const [i, degrees] of angles.entries()) {
    upright.set(rotateSpline(gradients.subarray(i * size, (i + 1) * size), side, 3, -degrees), i * size);
  }
  const magnitudes = tf.tidy(() => {
    const all = tf.tensor4d(upright, [angles.length, side, side, 3]);
    return tf.sum(tf.abs(smoothing === 0 ? all : gaussianBlur(all, smoothing)), [0, 3]);
  });
  return magnitudes.data<'float32'>().finally(() => magnitudes.dispose());
}

function turnedImages(view: Image, angles: readonly number[]): Tensor4D {
  const { width, height, data } = view;
  const values = new Float32Array(angles.length * data.length);
  for (const [i, degrees] of angles.entries()) values.set(rotate(view, degrees).data, i * data.length);
  return tf.tensor4d(values, [angles.length, height, width, 3]);
}

function groups(angles: readonly number[]): (readonly number[])[] {
  const count = Math.ceil(angles.length / AT_ONCE);
  return Array.from({ length: count }, (_, i) => angles.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
