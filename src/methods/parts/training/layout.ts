// The values of a model as one array of numbers, in which they travel between threads.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Model, Tensors } from './types.js';

/** Where a tensor's values lie, row-major. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly first: number;
  readonly end: number;
}

/** Plain data. */
export interface ModelLayout {
  readonly parameters: readonly Place[];
  readonly buffers: readonly Place[];
  /** Of the array. */
  readonly length: number;
}

/** All parameters one after another, then all buffers. */
export function layoutOf({ parameters, buffers }: Model): ModelLayout {
  let length = 0;
  const places = (tensors: Tensors) =>
    Object.entries(tensors).map(([name, { shape, size }]): Place => {
      const first = length;
      length += size;
      return { name, shape, first, end: length };
    });
  return { parameters: places(parameters), buffers: places(buffers), length };
}

/** @returns tensors owned by the caller; backends may keep the array itself */
export function modelAt(values: Float32Array, { parameters, buffers }: ModelLayout): Model {
  const tensors = (places: readonly Place[]) =>
    Object.fromEntries(
      places.map(({ name, shape, first, end }): [string, Tensor] => [
        name,
        tf.tensor(values.subarray(first, end), [...shape], 'float32'),
      ]),
    );
  return tf.tidy(() => ({ parameters: tensors(parameters), buffers: tensors(buffers) }));
}

/** The tensors' values one after another, in the order of the layout, which must be the model's. */
export function valuesOf(model: Model, { parameters, buffers }: ModelLayout): Promise<Float32Array[]> {
  const read = async (tensors: Tensors, { name }: Place) =>
    (await tensors[name]?.data<'float32'>()) ?? new Float32Array(0);
  return Promise.all([
    ...parameters.map((place) => read(model.parameters, place)),
    ...buffers.map((place) => read(model.buffers, place)),
  ]);
}
