// A network's arrays between the host and the backend.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { type NamedTensors, named, type Parameter } from '../flow/parameters.js';
import type { TrainedNetwork } from './design.js';

export type NamedArrays = Readonly<Record<string, Float32Array>>;

/** All arrays of a network, buffers last. */
export function arraysOf({ parameters, buffers = [] }: TrainedNetwork): readonly Parameter[] {
  return [...parameters, ...buffers];
}

/** @returns tensors owned by the caller */
export function upload(parameters: readonly Parameter[], arrays: NamedArrays): Record<string, Tensor> {
  return tf.tidy(() =>
    Object.fromEntries(
      parameters.map(({ name, shape }) => [name, tf.tensor(arrays[name] ?? [], [...shape], 'float32')]),
    ),
  );
}

/**
 * One after another, so that the host holds no more than it must.
 * @throws IadError TRAINING_DIVERGED as {@link checkFinite}
 */
export async function download(parameters: readonly Parameter[], tensors: NamedTensors): Promise<NamedArrays> {
  const arrays: Record<string, Float32Array> = {};
  for (const { name } of parameters) {
    const values = await named(tensors, name).data<'float32'>();
    checkFinite(name, values);
    arrays[name] = values;
  }
  return arrays;
}

/** The last step may lead where nothing can be computed. @throws IadError TRAINING_DIVERGED for NaN or infinity */
export function checkFinite(name: string, values: Float32Array): void {
  if (values.every(Number.isFinite)) return;
  throw new IadError('TRAINING_DIVERGED', `${name} holds values that are no numbers after the last epoch`, {
    path: 'train',
    hint: 'Use a lower learning rate, and look for images of one value.',
  });
}
