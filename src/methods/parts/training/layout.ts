// The values of a model, or of gradients, as one array of numbers: so they travel between threads.
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

/** The values in the order of `layoutOf`. */
export function valuesOf({ parameters, buffers }: Model): Promise<Float32Array[]> {
  return Promise.all(
    [...Object.values(parameters), ...Object.values(buffers)].map((tensor) => tensor.data<'float32'>()),
  );
}

/** @returns tensors owned by the caller; a backend may keep the array itself */
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
