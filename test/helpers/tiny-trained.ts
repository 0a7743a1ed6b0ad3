// A trained method as small as one can be: every channel of a layer's features is a Gaussian. It has every kind of array that the frame
// knows, trained, constant and running.
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { channelPermute } from '../../src/kernels/index.js';
import { constant, type NamedTensors, named } from '../../src/methods/parts/flow/parameters.js';
import { FROZEN_DEFAULTS } from '../../src/methods/parts/frozen-config.js';
import type { ModelContent } from '../../src/methods/parts/model-file.js';
import { parseConfig } from '../../src/methods/parts/parse-config.js';
import {
  permutation,
  readScored,
  TRAINED_DEFAULTS,
  TRAINED_FIELDS,
  type TrainedConfig,
  type TrainedDesign,
  TrainedMethod,
  type TrainingBatch,
  trainedConfig,
  trainedSessions,
} from '../../src/methods/parts/trained/index.js';
import type { MethodInfo } from '../../src/methods/types.js';
import { Random } from '../../src/runtime/random.js';

export type TinyDesign = TrainedDesign<TrainedConfig, number[]>;

const SCHEMA = z.strictObject(TRAINED_FIELDS);
const DEFAULTS: TrainedConfig = {
  ...FROZEN_DEFAULTS,
  ...TRAINED_DEFAULTS,
  layers: ['layer1'],
  inputSize: 32,
  epochs: 4,
  batchSize: 3,
  learningRate: 0.1,
  weightDecay: 0,
};

export const TINY: TinyDesign = {
  method: 'tiny',
  name: 'Tiny',
  state: ({ features: [[, , channels] = [0, 0, 0]] }) => permutation(channels),
  draw: ({ config, features: [[, , channels] = [0, 0, 0]] }) => {
    return Random.forKey('tiny', config.seed).sample(channels, channels);
  },
  training: ({ learningRate: rate }) => ({ optimizer: { kind: 'adam', rate } }),
  network: ({ config, features: [[, , channels] = [0, 0, 0]] }, order) => {
    const { inputSize: side } = config;
    const mean = { ...constant('mean', [channels], 0), initial: uniform(channels) };
    /** Standardised features of the first set. */
    const standard = ({ features: [x] }: Pick<TrainingBatch, 'features'>, tensors: NamedTensors) => {
      const moved = tf.sub(channelPermute(x!, order), named(tensors, 'mean'));
      return tf.mul<tf.Tensor4D>(moved, tf.exp(named(tensors, 'logScale')));
    };
    const unlikelihood = (batch: TrainingBatch, tensors: NamedTensors) =>
      tf.sub<tf.Scalar>(tf.mul(tf.mean(tf.square(standard(batch, tensors))), 0.5), tf.mean(named(tensors, 'logScale')));
    return {
      parameters: [mean, constant('logScale', [channels], 0), { ...constant('peak', [1], 1), isTrained: false }],
      buffers: [constant('steps', [1], 0)],
      loss: ({ batch, tensors, update }) => {
        update('steps', tf.add(named(tensors, 'steps'), 1));
        return unlikelihood(batch, tensors);
      },
      validate: unlikelihood,
      score: ({ images, features }, tensors) =>
        readScored(config, () => {
          const squares = tf.mean<tf.Tensor4D>(tf.square(standard({ features: features(images) }, tensors)), 3, true);
          const map = tf.div<tf.Tensor4D>(squares, named(tensors, 'peak'));
          return { map: tf.image.resizeBilinear(map, [side, side], false, true), score: 'max' };
        }),
      conclude: async (batches, tensors) => {
        let peak = 0;
        for await (const batch of batches) {
          const largest = tf.tidy(() => tf.max(tf.mean(tf.square(standard(batch, tensors)), 3)));
          peak = Math.max(peak, (await largest.data())[0] ?? 0);
          largest.dispose();
        }
        return { peak: Float32Array.of(peak) };
      },
    };
  },
};

function uniform(length: number) {
  return (random: Random) => Float32Array.from({ length }, () => random.uniform());
}

/** @param design in place of parts of {@link TINY} */
export class Tiny extends TrainedMethod<TrainedConfig, number[]> {
  protected readonly design: TinyDesign;
  protected readonly sessions: ReturnType<typeof trainedSessions<TrainedConfig, number[]>>;

  constructor(options: Partial<TrainedConfig> = {}, design: Partial<TinyDesign> = {}) {
    super(parseConfig('Tiny', SCHEMA, { ...DEFAULTS, ...options }));
    this.design = { ...TINY, ...design };
    this.sessions = trainedSessions(this.design);
  }

  get info(): MethodInfo {
    return { id: 'tiny', name: 'Tiny', paper: '', year: 2026, family: '', settings: [] };
  }

  static async fromContent(content: ModelContent, path: string): Promise<Tiny> {
    const resolve = (config: object) => parseConfig('Tiny', SCHEMA, config);
    return new Tiny(trainedConfig(content, TINY, resolve, path)).restore(content, path);
  }
}
