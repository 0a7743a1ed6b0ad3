// A convolutional autoencoder on seeded synthetic images: a training problem that is small, has a batch norm with running statistics and
// draws noise.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { LossInputs, Tensors, TrainingProblem } from '../../src/methods/parts/training/index.js';
import { Random } from '../../src/runtime/random.js';

export const SIDE = 8;
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  stem: [3, 3, 1, 4],
  scale: [4],
  offset: [4],
  down: [4, 4, 4, 8],
  up: [4, 4, 4, 8],
  head: [3, 3, 4, 1],
};

/** A disc of its own place and size on a slope; one number, from 0 to 1, per pixel. */
export function image(index: number): Float32Array {
  const random = Random.forKey(`disc|${index}`, 0);
  const [x, y, r] = [2 + 4 * random.uniform(), 2 + 4 * random.uniform(), 1.5 + random.uniform()];
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
    return Math.hypot(column - x, row - y) < r ? 0.9 : 0.1 + (0.2 * row) / SIDE;
  });
}

export function imageBatch(indices: readonly number[]): Tensor4D {
  const values = new Float32Array(indices.length * SIDE * SIDE);
  for (const [i, index] of indices.entries()) values.set(image(index), i * SIDE * SIDE);
  return tf.tensor4d(values, [indices.length, SIDE, SIDE, 1]);
}

export function startWeights(seed: number): Record<string, Tensor> {
  const entries = Object.entries(SHAPES).map(([name, shape]): [string, Tensor] => {
    const random = Random.forKey(`weights|${name}`, seed);
    const fanIn = shape.slice(0, 3).reduce((product, n) => product * n, 1);
    const draw = { scale: () => 1, offset: () => 0 }[name] ?? (() => random.normal() / Math.sqrt(fanIn));
    return [name, tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, draw), [...shape])];
  });
  return Object.fromEntries(entries);
}

export function startBuffers(): Record<string, Tensor> {
  return { mean: tf.zeros([4]), variance: tf.ones([4]) };
}

function filter(weights: Tensors, name: string): Tensor4D {
  const weight = weights[name]!;
  const [a = 1, b = 1, c = 1, d = 1] = weight.shape;
  return weight.as4D(a, b, c, d);
}

function forward(
  images: Tensor4D,
  weights: Tensors,
  { mean, variance }: Record<'mean' | 'variance', Tensor>,
): Tensor4D {
  const stem = tf.conv2d(images, filter(weights, 'stem'), 1, 'same');
  const [offset, scale] = [weights.offset!.as1D(), weights.scale!.as1D()];
  const normal = tf.batchNorm4d(stem, mean.as1D(), variance.as1D(), offset, scale, 1e-5);
  const code = tf.leakyRelu(tf.conv2d(tf.leakyRelu(normal, 0.2), filter(weights, 'down'), 2, 'same'), 0.2);
  const wide = tf.conv2dTranspose(code, filter(weights, 'up'), [images.shape[0], SIDE, SIDE, 4], 2, 'same');
  return tf.sigmoid(tf.conv2d(tf.leakyRelu(wide, 0.2), filter(weights, 'head'), 1, 'same'));
}

export function loss({ parameters, buffers, batch, random, update }: LossInputs<Tensor4D>): tf.Scalar {
  const noise = tf.tensor4d(
    Float32Array.from({ length: batch.size }, () => 0.02 * random.normal()),
    batch.shape,
  );
  const noisy = tf.add<Tensor4D>(batch, noise);
  const { mean, variance } = tf.moments(tf.conv2d(noisy, filter(parameters, 'stem'), 1, 'same'), [0, 1, 2]);
  update('mean', tf.add(buffers.mean!.mul(0.9), mean.mul(0.1)));
  update('variance', tf.add(buffers.variance!.mul(0.9), variance.mul(0.1)));
  return tf.losses.meanSquaredError(batch, forward(noisy, parameters, { mean, variance })).asScalar();
}

/** Mean squared error on images that are not trained on, with the running statistics. */
export async function held({ parameters, buffers }: { parameters: Tensors; buffers: Tensors }): Promise<number> {
  const error = tf.tidy(() => {
    const images = imageBatch([100, 101, 102, 103]);
    const statistics = { mean: buffers.mean!, variance: buffers.variance! };
    return tf.losses.meanSquaredError(images, forward(images, parameters, statistics)).asScalar();
  });
  const [value] = await error.data();
  error.dispose();
  return value!;
}

/** Disposal of `parameters` and `buffers` is the caller's. */
export function autoencoder(): TrainingProblem<Tensor4D> & { readonly buffers: Tensors } {
  return {
    parameters: startWeights(1),
    buffers: startBuffers(),
    samples: 10,
    // Mirrored by chance, as an augmentation that draws.
    batch: (indices, random) => {
      const images = imageBatch(indices);
      if (random.uniform() < 0.5) return images;
      const mirrored = tf.reverse4d(images, 2);
      images.dispose();
      return mirrored;
    },
    loss,
  };
}
