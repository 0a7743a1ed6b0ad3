// Compares values, losses and first gradients with those of PyTorch, as test/reference writes them.
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { NamedTensors, Parameter } from '../../src/methods/parts/flow/parameters.js';
import { relativeDifference } from '../helpers/random-arrays.js';
import { signed } from './flow-arrays.js';

export interface GoldenTraining {
  readonly loss: number;
  /** Of each parameter's gradient the length, and the product with a random direction. */
  readonly gradients: Record<string, [length: number, along: number]>;
}

/**
 * Relative to the largest value: some hundred float32 roundings of 2^-24 each in a row; on a GPU, whose exp and tanh are good to 2^-16,
 * some of those.
 */
function tolerance(): number {
  return tf.getBackend() === 'webgpu' ? 2 ** -13 : 2 ** -17;
}

export async function expectValues(found: Tensor, expected: readonly number[]): Promise<void> {
  expect(relativeDifference(await found.data(), expected)).toBeLessThan(tolerance());
}

/** Loss and gradients by every trained parameter. */
export async function expectTraining(
  parameters: readonly Parameter[],
  tensors: NamedTensors,
  lossOf: (tensors: NamedTensors) => Scalar,
  { loss, gradients }: GoldenTraining,
): Promise<void> {
  const trained = parameters.filter(({ isTrained }) => isTrained).map(({ name }) => name);
  expect(trained.sort()).toEqual(Object.keys(gradients).sort());
  const at = (arrays: Tensor[]) => ({
    ...tensors,
    ...Object.fromEntries(trained.map((name, i) => [name, arrays[i]!])),
  });
  const { value, grads } = tf.valueAndGrads((...arrays: Tensor[]) => lossOf(at(arrays)))(
    trained.map((name) => tensors[name]!),
  );
  expect(Math.abs((await value.data())[0]! - loss)).toBeLessThan(tolerance() * Math.abs(loss));
  for (const [i, name] of trained.entries()) {
    const [length, along] = gradients[name]!;
    const gradient = await grads[i]!.data<'float32'>();
    const direction = signed(`direction ${name}`, gradient.length);
    const product = gradient.reduce((sum, value, j) => sum + value * direction[j]!, 0);
    const bound = tolerance() * length * Math.hypot(...direction);
    expect(Math.abs(product - along), `${name}: ${product}, not ${along}`).toBeLessThan(bound);
    expect(Math.abs(Math.hypot(...gradient) - length), name).toBeLessThan(tolerance() * length);
  }
}
