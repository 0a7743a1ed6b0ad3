// Gradients of a kernel checked by finite differences.
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/**
 * Compares tfjs's gradient of sum(weights * f(...inputs)) by every input with central differences along random directions.
 * @param step along a direction of length 1
 * @param tolerance relative to the largest slope
 */
export function expectGradients(
  f: (...inputs: tf.Tensor4D[]) => tf.Tensor,
  inputs: readonly tf.Tensor4D[],
  step: number,
  tolerance: number,
): void {
  tf.tidy(() => {
    const weights = tf.randomNormal(f(...inputs).shape, 0, 1, 'float32', 61);
    const loss = (...at: tf.Tensor[]) => tf.sum(f(...(at as tf.Tensor4D[])).mul(weights)).asScalar();
    const gradients = tf.grads(loss)([...inputs]);
    for (const [i, input] of inputs.entries()) {
      for (let seed = 0; seed < 6; seed++) {
        const drawn = tf.randomNormal(input.shape, 0, 1, 'float32', 70 + seed);
        const direction = drawn.div(drawn.norm());
        const along = (sign: number) => {
          const moved = inputs.with(i, input.add(direction.mul(sign * step)));
          return loss(...moved).arraySync();
        };
        const slope = (along(1) - along(-1)) / (2 * step);
        const predicted = gradients[i]!.mul(direction).sum().arraySync() as number;
        const size = gradients[i]!.norm().arraySync() as number;
        expect(Math.abs(predicted - slope), `input ${i}, direction ${seed}: ${predicted}, not ${slope}`).toBeLessThan(
          tolerance * size,
        );
      }
    }
  });
}
