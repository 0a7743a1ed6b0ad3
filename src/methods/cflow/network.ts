// CFLOW-AD's decoders, one for each feature level; their training loss, and the anomaly map (Gudovskiy, Ishizaka, Kozuka: CFLOW-AD:
// Real-Time Unsupervised Anomaly Detection with Localization via Conditional Normalizing Flows, WACV 2022).
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { logLikelihood } from '../parts/flow/flow.js';
import { type CflowDecoderOptions, cflowDecoder } from '../parts/flow/flows.js';
import type { NamedTensors, Parameter } from '../parts/flow/parameters.js';
import { positionalCode } from '../parts/flow/positional-code.js';

/** The size of one level's features. */
export interface CflowLevel {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface CflowDecoderSettings extends Pick<CflowDecoderOptions, 'condition' | 'steps'> {
  readonly levels: readonly CflowLevel[];
}

/** The density of one level's feature vectors, each given its place. */
export interface CflowDecoder {
  readonly parameters: readonly Parameter[];
  /** Places on the level's grid. */
  readonly places: number;
  /**
   * log p of every vector per channel.
   * @param vectors [N, channels]
   * @param places of each vector, 0 to places - 1, by rows of the grid
   * @returns [N], owned by the caller
   */
  readonly likelihood: (vectors: Tensor2D, places: ArrayLike<number>, tensors: NamedTensors) => Tensor1D;
}

/** The arrays of level i are called `level{i}.decoder...`. */
export function cflowDecoders({ levels, condition, steps }: CflowDecoderSettings): CflowDecoder[] {
  return levels.map(({ height, width, channels }, i) => {
    const flow = cflowDecoder(`level${i}.decoder`, { channels, condition, steps, tanh: 'plain' });
    // Not before it is needed: the sizes may be those of a model file whose arrays do not fit them.
    let code: Float32Array | undefined;
    return {
      parameters: flow.parameters,
      places: height * width,
      likelihood: (vectors, places, tensors) => {
        if (vectors.shape[0] === places.length && vectors.shape[1] === channels) {
          code ??= positionalCode(height, width, condition);
          const table = code;
          return tf.tidy(() => {
            const { values, logDeterminant } = flow.forward(vectors, tensors, codesAt(table, condition, places));
            return tf.div(logLikelihood([values], logDeterminant), channels);
          });
        }
        const what = `[${places.length}, ${channels}], not [${vectors.shape.join(', ')}]`;
        throw new IadError('BAD_ARGUMENT', `CFLOW-AD: the vectors of level ${i} must be ${what}`, {
          path: 'features',
          hint: 'The model is bound to the image size and the layers that it was made for.',
        });
      },
    };
  });
}

/** Rows of a table of codes: [N, condition]. */
function codesAt(code: Float32Array, condition: number, places: ArrayLike<number>): Tensor2D {
  const rows = new Float32Array(places.length * condition);
  for (let i = 0; i < places.length; i++) {
    const start = places[i]! * condition;
    rows.set(code.subarray(start, start + condition), i * condition);
  }
  return tf.tensor2d(rows, [places.length, condition]);
}

/** Mean of -log sigmoid(l), as softplus(-l): finite for any l, and so is its slope. @param likelihoods l, [N] */
export function cflowLoss(likelihoods: Tensor1D): Scalar {
  return tf.tidy(() => tf.mean<Scalar>(tf.softplus(tf.neg(likelihoods))));
}

/** l of all places of all images: [B, height, width, 1]. @param features [B, height, width, channels] of the decoder's level */
export function likelihoodMap(decoder: CflowDecoder, features: Tensor4D, tensors: NamedTensors): Tensor4D {
  const [images, height, width, channels] = features.shape;
  return tf.tidy(() => {
    const places = Int32Array.from({ length: images * height * width }, (_, row) => row % decoder.places);
    return decoder.likelihood(features.as2D(places.length, channels), places, tensors).as4D(images, height, width, 1);
  });
}

/**
 * The anomaly map: how many levels there are, less the sum of their exp(l - peak), resized (bilinear, corners aligned). From about 0
 * (nothing in the training images was more likely) to the number of levels; below 0 where something is more likely still.
 * @param likelihoods l of each level, [B, h, w, 1]
 * @param peaks the largest l of each level in the training images
 * @returns [B, height, width, 1]
 */
export function cflowMap(
  likelihoods: readonly Tensor4D[],
  peaks: readonly Scalar[],
  height: number,
  width: number,
): Tensor4D {
  return tf.tidy(() => {
    const maps = likelihoods.map((l, i) => {
      return tf.image.resizeBilinear(tf.exp<Tensor4D>(tf.sub(l, peaks[i] ?? Number.NaN)), [height, width], true);
    });
    return tf.sub(maps.length, tf.addN(maps));
  });
}
