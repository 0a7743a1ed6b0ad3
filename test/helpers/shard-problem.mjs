// Training problems of plain data, as the test thread and its workers (see shard-worker.mjs) both make them.
import { isMainThread } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';

export const INPUTS = 5;

/** Small integers: on a batch of a power of two the squared error's sums are exact, in whatever order. */
export function linearSample(index) {
  const x = Array.from({ length: INPUTS }, (_, d) => ((index * 7 + d * 5 + ((index * d) % 3)) % 9) - 4);
  return { x, y: ((index * 5) % 11) - 5 };
}

function linear() {
  return {
    samples: 16,
    start: () => ({
      parameters: { weights: tf.tensor2d([0, 0.25, 0.5, 0.75, 1], [INPUTS, 1]), bias: tf.tensor1d([0.5]) },
      buffers: { seen: tf.zeros([INPUTS]) },
    }),
    batch: (indices) => {
      const samples = indices.map(linearSample);
      return {
        x: tf.tensor2d(
          samples.map(({ x }) => x),
          [indices.length, INPUTS],
        ),
        y: tf.tensor2d(
          samples.map(({ y }) => y),
          [indices.length, 1],
        ),
      };
    },
    loss: ({ parameters, batch, update }) => {
      update('seen', batch.x.mean(0));
      return batch.x.matMul(parameters.weights).add(parameters.bias).sub(batch.y).square().mean();
    },
  };
}

const SIDE = 6;

/** Two convolutions that take noise from images, which are turned at random. */
function denoiser() {
  const filter = (shape, seed) => tf.randomNormal(shape, 0, 0.4, 'float32', seed);
  return {
    samples: 9,
    start: () => ({ parameters: { first: filter([3, 3, 1, 4], 1), second: filter([3, 3, 4, 1], 2) }, buffers: {} }),
    batch: (indices, _random, sampleRandom) => {
      const pixels = indices.flatMap((index, i) => {
        const phase = sampleRandom(i).uniform();
        return Array.from({ length: SIDE * SIDE }, (_, p) => Math.sin(p * (0.2 + 0.05 * index) + 6 * phase));
      });
      return { images: tf.tensor4d(pixels, [indices.length, SIDE, SIDE, 1]) };
    },
    loss: ({ parameters, batch: { images }, sampleRandom }) => {
      const noise = Array.from({ length: images.shape[0] }, (_, i) => {
        const random = sampleRandom(i);
        return Array.from({ length: SIDE * SIDE }, () => 0.1 * random.normal());
      });
      const noisy = images.add(tf.tensor4d(noise.flat(), images.shape));
      const hidden = tf.leakyRelu(tf.conv2d(noisy, parameters.first, 1, 'same'), 0.2);
      return tf.conv2d(hidden, parameters.second, 1, 'same').sub(images).square().mean();
    },
  };
}

/** On a worker thread things can go wrong, or take their time. */
export function shardProblem({ kind, fault, parts }) {
  const { start, samples, batch, loss } = { linear, denoiser }[kind]();
  if (!isMainThread && fault?.kind === 'start') throw new Error('no start today');
  return {
    start,
    samples,
    ...(parts && { parts }),
    batch: async (indices, random, sampleRandom) => {
      if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, 30 * Math.random()));
      const tensors = batch(indices, random, sampleRandom);
      if (fault?.kind !== 'nan' || !indices.includes(fault.sample)) return tensors;
      const images = tensors.images.mul(Number.NaN);
      tensors.images.dispose();
      return { images };
    },
    loss: (inputs) => {
      if (!isMainThread && fault?.step === inputs.step) {
        if (fault.kind === 'exit') process.exit(7);
        if (fault.kind === 'throw') throw new Error('my own');
      }
      return loss(inputs);
    },
  };
}
