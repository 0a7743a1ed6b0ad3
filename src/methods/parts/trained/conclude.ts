// The last pass over the training images: arrays that the trained network itself determines.
import * as tf from '@tensorflow/tfjs';
import { IadError, yieldTurn } from '../../../runtime/errors.js';
import { stageProgress } from '../../../runtime/progress.js';
import type { FitOptions } from '../../types.js';
import type { NamedTensors } from '../flow/parameters.js';
import { arraysOf, checkFinite, type NamedArrays } from './arrays.js';
import type { TrainingBatch } from './design.js';
import type { OpenProblem } from './problem.js';
import type { Samples } from './samples.js';

/**
 * @param indices of the images that were trained on
 * @returns the arrays that the network's `conclude` gives; none if it has no such pass
 * @throws IadError ABORTED; TRAINING_DIVERGED for values that are no numbers; BAD_ARGUMENT for an array that is trained, or does not exist in this size
 */
export async function conclude(
  { network, samples }: OpenProblem,
  indices: readonly number[],
  tensors: NamedTensors,
  options: FitOptions,
): Promise<NamedArrays> {
  const arrays = (await network.conclude?.(oneByOne(samples, indices, options), tensors)) ?? {};
  const free = arraysOf(network).filter(({ isTrained, name }) => !isTrained || isBuffer(network, name));
  for (const [name, values] of Object.entries(arrays)) {
    const { length } = values;
    const shape = free.find((parameter) => parameter.name === name)?.shape;
    if (shape && tf.util.sizeFromShape([...shape]) === length) {
      checkFinite(name, values);
      continue;
    }
    throw new IadError('BAD_ARGUMENT', `conclude gives ${length} values for ${name} [${shape ?? ''}]`, { path: name });
  }
  return arrays;
}

function isBuffer({ buffers = [] }: OpenProblem['network'], name: string): boolean {
  return buffers.some((buffer) => buffer.name === name);
}

async function* oneByOne(
  samples: Samples,
  indices: readonly number[],
  { onProgress, signal }: FitOptions,
): AsyncGenerator<TrainingBatch, void, void> {
  const progress = stageProgress(onProgress, 'statistics', indices.length);
  for (const [done, index] of indices.entries()) {
    await yieldTurn(signal);
    const batch = await samples.batch([index], null);
    try {
      yield batch;
    } finally {
      tf.dispose(batch);
    }
    progress(done + 1);
  }
}
