// CS-Flow as the frame of trained methods wants it.
import * as z from 'zod';
import { refuseUnless } from '../parts/frozen-config.js';
import { permutation, pyramid, readScored, type Setting, type TrainedDesign } from '../parts/trained/index.js';
import type { CsFlowConfig } from './config.js';
import { csFlowLoss, csFlowMap, csFlowNetwork, csFlowScore, drawOrders, type Orders, SCALES } from './network.js';

/** The reference's; PyTorch's default is 1e-8. */
const EPSILON = 1e-4;
/** Most L2 norm of all gradients together. */
const CLIP_NORM = 1;

export const DESIGN: TrainedDesign<CsFlowConfig, Orders> = {
  method: 'csflow',
  name: 'CS-Flow',
  state: (setting) => {
    const ofScale = permutation(channelsOf(setting));
    return z.array(z.array(ofScale).length(SCALES)).length(setting.config.blocks);
  },
  draw: (setting) => drawOrders(channelsOf(setting), setting.config.blocks, setting.config.seed),
  network: (setting, orders) => {
    const { config } = setting;
    const flow = csFlowNetwork({ channels: channelsOf(setting), hidden: config.hidden, orders });
    return {
      parameters: flow.parameters,
      loss: ({ batch, tensors }) => csFlowLoss(flow.forward(batch.features, tensors)),
      score: ({ images, features }, tensors) =>
        readScored(config, () => {
          const { values } = flow.forward(features(images), tensors);
          const map = csFlowMap(values, config.inputSize, config.inputSize);
          return { map, score: csFlowScore(values).asScalar() };
        }),
    };
  },
  sizedBy: ['hidden', 'blocks'],
  training: ({ learningRate: rate, weightDecay }) => ({
    optimizer: { kind: 'adam', rate, epsilon: EPSILON, weightDecay },
    clipNorm: CLIP_NORM,
  }),
  inputs: ({ inputSize, shrinking }) => pyramid(inputSize, SCALES, shrinking),
};

/** @throws IadError BAD_CONFIG unless the scales' features halve, and have an even number of channels */
function channelsOf({ config, features }: Setting<CsFlowConfig>): number {
  const [finest] = features;
  const [height = 0, width = 0, channels = 0] = finest ?? [];
  const halve = height > 0 && features.every(([h, w], level) => h * 2 ** level === height && w * 2 ** level === width);
  const sizes = features.map(([h, w]) => `${h} x ${w}`).join(', ');
  refuseUnless(
    halve,
    'CS-Flow.inputSize',
    `is ${config.inputSize}, at which ${config.layers} gives features of ${sizes}: each scale must be half of the one before. ` +
      "Use a multiple of four times the layer's stride.",
  );
  refuseUnless(channels % 2 === 0, 'CS-Flow.layers', `${config.layers} has ${channels} channels, an odd number`);
  return channels;
}
