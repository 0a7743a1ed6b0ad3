// What a training step's way back frees on its way, and that nothing is freed which is still needed.
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../../src/kernels/backend.js';
import { lossAndGradients } from '../../../src/methods/parts/training/gradients.js';
import { FIRST_STEP } from '../../helpers/first-step.js';

type Loss = (x: Tensor, y: Tensor) => Tensor;

function gradientsOf(loss: Loss, parameters: { x: Tensor; y: Tensor }) {
  const problem = { loss: ({ parameters: { x, y } }: { parameters: Record<string, Tensor> }) => scalar(loss(x!, y!)) };
  return lossAndGradients(problem, { ...FIRST_STEP, parameters, buffers: {}, batch: [] });
}

const scalar = (tensor: Tensor): Scalar => tf.sum(tensor).asScalar();

/** Hands on its upstream gradient as it is. */
const same = tf.customGrad((...inputs) => {
  const [x] = inputs;
  return { value: tf.mul(x as Tensor, 2), gradFunc: (upstream) => upstream };
});
/** One tensor as the gradient by both. */
const both = tf.customGrad((...inputs) => {
  const [x, y] = inputs as [Tensor, Tensor];
  return {
    value: tf.add(x, y),
    gradFunc: (upstream) => {
      const gradient = tf.mul(upstream, 3);
      return [gradient, gradient];
    },
  };
});
/** A saved tensor as the gradient. */
const saving = tf.customGrad((...inputs) => {
  const [x, save] = inputs;
  if (typeof save === 'function') save([x as Tensor]);
  return { value: tf.square(x as Tensor), gradFunc: (_, [saved]) => saved! };
});

const LOSSES: [string, Loss][] = [
  ['a tensor used twice', (x, y) => x.add(x).mul(y).add(x.mul(y))],
  ['a shortcut', (x, y) => x.relu().mul(y).relu().add(x.relu()).add(y)],
  [
    'sums of sums',
    (x, y) =>
      x
        .add(y)
        .add(x)
        .sub(y.add(x.add(y)).square()),
  ],
  ['an upstream gradient handed on', (x, y) => same(same(x).add(same(y))).add(x)],
  ['one gradient for two', (x, y) => both(same(x), both(x, y.square())).mul(x)],
  ['a saved tensor as a gradient', (x, y) => saving(saving(x.add(1)).mul(y)).add(y)],
  ['outputs that are not used', (x, y) => tf.split(x.mul(y), 2, 1)[0]!.square()],
  ['parts put together', (x, y) => tf.concat([x, y.exp(), x.mul(y)], 1).square()],
];

describe.each(['cpu', 'wasm'] as const)('%s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  test.each(LOSSES)("gradients are tfjs's own, and nothing is left: %s", (_, loss) => {
    const [x, y] = [tf.randomNormal([3, 4], 0, 1, 'float32', 1), tf.randomNormal([3, 4], 0, 1, 'float32', 2)];
    const before = tf.memory().numTensors;
    const found = gradientsOf(loss, { x, y });
    const wanted = tf.grads((a, b) => scalar(loss(a!, b!)))([x, y]);
    expect([...found.gradients.x!.dataSync()]).toEqual([...wanted[0]!.dataSync()]);
    expect([...found.gradients.y!.dataSync()]).toEqual([...wanted[1]!.dataSync()]);
    tf.dispose([found.loss, found.gradients, wanted]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, y]);
  });

  test('the way back takes no more memory than the way forth', () => {
    const counts: number[] = [];
    const probe = tf.customGrad((...inputs) => ({
      value: tf.mul(inputs[0] as Tensor, 1),
      gradFunc: (upstream) => {
        counts.push(tf.memory().numTensors);
        return tf.mul(upstream, 1);
      },
    }));
    const [x, y] = [tf.ones([3, 4]), tf.ones([3, 4])];
    const before = tf.memory().numTensors;
    const loss: Loss = (a, b) => {
      let value = probe(a);
      for (let layer = 0; layer < 50; layer++) value = tf.mul(value, b).relu();
      counts.push(tf.memory().numTensors);
      return value;
    };
    const found = gradientsOf(loss, { x, y });
    const [forth, back] = counts.map((count) => count - before);
    expect(forth).toBeGreaterThan(100);
    expect(back).toBeLessThan(forth! / 4);
    tf.dispose([found.loss, found.gradients, x, y]);
  });
});
