// From a network's map on the backend to what the prediction is made of.
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { gaussianBlur } from '../../../kernels/index.js';
import type { TrainedConfig } from './config.js';
import type { ScoredView } from './design.js';

export interface MapAndScore {
  /** [1, inputSize, inputSize, 1] */
  readonly map: Tensor4D;
  /** Of the smoothed map, or a number of its own. */
  readonly score: 'max' | 'mean' | Scalar;
}

/** Runs `make` in a tidy, blurs its map by the configuration's `smoothing`, and reads map and score. */
export async function readScored({ smoothing }: TrainedConfig, make: () => MapAndScore): Promise<ScoredView> {
  const read = tf.tidy(() => {
    const made = make();
    const map = smoothing === 0 ? made.map : gaussianBlur(made.map, smoothing, { border: 'edge' });
    return { map, score: scoreOf(map, made.score) };
  });
  try {
    const [map, [score = Number.NaN]] = [await read.map.data<'float32'>(), await read.score.data<'float32'>()];
    return { map, score };
  } finally {
    tf.dispose(read);
  }
}

function scoreOf(map: Tensor4D, score: MapAndScore['score']): Scalar {
  switch (score) {
    case 'max':
      return tf.max(map);
    case 'mean':
      return tf.mean(map);
    default:
      return score;
  }
}
