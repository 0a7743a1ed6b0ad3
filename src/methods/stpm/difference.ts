// How far a student's features are from its teacher's: the training loss, and the anomaly map.
import type { Scalar, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { normalizedDifference } from '../../kernels/index.js';
import { IadError } from '../../runtime/errors.js';

/** || s / |s| - t / |t| ||^2 over the channels, 0..4, of every layer: [batch, height, width] each. */
function distances(student: readonly Tensor4D[], teacher: readonly Tensor4D[]): Tensor3D[] {
  if (student.length === 0 || student.length !== teacher.length) {
    throw new IadError(
      'BAD_ARGUMENT',
      `STPM: ${student.length} layers of the student, ${teacher.length} of the teacher`,
    );
  }
  // The kernel has the paper's 1/2.
  return student.map((features, i) => tf.mul<Tensor3D>(normalizedDifference(features, teacher[i]!, 'squared'), 2));
}

/**
 * The mean over batch and positions of the distance, summed over the layers: twice the paper's equation 3, which has a factor of 1/2, and
 * what the learning rate of 0.4 is for.
 * @param student [batch, height, width, channels] of each layer; `teacher` alike
 */
export function stpmLoss(student: readonly Tensor4D[], teacher: readonly Tensor4D[]): Scalar {
  return tf.tidy(() => tf.addN(distances(student, teacher).map((distance) => tf.mean<Scalar>(distance))));
}

/**
 * The layers' distances, each resized to the first layer's grid (bilinear, half-pixel centres), and multiplied: 0 where one layer sees no
 * difference, at most 4 to the power of the number of layers.
 * @returns [batch, height, width] of the first layer
 */
export function stpmMap(student: readonly Tensor4D[], teacher: readonly Tensor4D[]): Tensor3D {
  return tf.tidy(() => {
    const levels = distances(student, teacher);
    const [, height, width] = levels[0]!.shape;
    const resized = levels.map((level) =>
      tf.squeeze<Tensor3D>(
        tf.image.resizeBilinear(tf.expandDims<Tensor4D>(level, 3), [height, width], false, true),
        [3],
      ),
    );
    return resized.reduce((product, level) => tf.mul(product, level));
  });
}
