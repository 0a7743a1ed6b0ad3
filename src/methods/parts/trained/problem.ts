// A design's training problem from plain data: its network's start values, and its samples as batches.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { FoldedWeights } from '../../../backbones/types.js';
import { yieldTurn } from '../../../runtime/errors.js';
import { type FeatureCacheOptions, openFeatureCache } from '../feature-cache/index.js';
import { initialTensors, type NamedTensors, type Parameter } from '../flow/parameters.js';
import type { NamedImage } from '../inputs.js';
import type { TrainingProblem } from '../training/index.js';
import type { TrainedConfig } from './config.js';
import type { TrainedDesign, TrainedNetwork, TrainingBatch } from './design.js';
import { Extractor, settingOf } from './extractor.js';
import { changesByEpoch, Samples } from './samples.js';

export interface ProblemInit<Config extends TrainedConfig, State> {
  readonly config: Config;
  readonly weights: FoldedWeights;
  readonly state: State;
  readonly images: readonly NamedImage[];
  /** Where features are kept between the epochs. */
  readonly cache: FeatureCacheOptions;
}

export interface OpenProblem {
  readonly network: TrainedNetwork;
  readonly samples: Samples;
  /** Arrays that are not trained. */
  readonly constants: NamedTensors;
  /** Of these images. */
  of(indices: readonly number[]): TrainingProblem<TrainingBatch>;
  /** Frees the backbone and the start values. */
  dispose(): void;
}

/** The caller disposes of it. Others have their turn while start values are drawn. @throws IadError ABORTED */
export async function openProblem<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  { config, weights, state, images, cache }: ProblemInit<Config, State>,
  signal?: AbortSignal,
): Promise<OpenProblem> {
  const network = design.network(settingOf(design, config, weights.architecture), state);
  const augment = design.augment?.(config) ?? null;
  const features = augment || images.some(changesByEpoch) ? null : await openFeatureCache(cache);
  const { parameters: all, buffers = [] } = network;
  const trained = all.filter(({ isTrained }) => isTrained);
  const fixed = all.filter(({ isTrained }) => !isTrained);
  const extractor = Extractor.of(design, config, weights);
  const made: Record<string, Tensor>[] = [];
  const make = async (which: readonly Parameter[]) => {
    const tensors: Record<string, Tensor> = {};
    made.push(tensors);
    for (const parameter of which) {
      await yieldTurn(signal);
      Object.assign(tensors, initialTensors([parameter], config.seed));
    }
    return tensors;
  };
  const dispose = () => {
    extractor.dispose();
    tf.dispose(made);
  };
  try {
    const [parameters, constants, start] = [await make(trained), await make(fixed), await make(buffers)];
    const usesPixels = design.usesPixels ?? false;
    const samples = new Samples(images, { config, extractor, augment, usesPixels, cache: features });
    const of = (indices: readonly number[]): TrainingProblem<TrainingBatch> => ({
      parameters,
      buffers: start,
      samples: indices.length,
      ...(network.parts && { parts: network.parts(Math.min(config.batchSize, indices.length)) }),
      batch: (chosen, _random, randomOf, epoch) =>
        samples.batch(
          chosen.flatMap((i) => indices[i] ?? []),
          { randomOf, epoch },
        ),
      loss: ({ parameters: values, buffers: running, ...rest }) =>
        network.loss({ ...rest, tensors: { ...constants, ...values, ...running } }),
    });
    return { network, samples, constants, of, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
