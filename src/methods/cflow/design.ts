// CFLOW-AD as the frame of trained methods asks for it: the decoders' network, their training, and what the backbone sees.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { createBackbone } from '../../backbones/graph.js';
import { augment } from '../../data/augment/index.js';
import { IadError } from '../../runtime/errors.js';
import { type NamedTensors, named, type Parameter } from '../parts/flow/parameters.js';
import { refuseUnless } from '../parts/frozen-config.js';
import type { FeatureShape, TrainedDesign, TrainedNetwork } from '../parts/trained/design.js';
import { readScored } from '../parts/trained/scored.js';
import type { ScheduleInput } from '../parts/training/index.js';
import type { CFlowConfig } from './config.js';
import { fiberOrder, fibersOf, groupCount } from './fibers.js';
import { type CflowDecoder, cflowDecoders, cflowLoss, cflowMap, likelihoodMap } from './network.js';

/** The array of the largest likelihood of each level in the training images. */
const PEAKS = 'peaks';

export const DESIGN: TrainedDesign<CFlowConfig, null> = {
  method: 'cflow',
  name: 'CFlow',
  state: () => z.null(),
  draw: () => null,
  // A group's fibers are drawn from all images of the batch.
  needsWholeBatch: true,
  network: ({ config, features }) => cflowNetwork(config, features),
  sizedBy: ['couplings'],
  training: ({ epochs, learningRate, weightDecay }) => ({
    optimizer: { kind: 'adam', rate: learningRate, weightDecay },
    schedule: cflowSchedule(epochs),
    dropLast: true,
  }),
  backbone: (weights, { encoderPadding }) => createBackbone(weights, { padding: encoderPadding }),
  augment: ({ rotation }) => {
    if (rotation === 0) return null;
    return (view, random) => [
      augment({ image: view }, [{ kind: 'rotate', degrees: [-rotation, rotation] }], random).image,
    ];
  },
};

/** Over which the learning rate falls, and of which the first ones warm up: the paper's 25 times 8 epochs. */
const STAGES = 25;
const WARM_UP_STAGES = 2;
/** Fractions of the learning rate: at the end, and at the beginning of the warm-up. */
const FINAL = 1e-3;
const FIRST = 0.1;

/** The rate stays the same within a stage, of `epochs` / 25 epochs, and rises batch by batch within the warm-up. */
export function cflowSchedule(epochs: number): ScheduleInput {
  const perStage = Math.ceil(epochs / STAGES);
  const warm = WARM_UP_STAGES / STAGES;
  // Where the cosine is when the warm-up ends, to which the schedule's `from` is relative.
  const target = FINAL + ((1 - FINAL) * (1 + Math.cos(Math.PI * warm))) / 2;
  const warmUp = { length: warm * (epochs / perStage), from: FIRST / target };
  return { kind: 'cosine', final: FINAL, unit: { epochs: perStage }, warmUp };
}

export function cflowNetwork(config: CFlowConfig, shapes: readonly FeatureShape[]): TrainedNetwork {
  const { couplings, positionChannels, fibers, seed, inputSize, encoderPadding } = config;
  const levels = shapes.map(([height, width, channels]) => ({ height, width, channels }));
  const isMirrored = encoderPadding === 'reflect';
  const mirrors = levels.every(({ height, width }) => Math.min(height, width) > 1);
  refuseUnless(
    !isMirrored || mirrors,
    'CFlow.inputSize',
    `${inputSize} leaves a single cell, which cannot be mirrored`,
  );
  const decoders = cflowDecoders({ levels, condition: positionChannels, steps: couplings });
  const fibersOn = ({ places }: CflowDecoder, images: number) => ({ count: images * places, groupSize: fibers });
  const likelihoods = (features: readonly Tensor4D[], tensors: NamedTensors) =>
    decoders.map((decoder, i) => likelihoodMap(decoder, levelOf(features, i), tensors));
  return {
    parameters: [...decoders.flatMap(({ parameters }) => parameters), peaksOf(decoders.length)],
    parts: (images) =>
      decoders.map((decoder) => ({
        parameters: decoder.parameters.filter(({ isTrained }) => isTrained).map(({ name }) => name),
        steps: groupCount(fibersOn(decoder, images)),
      })),
    loss: ({ batch, tensors, batchNumber, part, stepOfPart }) => {
      const [decoder, x] = [levelOf(decoders, part), levelOf(batch.features, part)];
      const order = fiberOrder(seed, batchNumber, part);
      const chosen = fibersOf(fibersOn(decoder, x.shape[0]), stepOfPart, order);
      const vectors = tf.gather(x.as2D(-1, x.shape[3]), tf.tensor1d(chosen, 'int32'));
      const places = chosen.map((fiber) => fiber % decoder.places);
      return cflowLoss(decoder.likelihood(vectors, places, tensors));
    },
    score: ({ images, features }, tensors) =>
      readScored(config, () => {
        const peaks = tf.unstack(named(tensors, PEAKS)).map((peak) => peak.asScalar());
        return { map: cflowMap(likelihoods(features(images), tensors), peaks, inputSize, inputSize), score: 'max' };
      }),
    conclude: async (batches, tensors) => {
      const peaks = new Float32Array(decoders.length).fill(-Infinity);
      for await (const { features } of batches) {
        const most = tf.tidy(() => tf.stack(likelihoods(features, tensors).map((l) => tf.max(l))));
        const values = await most.data<'float32'>().finally(() => most.dispose());
        for (const [i, value] of values.entries()) peaks[i] = Math.max(peaks[i]!, value);
      }
      return { [PEAKS]: peaks };
    },
  };
}

function peaksOf(levels: number): Parameter {
  return { name: PEAKS, shape: [levels], isTrained: false, initial: () => new Float32Array(levels) };
}

function levelOf<T>(all: readonly T[], i: number): T {
  const found = all[i];
  if (found !== undefined) return found;
  throw new IadError('BAD_ARGUMENT', `CFLOW-AD: level ${i} is missing, of ${all.length}`, { path: 'features' });
}
