// tf.matMul with our kernel under it and with tfjs's own, which packs only a right matrix that is not transposed, and keeps it.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Inputs, KernelBenchmark, Run } from './types.js';

interface Size {
  readonly set: KernelBenchmark['set'];
  readonly batch?: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const SIZES: readonly Size[] = [
  { set: 'quick', rows: 512, depth: 512, columns: 512 },
  { set: 'quick', rows: 512, depth: 512, columns: 512, transposeA: true },
  { set: 'quick', rows: 512, depth: 512, columns: 512, transposeB: true },
  { set: 'quick', rows: 1, depth: 2048, columns: 1000 },
  { set: 'quick', batch: 64, rows: 49, depth: 32, columns: 49, transposeB: true },
  { set: 'real', rows: 784, depth: 1536, columns: 1024 },
  { set: 'real', rows: 784, depth: 1536, columns: 1024, transposeA: true },
  { set: 'real', rows: 784, depth: 1536, columns: 1024, transposeB: true },
];

function named(inputs: Inputs, name: string): Tensor {
  const tensor = inputs[name];
  if (tensor) return tensor;
  throw new Error(`no input ${name}`);
}

function benchmark(size: Size): KernelBenchmark {
  const { set, batch = 1, rows, depth, columns, transposeA = false, transposeB = false } = size;
  const a = transposeA ? [depth, rows] : [rows, depth];
  const b = transposeB ? [columns, depth] : [depth, columns];
  const run: Run = (inputs) => [tf.matMul(named(inputs, 'a'), named(inputs, 'b'), transposeA, transposeB)];
  const side = (shape: readonly number[], is: boolean) => `${shape.join('x')}${is ? ' transposed' : ''}`;
  return {
    op: 'matMul',
    sizes: `${batch > 1 ? `${batch} times ` : ''}${side(a, transposeA)} by ${side(b, transposeB)}`,
    set,
    // Our kernel stands in for tfjs's on this backend only.
    backends: ['wasm'],
    make: () => ({
      a: tf.randomNormal([batch, ...a], 0, 1, 'float32', 1),
      b: tf.randomNormal([batch, ...b], 0, 1, 'float32', 2),
    }),
    run,
    baselines: { stock: run },
    flops: 2 * batch * rows * depth * columns,
    bytes: 4 * batch * (rows * depth + depth * columns + rows * columns),
  };
}

export const BATCH_MAT_MUL_BENCHMARKS: readonly KernelBenchmark[] = SIZES.map(benchmark);
