// From patch scores on the feature grid to a smooth map at the network's input size.
import * as tf from '@tensorflow/tfjs';
import { type Border, gaussianBlur } from '../../kernels/index.js';

/** A map of scores, rows from the top. */
export interface ScoreMap {
  readonly width: number;
  readonly height: number;
  /** [height, width] */
  readonly data: Float32Array;
}

/** Gaussian blur on the backend; see gaussianBlur. `sigma` in pixels; 0 returns the map as it is. */
export async function smooth(map: ScoreMap, sigma: number, border: Border): Promise<ScoreMap> {
  if (sigma === 0) return map;
  const { width, height } = map;
  const blurred = tf.tidy(() => gaussianBlur(tf.tensor4d(map.data, [1, height, width, 1]), sigma, { border }));
  const data = await blurred.data<'float32'>().finally(() => blurred.dispose());
  return { width, height, data };
}

/** PyTorch's nearest: source index floor(i * from / to). */
export function resizeNearest(map: ScoreMap, width: number, height: number): ScoreMap {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * map.height) / height) * map.width;
    for (let x = 0; x < width; x++) data[y * width + x] = map.data[row + Math.floor((x * map.width) / width)]!;
  }
  return { width, height, data };
}
