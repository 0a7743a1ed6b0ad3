// Random projections for choosing a coreset in fewer dimensions (Johnson and Lindenstrauss). Only the choice uses them.
import * as tf from '@tensorflow/tfjs';
import type { Random } from '../../runtime/random.js';

/** A linear map. */
export interface Projection {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs] */
  readonly weights: Float32Array;
}

/**
 * The official PatchCore's mapper: a linear layer without bias at its initial weights, uniform in +-1/sqrt(inputs), not
 * rescaled: E||Wx||^2 = ||x||^2 * outputs / (3 * inputs). Drawn output by output.
 */
export function uniformProjection(inputs: number, outputs: number, random: Random): Projection {
  const bound = 1 / Math.sqrt(inputs);
  const weights = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) weights[i * outputs + o] = (2 * random.uniform() - 1) * bound;
  }
  return { inputs, outputs, weights };
}

/**
 * The anomalib variant's sparse projection (Li, Hastie, Church 2006): entries 0, or +-sqrt(1/density)/sqrt(outputs) with
 * probability `density` = 1/sqrt(inputs), signs equally likely.
 */
export function sparseProjection(inputs: number, outputs: number, random: Random): Projection {
  const density = 1 / Math.sqrt(inputs);
  const size = Math.sqrt(1 / density) / Math.sqrt(outputs);
  const weights = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const u = random.uniform();
      weights[i * outputs + o] = u < density / 2 ? -size : u < density ? size : 0;
    }
  }
  return { inputs, outputs, weights };
}

/**
 * Dimensions that keep the distances of `count` >= 2 points within a factor 1 +- epsilon (Johnson-Lindenstrauss bound).
 * A single point has no distances and is counted as two.
 */
export function johnsonLindenstraussDimension(count: number, epsilon: number): number {
  return Math.floor((4 * Math.log(Math.max(2, count))) / (epsilon ** 2 / 2 - epsilon ** 3 / 3));
}

/**
 * Projects rows.
 * @param rows [N, inputs]
 * @param weights [inputs, outputs], from `projectionTensor`
 * @returns [N, outputs]
 */
export function project(rows: tf.Tensor2D, weights: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(rows, weights);
}

export function projectionTensor({ inputs, outputs, weights }: Projection): tf.Tensor2D {
  return tf.tensor2d(weights, [inputs, outputs]);
}

/** Projects rows on the host's side: [N, inputs] to [N, outputs]. */
export async function projectRows(rows: Float32Array, projection: Projection): Promise<Float32Array> {
  const { inputs } = projection;
  const projected = tf.tidy(() =>
    project(tf.tensor2d(rows, [rows.length / inputs, inputs]), projectionTensor(projection)),
  );
  const data = await projected.data<'float32'>();
  projected.dispose();
  return data;
}
