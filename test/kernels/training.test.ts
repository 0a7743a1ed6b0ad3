// A small network of the layers that the trained methods are made of learns the same on every backend.
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { Random } from '../../src/runtime/random.js';
import { missing } from '../helpers/needs.js';

const STEPS = 8;

function values(random: Random, shape: number[], scale: number): Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => scale * random.normal()),
    shape,
  );
}

/** Over the batch's own statistics. tfjs's tape takes batchNorm with both offset and scale only. */
function batchNorm(x: Tensor4D, scale: Tensor): Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.batchNorm4d(x, mean.as1D(), variance.as1D(), tf.zerosLike(scale).as1D(), scale.as1D(), 1e-5);
}

const SHAPES = {
  stem: [3, 3, 3, 8],
  stemScale: [8],
  down: [4, 4, 8, 12],
  downScale: [12],
  depthwise: [3, 3, 12, 1],
  middle: [1, 1, 12, 16],
  up: [4, 4, 8, 16],
  upScale: [8],
  head: [3, 3, 8, 3],
};
type Weights = Record<keyof typeof SHAPES, Variable>;

function filter(weight: Variable): Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = weight.shape;
  return weight.as4D(a, b, c, d);
}

/** An autoencoder of images [N, 16, 16, 3]. */
function reconstruct(images: Tensor4D, weights: Weights): Tensor4D {
  const [batch] = images.shape;
  let x = tf.leakyRelu(batchNorm(tf.conv2d(images, filter(weights.stem), 1, 'same'), weights.stemScale), 0.2);
  x = tf.maxPool(x, 2, 2, 'valid');
  x = tf.leakyRelu(batchNorm(tf.conv2d(x, filter(weights.down), 2, 'same'), weights.downScale), 0.2);
  x = tf.elu(tf.depthwiseConv2d(x, filter(weights.depthwise), 1, 'same'));
  x = tf.softplus(tf.conv2d(x, filter(weights.middle), 1, 'valid'));
  x = tf.conv2dTranspose(x, filter(weights.up), [batch, 8, 8, 8], 2, 'same');
  x = tf.tanh(batchNorm(x, weights.upScale));
  x = tf.avgPool(tf.image.resizeBilinear(x, [16, 16], false, true), 3, 1, 'same');
  return tf.sigmoid(tf.conv2d(x, filter(weights.head), 1, 'same'));
}

/** The losses of some steps of gradient descent on one seeded batch. */
async function train(): Promise<number[]> {
  const random = new Random(3);
  const weightOf = (shape: number[]) =>
    tf.tidy(() => {
      if (shape.length === 1) return tf.variable(tf.ones(shape));
      const fanIn = shape.slice(0, 3).reduce((product, n) => product * n, 1);
      return tf.variable(values(random, shape, fanIn ** -0.5));
    });
  const weights: Weights = {
    stem: weightOf(SHAPES.stem),
    stemScale: weightOf(SHAPES.stemScale),
    down: weightOf(SHAPES.down),
    downScale: weightOf(SHAPES.downScale),
    depthwise: weightOf(SHAPES.depthwise),
    middle: weightOf(SHAPES.middle),
    up: weightOf(SHAPES.up),
    upScale: weightOf(SHAPES.upScale),
    head: weightOf(SHAPES.head),
  };
  // A colour of its own for each image, and noise.
  const images = tf.tidy(() =>
    tf.sigmoid(tf.add(values(random, [4, 1, 1, 3], 1.5), values(random, [4, 16, 16, 3], 0.3))).as4D(4, 16, 16, 3),
  );
  const optimizer = tf.train.sgd(0.5);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const loss = optimizer.minimize(
      () =>
        tf
          .sum(tf.squaredDifference(reconstruct(images, weights), images))
          .div(4 * 16 * 16)
          .asScalar(),
      true,
    );
    losses.push((await loss!.data())[0]!);
    loss!.dispose();
  }
  optimizer.dispose();
  tf.dispose([images, ...Object.values(weights)]);
  return losses;
}

let expected: number[];

beforeAll(async () => {
  await useBackend('cpu');
  expected = await train();
});

describe.each(['cpu', 'wasm', 'webgpu'] as const)('%s', (backend) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;

  test.skipIf(absent !== null)('learns as cpu does', async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const losses = await train();
    expect(tf.memory().numTensors).toBe(before);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
    // Sums of some hundred products, rounded to 2^-24 each, which every step carries on; a GPU's exp and tanh are good to 2^-16.
    const relative = (backend === 'webgpu' ? 2 ** -14 : 2 ** -17) * STEPS;
    for (const [step, loss] of losses.entries()) {
      expect(Math.abs(loss - expected[step]!), `step ${step}: ${loss}, not ${expected[step]}`).toBeLessThanOrEqual(
        relative * expected[step]!,
      );
    }
  });
});
