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
    return {
      value: sum / width,
      magnitude: magnitude / width,
      noise: (Math.sqrt(depth) * 4 * EPSILON * noise) / width,
    };
  };
  return values.map((array) =>
    Array.from(array, (_, i) => {
      const [near, far] = [along(array, i, STEP), along(array, i, 2 * STEP)];
      const error = Math.abs(near.value - far.value) + near.noise + far.noise;
      return { value: (4 * near.value - far.value) / 3, error, magnitude: near.magnitude };
    }),
  );
}

/** The op's outputs and its gradients, as the current backend computes them. */
async function results({ shapes, run }: TrainingOp, { values, weights }: Problem): Promise<Float32Array[]> {
  const tensorsOut = tf.tidy(() => {
    const inputs = tensors(shapes, values);
    const loss = (...given: Tensor[]) => tf.sum(tf.mul(run(...given).flatten(), tf.tensor1d(weights))).asScalar();
    return [run(...inputs).clone(), ...tf.grads(loss)(inputs)];
  });
  expect(tensorsOut.slice(1).map(({ shape }) => shape)).toEqual(shapes);
  const arrays = await Promise.all(tensorsOut.map((tensor) => tensor.data()));
  tf.dispose(tensorsOut);
  return arrays.map((array) => Float32Array.from(array));
}

/** Where the found values are further from the wanted ones than allowed. */
function differences(
  found: readonly Float32Array[],
  wanted: readonly ArrayLike<number>[],
  allowed: (input: number, i: number) => number,
): string[] {
  const off: string[] = [];
  for (const [input, array] of found.entries()) {
    for (const [i, value] of array.entries()) {
      const [want, bound] = [wanted[input]![i]!, allowed(input, i)];
      if (!(Math.abs(value - want) <= bound)) off.push(`array ${input}[${i}]: ${value}, not ${want} within ${bound}`);
    }
  }
  return off;
}

/** The gradient's own rounding: sums of some hundred float32 terms; a GPU's exp, tanh and pow are good to some 2^-16. */
const ROUNDING = { cpu: 256 * EPSILON, wasm: 256 * EPSILON, webgpu: 2 ** -12 } as const;
const BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;

interface Known {
  readonly problem: Problem;
  readonly finite: Estimate[][];
  readonly cpu: Float32Array[];
}
const known = new Map<TrainingOp, Known>();

beforeAll(async () => {
  await useBackend('cpu');
  for (const trained of TRAINING_OPS) {
    const problem = problemOf(trained);
    known.set(trained, { problem, finite: estimates(trained, problem), cpu: await results(trained, problem) });
  }
});

describe.each(BACKENDS)('%s', (backend) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;
  beforeAll(async () => {
    if (absent === null) await useBackend(backend);
  });

  test.skipIf(absent !== null).each(TRAINING_OPS)('$op', async (trained) => {
    const { problem, finite, cpu } = known.get(trained)!;
    const before = tf.memory().numTensors;
    const [output, ...gradients] = await results(trained, problem);
    expect(tf.memory().numTensors).toBe(before);
    const outputRounding = ROUNDING[backend] * largest([cpu[0]!]);
    expect(
      differences([output!], [cpu[0]!], () => outputRounding),
      "cpu's output",
    ).toEqual([]);
    const rounding = ROUNDING[backend] * largest(finite.map((input) => input.map(({ magnitude }) => magnitude)));
    expect(
      differences(gradients, cpu.slice(1), () => rounding),
      "cpu's gradient",
    ).toEqual([]);
    const values = finite.map((input) => input.map(({ value }) => value));
    const bound = (input: number, i: number) => finite[input]![i]!.error + rounding;
    expect(differences(gradients, values, bound), 'finite differences').toEqual([]);
  });
});

function largest(arrays: readonly ArrayLike<number>[]): number {
  return Math.max(...arrays.flatMap((array) => Array.from(array, Math.abs)));
}
