// Every op that training needs, on every backend present: its gradient against finite differences and against cpu's.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { Random } from '../../src/runtime/random.js';
import { missing } from '../helpers/needs.js';
import { TRAINING_OPS, type TrainingOp } from './training-ops.js';

const EPSILON = 2 ** -24;
/** Step of the finite differences: exact in float32, small against the inputs' spacing, large against their rounding. */
const STEP = 2 ** -8;

interface Estimate {
  readonly value: number;
  /** How far the estimate may be off: what halving the step changes, and the outputs' rounding over the step. */
  readonly error: number;
  /** Sum of the magnitudes of the terms that make up the gradient. */
  readonly magnitude: number;
}

/** Distinct values, evenly spaced and shuffled: no ties, no zero. */
function spread(length: number, [low, high]: readonly [number, number], random: Random): Float32Array {
  const even = length + (length % 2);
  const values = Array.from({ length }, (_, i) => low + ((high - low) * (i + 0.5)) / even);
  for (let i = length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return Float32Array.from(values);
}

interface Problem {
  readonly values: Float32Array[];
  readonly weights: Float32Array;
}

/** Seeded inputs, and the weights of the op's outputs in the scalar that is differentiated. */
function problemOf({ op, shapes, range, run }: TrainingOp): Problem {
  const random = Random.forKey(op, 7);
  const values = shapes.map((shape) => spread(tf.util.sizeFromShape([...shape]), range, random));
  const size = tf.tidy(() => run(...tensors(shapes, values)).size);
  return { values, weights: Float32Array.from({ length: size }, () => 0.5 + random.uniform()) };
}

function tensors(shapes: TrainingOp['shapes'], values: readonly Float32Array[]): Tensor[] {
  return values.map((array, i) => tf.tensor(array, [...(shapes[i] ?? [])]));
}

function outputs({ shapes, run }: TrainingOp, values: readonly Float32Array[]): Float32Array {
  return tf.tidy(() => Float32Array.from(run(...tensors(shapes, values)).dataSync()));
}

/** The gradient by central differences of two steps (the smaller one extrapolated), on the current backend. */
function estimates(trained: TrainingOp, { values, weights }: Problem): Estimate[][] {
  const depth = Math.max(...trained.shapes.map((shape) => tf.util.sizeFromShape([...shape])));
  const along = (array: Float32Array, i: number, step: number) => {
    const middle = array[i]!;
    const [plus, minus] = [Math.fround(middle + step), Math.fround(middle - step)];
    array[i] = plus;
    const above = outputs(trained, values);
    array[i] = minus;
    const below = outputs(trained, values);
    array[i] = middle;
    let [sum, magnitude, noise] = [0, 0, 0];
    for (let j = 0; j < weights.length; j++) {
      const change = weights[j]! * (above[j]! - below[j]!);
      sum += change;
      magnitude += Math.abs(change);
      if (change !== 0) noise += weights[j]! * Math.max(1, Math.abs(above[j]!));
    }
    const width = plus - minus;
    return { value: sum / width, magnitude: magnitude / width, noise: (Math.sqrt(depth) * 4 * EPSILON * noise) / width };
  };
  return values.map((array) =>
    Array.from(array, (_, i) => {
      const [near, far] = [along(array, i, STEP), along(array, i, 2 * STEP)];
      const error = Math.abs(near.value - far.value) + near.noise + far.noise;
      return { value: (4 * near.value - far.value) / 3, error, magnitude: near.magnitude };
    }),
  );
}

/** The gradient that the backend computes. */
function gradients({ shapes, run }: TrainingOp, { values, weights }: Problem): Float32Array[] {
  return tf.tidy(() => {
    const loss = (...inputs: Tensor[]) => tf.sum(tf.mul(run(...inputs).flatten(), tf.tensor1d(weights))).asScalar();
    return tf
      .grads(loss)(tensors(shapes, values))
      .map((gradient, i) => {
        expect(gradient.shape).toEqual(shapes[i]);
        return Float32Array.from(gradient.dataSync());
      });
  });
}

/** Where the found gradients are further from the wanted ones than allowed. */
function differences(found: Float32Array[], wanted: ArrayLike<number>[], allowed: number[][]): string[] {
  const off: string[] = [];
  for (const [input, array] of found.entries()) {
    for (const [i, value] of array.entries()) {
      const [want, bound] = [wanted[input]![i]!, allowed[input]![i]!];
      if (!(Math.abs(value - want) <= bound)) off.push(`input ${input}[${i}]: ${value}, not ${want} within ${bound}`);
    }
  }
  return off;
}

/** The gradient's own rounding: sums of some hundred float32 terms; a GPU's exp, tanh and pow are good to some 2^-16. */
const ROUNDING = { cpu: 256 * EPSILON, wasm: 256 * EPSILON, webgpu: 2 ** -12 } as const;
const BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;

const known = new Map<string, { problem: Problem; finite: Estimate[][]; cpu: Float32Array[] }>();

beforeAll(async () => {
  await useBackend('cpu');
  for (const trained of TRAINING_OPS) {
    const problem = problemOf(trained);
    known.set(trained.op, { problem, finite: estimates(trained, problem), cpu: gradients(trained, problem) });
  }
});

describe.each(BACKENDS)('%s', (backend) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;
  beforeAll(async () => {
    if (absent === null) await useBackend(backend);
  });

  test.skipIf(absent !== null).each(TRAINING_OPS)('$op', (trained) => {
    const { problem, finite, cpu } = known.get(trained.op)!;
    const before = tf.memory().numTensors;
    const found = gradients(trained, problem);
    expect(tf.memory().numTensors).toBe(before);
    const scale = Math.max(...finite.flat().map(({ magnitude }) => magnitude));
    const rounding = ROUNDING[backend] * scale;
    const values = finite.map((input) => input.map(({ value }) => value));
    const bounds = finite.map((input) => input.map(({ error }) => error + rounding));
    expect(differences(found, values, bounds), 'finite differences').toEqual([]);
    const equal = finite.map((input) => input.map(() => rounding));
    expect(differences(found, cpu, equal), "cpu's gradient").toEqual([]);
  });
});
