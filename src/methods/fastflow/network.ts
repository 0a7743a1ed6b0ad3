// FastFlow's network: for every feature level a layer norm and a flow; its training loss, and the anomaly map (Yu et al.: FastFlow:
// Unsupervised Anomaly Detection and Localization via 2D Normalizing Flows, 2021).
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { type Flowed, negativeLogLikelihood } from '../parts/flow/flow.js';
import { type FastFlowOptions, fastFlow } from '../parts/flow/flows.js';
import { constant, type NamedTensors, named, type Parameter } from '../parts/flow/parameters.js';

/** Of the layer norm. */
const EPSILON = 1e-5;

export interface FastFlowLevel extends Pick<FastFlowOptions, 'channels' | 'orders'> {
  /** Of the features. */
  readonly height: number;
  readonly width: number;
}

export interface FastFlowNetworkOptions extends Omit<FastFlowOptions, 'channels' | 'orders'> {
  readonly levels: readonly FastFlowLevel[];
  /** Whether the features pass a layer norm of their own first: those of ResNets do, those of transformers have passed one. */
  readonly layerNorm: boolean;
}

export interface FastFlowNetwork {
  readonly parameters: readonly Parameter[];
  /**
   * @param features [B, height, width, channels] of each level
   * @returns z and log-determinant of each level, owned by the caller
   */
  readonly forward: (features: readonly Tensor4D[], tensors: NamedTensors) => Flowed<Tensor4D>[];
}

/** The arrays of level i are called `level{i}.norm.scale`, `level{i}.norm.offset` and `level{i}.flow...`. */
export function fastFlowNetwork({ levels, layerNorm, ...shared }: FastFlowNetworkOptions): FastFlowNetwork {
  const parts = levels.map(({ height, width, channels, orders }, i) => {
    const flow = fastFlow(`level${i}.flow`, { channels, orders, ...shared });
    const shape = [height, width, channels];
    const norm = layerNorm
      ? [constant(`level${i}.norm.scale`, shape, 1), constant(`level${i}.norm.offset`, shape, 0)]
      : [];
    return { flow, parameters: [...norm, ...flow.parameters], wanted: shape.join(', ') };
  });
  return {
    parameters: parts.flatMap(({ parameters }) => parameters),
    forward: (features, tensors) =>
      tf.tidy(() =>
        parts.map(({ flow, wanted }, i) => {
          const x = levelOf(features, i, parts.length, wanted);
          return tf.tidy(() => flow.forward(layerNorm ? normalised(x, `level${i}.norm`, tensors) : x, tensors));
        }),
      ),
  };
}

/** @throws IadError BAD_ARGUMENT unless there are `count` levels, and this one is [B, `wanted`] */
function levelOf(features: readonly Tensor4D[], i: number, count: number, wanted: string): Tensor4D {
  const x = features[i];
  if (x && features.length === count && x.shape.slice(1).join(', ') === wanted) return x;
  const shapes = features.map(({ shape }) => `[${shape.join(', ')}]`).join(', ');
  throw new IadError('BAD_ARGUMENT', `FastFlow: level ${i} of ${count} must be [B, ${wanted}], given ${shapes}`, {
    path: 'features',
    hint: 'The model is bound to the image size and the layers that it was made for.',
  });
}

/** Over positions and channels together, then scaled and shifted element by element. */
function normalised(x: Tensor4D, name: string, tensors: NamedTensors): Tensor4D {
  const { mean, variance } = tf.moments(x, [1, 2, 3], true);
  const standard = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(standard, named(tensors, `${name}.scale`)), named(tensors, `${name}.offset`));
}

/** The mean negative log-likelihood of the samples up to a constant, summed over the levels. */
export function fastFlowLoss(levels: readonly Flowed<Tensor4D>[]): Scalar {
  return tf.tidy(() =>
    tf.addN(
      levels.map(({ values, logDeterminant }) => tf.mean<Scalar>(negativeLogLikelihood([values], logDeterminant))),
    ),
  );
}

/**
 * What a position's map value is, from the mean of z^2 over the channels: `likelihood` -exp(-mean / 2), from -1 (as likely as can be)
 * to 0, which far from the training data it is to within float32, so that very unlikely places tie; `meanSquare` the mean itself, from
 * 0 up, in which they do not.
 */
export type FastFlowMeasure = 'likelihood' | 'meanSquare';

/**
 * The anomaly map: the measure of every level, resized (bilinear, half-pixel centres), and their mean. Higher is more anomalous.
 * @param levels z of each level, [B, h, w, C]
 * @returns [B, height, width, 1]
 */
export function fastFlowMap(
  levels: readonly Tensor4D[],
  height: number,
  width: number,
  measure: FastFlowMeasure = 'likelihood',
): Tensor4D {
  return tf.tidy(() => {
    const maps = levels.map((z) => {
      const square = tf.mean<Tensor4D>(tf.square(z), 3, true);
      const unlikely = measure === 'meanSquare' ? square : tf.neg<Tensor4D>(tf.exp(tf.mul(square, -0.5)));
      return tf.image.resizeBilinear(unlikely, [height, width], false, true);
    });
    return tf.div(tf.addN(maps), levels.length);
  });
}
