// The arrays that a flow is a function of: their names, shapes and initial values.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { Random } from '../../../runtime/random.js';

/** A flow's arrays by name, float32; variables while it is trained. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** One of a flow's arrays. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** What is not trained is kept with the model all the same. */
  readonly isTrained: boolean;
  /** Its values before training: in row-major order, or as a tensor, which becomes the caller's. */
  readonly initial: (random: Random) => Float32Array | Tensor;
  /** What no value may be below, checked in model files; default: any number may be. */
  readonly least?: number;
}

/** All entries the same at first. */
export function constant(name: string, shape: readonly number[], value: number): Parameter {
  const size = tf.util.sizeFromShape([...shape]);
  return { name, shape, isTrained: true, initial: () => new Float32Array(size).fill(value) };
}

/** Uniform in +-1 / sqrt(fanIn) at first: what PyTorch gives weights and biases of linear layers and convolutions. */
export function uniform(name: string, shape: readonly number[], fanIn: number): Parameter {
  const length = tf.util.sizeFromShape([...shape]);
  const bound = 1 / Math.sqrt(fanIn);
  const initial = (random: Random) => Float32Array.from({ length }, () => (2 * random.uniform() - 1) * bound);
  return { name, shape, isTrained: true, initial };
}

/**
 * The initial values. Each parameter has a stream of random numbers of its own, `Random.forKey(name, seed)`: it does not matter
 * which others there are.
 * @returns tensors owned by the caller
 */
export function initialTensors(parameters: readonly Parameter[], seed: number): Record<string, Tensor> {
  return tf.tidy(() =>
    Object.fromEntries(
      parameters.map(({ name, shape, initial }) => {
        const values = initial(Random.forKey(name, seed));
        return [name, values instanceof Float32Array ? tf.tensor(values, [...shape]) : values];
      }),
    ),
  );
}

/** @throws IadError BAD_ARGUMENT if there is no such array */
export function named(tensors: NamedTensors, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor) return tensor;
  throw new IadError('BAD_ARGUMENT', `a flow misses its array ${name}`, { path: name });
}

/** @throws IadError BAD_ARGUMENT if there is no such vector */
export function namedVector(tensors: NamedTensors, name: string): Tensor1D {
  const tensor = named(tensors, name);
  if (isVector(tensor)) return tensor;
  throw wrongRank(name, 1, tensor);
}

/** @throws IadError BAD_ARGUMENT if there is no such matrix */
export function namedMatrix(tensors: NamedTensors, name: string): Tensor2D {
  const tensor = named(tensors, name);
  if (isMatrix(tensor)) return tensor;
  throw wrongRank(name, 2, tensor);
}

/** @throws IadError BAD_ARGUMENT if there is no such filter [height, width, in, out] */
export function namedFilter(tensors: NamedTensors, name: string): Tensor4D {
  const tensor = named(tensors, name);
  if (isFilter(tensor)) return tensor;
  throw wrongRank(name, 4, tensor);
}

function isVector(tensor: Tensor): tensor is Tensor1D {
  return tensor.rank === 1;
}

function isMatrix(tensor: Tensor): tensor is Tensor2D {
  return tensor.rank === 2;
}

function isFilter(tensor: Tensor): tensor is Tensor4D {
  return tensor.rank === 4;
}

function wrongRank(name: string, rank: number, { shape }: Tensor): IadError {
  return new IadError('BAD_ARGUMENT', `a flow needs an array of rank ${rank}, not [${shape}]`, { path: name });
}
