// Arrays of the flows' tests, drawn as test/reference/normalizing_flows.py draws them.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { initialTensors, type Parameter } from '../../src/methods/parts/flow/parameters.js';
import { Random } from '../../src/runtime/random.js';

const SEED = 5;

/** Uniform in [-1, 1), from the stream of `key`. */
export function signed(key: string, length: number): Float64Array {
  const random = Random.forKey(key, SEED);
  return Float64Array.from({ length }, () => 2 * random.uniform() - 1);
}

export function matrixInput(key: string, rows: number, columns: number): Tensor2D {
  return tf.tensor2d(
    Float32Array.from(signed(key, rows * columns), (value) => 2 * value),
    [rows, columns],
  );
}

export function imageInput(key: string, shape: [number, number, number, number]): Tensor4D {
  return tf.tensor4d(
    Float32Array.from(signed(key, tf.util.sizeFromShape(shape)), (value) => 2 * value),
    shape,
  );
}

/** Trained parameters away from their initial values, so that every one has its effect; the fixed ones as drawn at first. */
export function drawnTensors(parameters: readonly Parameter[]): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map((parameter) => {
      const { name, shape, isTrained } = parameter;
      if (isTrained) return [name, tf.tensor(drawn(name, shape), [...shape])];
      return [name, initialTensors([parameter], SEED)[name]!];
    }),
  );
}

function drawn(name: string, shape: readonly number[]): Float32Array {
  const values = signed(name, tf.util.sizeFromShape([...shape]));
  const kind = name.split('.').at(-1) ?? '';
  if (kind === 'weight') {
    const bound = 1.5 / Math.sqrt(tf.util.sizeFromShape(shape.slice(0, -1)));
    return Float32Array.from(values, (value) => value * bound);
  }
  if (kind === 'gamma') return Float32Array.from(values, (value) => 10 + 2 * value);
  if (kind === 'scale' || kind.startsWith('gain')) return Float32Array.from(values, (value) => 0.6 + 0.3 * value);
  return Float32Array.from(values, (value) => 0.5 * value);
}
