// DifferNet as the frame of trained methods wants it.
import * as z from 'zod';
import { ARCHITECTURES } from '../../backbones/architecture.js';
import { randomOrders } from '../parts/flow/mixing.js';
import { refuseUnless } from '../parts/frozen-config.js';
import { permutation, pyramid, type Setting, type TrainedDesign } from '../parts/trained/index.js';
import { scoringAngles, turnedCopies } from './augment.js';
import type { DifferNetConfig } from './config.js';
import { differNetLoss, differNetNetwork, pooled, SCALES } from './network.js';
import { rotationScore, scoreWithMap } from './score.js';

/** The reference's; PyTorch's defaults are 0.9, 0.999 and 1e-8. */
const BETAS: [number, number] = [0.8, 0.8];
const EPSILON = 1e-4;

/** For every block an order of the channels. */
export type Orders = readonly (readonly number[])[];

export const DESIGN: TrainedDesign<DifferNetConfig, Orders> = {
  method: 'differnet',
  name: 'DifferNet',
  state: (setting) => z.array(permutation(channelsOf(setting))).length(setting.config.blocks),
  draw: (setting) => randomOrders(channelsOf(setting), setting.config.blocks, setting.config.seed),
  network: (setting, orders) => {
    const { config, architecture } = setting;
    const { hidden, inputSize, smoothing, localisation } = config;
    const flow = differNetNetwork({ channels: channelsOf(setting), hidden, orders });
    const angles = scoringAngles(config);
    return {
      parameters: flow.parameters,
      loss: ({ batch, tensors }) => differNetLoss(flow.forward([pooled(batch.features)], tensors)),
      score: async ({ view, features }, tensors) => {
        const scoring = { flow, tensors, features, angles };
        if (localisation === 'gradient') {
          return scoreWithMap(view, scoring, { smoothing, inputScale: ARCHITECTURES[architecture].input.scale });
        }
        const score = await rotationScore(view, scoring);
        return { score, map: new Float32Array(inputSize ** 2).fill(score) };
      },
    };
  },
  sizedBy: ['hidden', 'blocks'],
  training: ({ learningRate: rate, weightDecay }) => ({
    optimizer: { kind: 'adam', rate, betas: BETAS, epsilon: EPSILON, weightDecay },
  }),
  inputs: ({ inputSize }) => pyramid(inputSize, SCALES),
  augment: turnedCopies,
  scoresChanged: true,
};

/** Of all scales together. @throws IadError BAD_CONFIG for an odd number, or an image too small for the backbone */
function channelsOf({ config, features }: Setting<DifferNetConfig>): number {
  const [, , smallest] = features;
  const rule = `is ${config.inputSize}: a quarter of it is too small for ${config.layers}`;
  refuseUnless(smallest !== undefined && smallest[0] > 0, 'DifferNet.inputSize', rule);
  const channels = features.reduce((sum, [, , each]) => sum + each, 0);
  refuseUnless(
    channels % 2 === 0,
    'DifferNet.layers',
    `${config.layers} has ${channels} channels at three scales, an odd number`,
  );
  return channels;
}
