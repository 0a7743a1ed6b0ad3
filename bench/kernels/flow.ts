// Rows of the normalizing flows' kernels at FastFlow's and CS-Flow's sizes, of Perlin noise at DRAEM's, and of random projections at
// PatchCore's. Stock projections hold the whole matrix; it is made beforehand.
import * as tf from '@tensorflow/tfjs';
import {
  affineCoupling,
  channelPermute,
  type ProjectionKind,
  perlinNoise,
  randomProjection,
} from '../../src/kernels/index.js';
import { GAUSSIAN, projectionEntries, SPARSE, UNIFORM } from '../../src/kernels/random-projection/entries.js';
import { Random } from '../../src/runtime/random.js';
import type { Inputs, KernelBenchmark } from './types.js';

type Set = KernelBenchmark['set'];
type Shape = [batch: number, height: number, width: number, channels: number];

function drawn(seed: number, shape: number[]): tf.Tensor {
  const random = new Random(seed);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
    shape,
  );
}

function need(inputs: Inputs, name: string): tf.Tensor {
  const tensor = inputs[name];
  if (tensor) return tensor;
  throw new Error(`no input ${name}`);
}

function isMatrix(tensor: tf.Tensor): tensor is tf.Tensor2D {
  return tensor.rank === 2;
}

function matrixOf(inputs: Inputs, name: string): tf.Tensor2D {
  const tensor = need(inputs, name);
  if (isMatrix(tensor)) return tensor;
  throw new Error(`${name} is no matrix`);
}

function stockCoupling(x: tf.Tensor, parameters: tf.Tensor): tf.Tensor[] {
  return tf.tidy(() => {
    const [s, t] = tf.split(parameters, 2, 3);
    if (!s || !t) throw new Error('two halves');
    const rho = s.div(3).atan().mul(1.908);
    return [x.mul(rho.exp()).add(t), rho.sum([1, 2, 3])];
  });
}

function coupling(set: Set, shape: Shape): KernelBenchmark[] {
  const elements = tf.util.sizeFromShape(shape);
  const ours = (inputs: Inputs) => {
    const { values, logDeterminant } = affineCoupling(need(inputs, 'x'), need(inputs, 'parameters'), GLOW);
    return [values, logDeterminant];
  };
  const stock = (inputs: Inputs) => stockCoupling(need(inputs, 'x'), need(inputs, 'parameters'));
  const both = (run: (inputs: Inputs) => tf.Tensor[]) => (inputs: Inputs) => {
    const loss = (x: tf.Tensor, parameters: tf.Tensor) => {
      const [y, volume] = run({ x, parameters });
      if (!y || !volume) throw new Error('two results');
      return y.square().sum().sub(volume.sum()).asScalar();
    };
    return tf.grads((x, parameters) => loss(x!, parameters!))([need(inputs, 'x'), need(inputs, 'parameters')]);
  };
  const make = () => ({ x: drawn(1, shape), parameters: drawn(2, [...shape.slice(0, 3), 2 * shape[3]]) });
  const sizes = shape.join('x');
  return [
    // An exponential and an arc tangent counted as 20 operations each.
    {
      op: 'affineCoupling',
      sizes,
      set,
      make,
      run: ours,
      baselines: { stock },
      flops: 44 * elements,
      bytes: 16 * elements,
    },
    {
      op: 'affineCoupling, with its gradient',
      sizes,
      set,
      make,
      run: both(ours),
      baselines: { stock: both(stock) },
      flops: 90 * elements,
      bytes: 44 * elements,
    },
  ];
}

const GLOW = { activation: 'atan', alpha: 3 } as const;

function permutation(set: Set, shape: Shape): KernelBenchmark {
  const order = new Random(3).sample(shape[3], shape[3]);
  return {
    op: 'channelPermute',
    sizes: shape.join('x'),
    set,
    make: () => ({ x: drawn(1, shape), order: tf.tensor1d(order, 'int32') }),
    run: (inputs) => [channelPermute(need(inputs, 'x'), order)],
    baselines: { stock: (inputs) => [tf.gather(need(inputs, 'x'), need(inputs, 'order'), 3)] },
    flops: 0,
    bytes: 8 * tf.util.sizeFromShape(shape),
  };
}

function perlin(set: Set, batch: number, size: number, cells: number): KernelBenchmark {
  const seeds = Array.from({ length: batch }, (_, i) => i);
  return {
    op: 'perlinNoise',
    sizes: `${batch}x${size}x${size} of ${cells}x${cells}`,
    set,
    make: () => ({}),
    run: () => [perlinNoise([size, size], seeds, { resolution: [cells, cells] })],
    baselines: {},
    flops: 30 * batch * size * size,
    bytes: 4 * batch * size * size,
  };
}

const KINDS: Readonly<Record<ProjectionKind, number>> = { uniform: UNIFORM, sparse: SPARSE, gaussian: GAUSSIAN };

function projection(set: Set, kind: ProjectionKind, rows: number, inputs: number, outputs: number): KernelBenchmark {
  const density = 1 / Math.sqrt(inputs);
  const numbers = { kind: KINDS[kind], outputs, seed: 1, density };
  const products = rows * inputs * outputs * (kind === 'sparse' ? density : 1);
  return {
    op: `randomProjection, ${kind}`,
    sizes: `${rows}x${inputs} to ${outputs}`,
    set,
    make: () => ({
      rows: drawn(1, [rows, inputs]),
      matrix: tf.tensor2d(projectionEntries(numbers, inputs, 0, outputs), [inputs, outputs]),
    }),
    run: (given) => [randomProjection(matrixOf(given, 'rows'), { kind, outputs, seed: 1 })],
    baselines: {
      stock: (given) => [tf.matMul(matrixOf(given, 'rows'), matrixOf(given, 'matrix'))],
      conv2d: (given) =>
        tf.tidy(() => {
          const image = matrixOf(given, 'rows').as4D(1, rows, 1, inputs);
          return [tf.conv2d(image, matrixOf(given, 'matrix').as4D(1, 1, inputs, outputs), 1, 'valid')];
        }),
    },
    flops: 2 * products,
    bytes: 4 * (rows * inputs + rows * outputs),
  };
}

export const FLOW_BENCHMARKS: readonly KernelBenchmark[] = [
  ...coupling('quick', [4, 16, 16, 128]),
  ...coupling('real', [8, 64, 64, 128]),
  permutation('quick', [4, 16, 16, 256]),
  permutation('real', [8, 64, 64, 256]),
  perlin('quick', 1, 256, 8),
  perlin('real', 8, 256, 32),
  projection('quick', 'uniform', 784, 1024, 128),
  projection('quick', 'sparse', 784, 1536, 300),
  projection('quick', 'gaussian', 784, 1024, 128),
  projection('real', 'uniform', 12_544, 1024, 128),
  projection('real', 'sparse', 12_544, 1536, 300),
  projection('real', 'gaussian', 12_544, 1024, 128),
];
