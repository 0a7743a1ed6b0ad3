// Tells a fused multiply-add from a product and a sum.
import * as tf from '@tensorflow/tfjs';

/** x x - x x by matMul, 1 < x: 0 where every product is rounded; the rounding error of the first one where the second is not. */
export function fusedRest(): number {
  const x = 1 + 2 ** -12;
  return tf.tidy(
    () => tf.matMul(tf.fill([4, 2], x), tf.tensor2d([[x], [-x]]).tile([1, 8])).dataSync()[0] ?? Number.NaN,
  );
}
