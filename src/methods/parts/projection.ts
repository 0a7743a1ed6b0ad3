// Random projections for choosing a coreset in fewer dimensions (Johnson and Lindenstrauss). Only the choice uses them.
import * as tf from '@tensorflow/tfjs';
import { type ProjectionKind, randomProjection } from '../../kernels/index.js';

/**
 * What the matrix is drawn from; it is never held. `uniform` is the official PatchCore's mapper, a linear layer without bias at its
 * initial weights; `sparse` the anomalib variant's.
 */
export interface Projection {
  readonly kind: ProjectionKind;
  readonly inputs: number;
  readonly outputs: number;
  /** 32 bits */
  readonly seed: number;
}

/**
 * Dimensions that keep the distances of `count` >= 2 points within a factor 1 +- epsilon (Johnson-Lindenstrauss bound).
 * A single point has no distances and is counted as two.
 */
export function johnsonLindenstraussDimension(count: number, epsilon: number): number {
  return Math.floor((4 * Math.log(Math.max(2, count))) / (epsilon ** 2 / 2 - epsilon ** 3 / 3));
}

/** Projects rows on the host's side: [N, inputs] to [N, outputs]. */
export async function projectRows(rows: Float32Array, projection: Projection): Promise<Float32Array> {
  const { inputs } = projection;
  const projected = tf.tidy(() => randomProjection(tf.tensor2d(rows, [rows.length / inputs, inputs]), projection));
  return projected.data<'float32'>().finally(() => projected.dispose());
}
