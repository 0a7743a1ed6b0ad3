// FastFlow as a trained method: a flow for every layer's features, trained by maximum likelihood.
import * as z from 'zod';
import { seedFor } from '../../runtime/random.js';
import { couplingSizes } from '../parts/flow/all-in-one.js';
import { randomOrders } from '../parts/flow/mixing.js';
import { refuseUnless } from '../parts/frozen-config.js';
import { type FeatureShape, permutation, readScored, type TrainedDesign } from '../parts/trained/index.js';
import { type FastFlowConfig, kernelsOf } from './config.js';
import { fastFlowLoss, fastFlowMap, fastFlowNetwork } from './network.js';

/** For each level, `level0` and on, the order of the channels after each step. */
export type Orders = Readonly<Record<string, readonly (readonly number[])[]>>;

export const DESIGN: TrainedDesign<FastFlowConfig, Orders> = {
  method: 'fastflow',
  name: 'FastFlow',

  state: ({ config, features }) =>
    z.strictObject(byLevel(features, (channels) => z.array(permutation(channels)).length(config.steps))),

  draw: ({ config: { steps, seed }, features }) =>
    byLevel(features, (channels, level) => randomOrders(channels, steps, seedFor(`fastflow|${level}`, seed))),

  sizedBy: ['hiddenRatio', 'steps'],

  training: ({ learningRate: rate, weightDecay }) => ({
    optimizer: { kind: 'adam', rate, weightDecay },
    dropLast: true,
  }),

  network: ({ config, architecture, features }, orders) => {
    const { inputSize, hiddenRatio, tanh, measure, imageScore } = config;
    const levels = features.map(([height, width, channels], i) => {
      return { height, width, channels, orders: orders[`level${i}`] ?? [] };
    });
    const least = Math.min(...levels.map(({ channels }) => couplingSizes(channels).kept));
    const isWide = Math.floor(least * hiddenRatio) > 0;
    refuseUnless(
      isWide,
      'FastFlow.hiddenRatio',
      `is ${hiddenRatio}, which leaves a subnet of ${least} no hidden channel`,
    );
    const kernels = kernelsOf(config, architecture);
    const network = fastFlowNetwork({ levels, layerNorm: true, kernels, hiddenRatio, tanh });
    return {
      parameters: network.parameters,
      loss: ({ batch, tensors }) => fastFlowLoss(network.forward(batch.features, tensors)),
      score: ({ images, features: of }, tensors) =>
        readScored(config, () => {
          const z = network.forward(of(images), tensors).map(({ values }) => values);
          return { map: fastFlowMap(z, inputSize, inputSize, measure), score: imageScore };
        }),
    };
  },
};

function byLevel<T>(
  features: readonly FeatureShape[],
  make: (channels: number, level: string) => T,
): Record<string, T> {
  return Object.fromEntries(
    features.map(([, , channels], i): [string, T] => [`level${i}`, make(channels, `level${i}`)]),
  );
}
