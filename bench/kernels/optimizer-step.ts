// Rows of the optimisers' fused steps, on the weights of one 3x3 convolution from 512 to 512 channels in the real set, against the same
// from stock ops.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { adamStep, sgdStep } from '../../src/kernels/index.js';
import { Random } from '../../src/runtime/random.js';
import type { Inputs, KernelBenchmark } from './types.js';

const SGD = { rate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 1e-4 };
const ADAM = {
  rate: 1e-3,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 1e-5,
  decoupled: false,
  amsgrad: false,
} as const;
const T = 7;

function given(inputs: Inputs): { weights: Tensor; gradient: Tensor; state: Tensor2D } {
  const { weights, gradient, state } = inputs;
  if (weights && gradient && state) return { weights, gradient, state: state.as2D(state.shape[0] ?? 0, weights.size) };
  throw new Error('an input is missing');
}

function make(count: number, moments: number): Inputs {
  const random = new Random(71);
  const draw = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.uniform()),
      shape,
    );
  return { weights: draw([count]), gradient: draw([count]), state: draw([moments, count]) };
}

function stockSgd(inputs: Inputs): Tensor[] {
  return tf.tidy(() => {
    const { weights, gradient, state } = given(inputs);
    const v = state.mul(SGD.momentum).add(gradient.add(weights.mul(SGD.weightDecay)));
    return [weights.sub(v.flatten().mul(SGD.rate)), v];
  });
}

function stockAdam(inputs: Inputs): Tensor[] {
  return tf.tidy(() => {
    const { weights, gradient, state } = given(inputs);
    const [m0, v0] = tf.unstack(state);
    if (!m0 || !v0) throw new Error('two moments');
    const [beta1, beta2] = ADAM.betas;
    const g = gradient.add(weights.mul(ADAM.weightDecay));
    const m = m0.mul(beta1).add(g.mul(1 - beta1));
    const v = v0.mul(beta2).add(g.square().mul(1 - beta2));
    const root = v
      .div(1 - beta2 ** T)
      .sqrt()
      .add(ADAM.epsilon);
    return [weights.sub(m.div(root).mul(ADAM.rate / (1 - beta1 ** T))), tf.stack([m, v])];
  });
}

function rows(set: KernelBenchmark['set'], count: number): KernelBenchmark[] {
  const sizes = String(count);
  return [
    {
      op: 'sgdStep',
      sizes,
      set,
      make: () => make(count, 1),
      run: (inputs) => tf.tidy(() => Object.values(sgdStep(given(inputs), SGD))),
      baselines: { stock: stockSgd },
      flops: 7 * count,
      bytes: 20 * count,
    },
    {
      op: 'adamStep',
      sizes,
      set,
      make: () => make(count, 2),
      run: (inputs) => tf.tidy(() => Object.values(adamStep(given(inputs), ADAM, T))),
      baselines: { stock: stockAdam },
      flops: 17 * count,
      bytes: 28 * count,
    },
  ];
}

export const OPTIMIZER_BENCHMARKS: readonly KernelBenchmark[] = [
  ...rows('quick', 65_536),
  ...rows('real', 512 * 512 * 9),
];
