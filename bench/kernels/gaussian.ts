// Rows of the Gaussian kernels at PaDiM's sizes: 3,136 positions, 100 dimensions (ResNet-18) or 550 (WideResNet-50), the latter by a block of
// positions. Stock ops have no triangles: there a covariance is a full matrix, and a distance a product with a full inverse.
import * as tf from '@tensorflow/tfjs';
import { invertTriangle } from '../../src/kernels/cholesky-batched/cases.js';
import { CHOLESKY_BATCHED } from '../../src/kernels/cholesky-batched/kernel.js';
import { choleskyBatchedReference } from '../../src/kernels/cholesky-batched/reference.js';
import { choleskyBatched, covarianceUpdate, mahalanobisBatched } from '../../src/kernels/index.js';
import { packedSize } from '../../src/kernels/packed.js';
import { runKernel } from '../../src/kernels/registry.js';
import { Random } from '../../src/runtime/random.js';
import type { Inputs, KernelBenchmark } from './types.js';

interface Sizes {
  readonly set: 'quick' | 'real';
  readonly batch: number;
  readonly positions: number;
  readonly depth: number;
}

/** The packed triangle of 0.9^|i - j|. */
function correlations(depth: number): Float32Array {
  const out = new Float32Array(packedSize(depth));
  for (let i = 0; i < depth; i++) for (let j = 0; j <= i; j++) out[packedSize(i) + j] = 0.9 ** (i - j);
  return out;
}

/** The same values at every position. */
function everywhere(values: ArrayLike<number>, { positions }: Sizes, shape: number[]): tf.Tensor {
  return tf.tidy(() =>
    tf.tile(tf.tensor(Float32Array.from(values), [1, values.length]), [positions, 1]).reshape(shape),
  );
}

function features({ batch, positions, depth }: Sizes, seed: number): tf.Tensor {
  const random = new Random(seed);
  const values = Float32Array.from({ length: batch * positions * depth }, () => random.normal());
  return tf.tensor3d(values, [batch, positions, depth]);
}

function inverse(factor: Float32Array, depth: number): Float32Array {
  const l = invertTriangle(factor, depth);
  const out = new Float32Array(depth * depth);
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j < depth; j++) {
      for (let k = Math.max(i, j); k < depth; k++) out[i * depth + j]! += l[k * depth + i]! * l[k * depth + j]!;
    }
  }
  return out;
}

function need<T extends tf.Tensor>(inputs: Inputs, name: string, is: (tensor: tf.Tensor) => tensor is T): T {
  const tensor = inputs[name];
  if (tensor && is(tensor)) return tensor;
  throw new Error(`no input ${name}`);
}

const two = (inputs: Inputs, name: string) => need(inputs, name, (t): t is tf.Tensor2D => t.rank === 2);
const three = (inputs: Inputs, name: string) => need(inputs, name, (t): t is tf.Tensor3D => t.rank === 3);

function mahalanobis(sizes: Sizes): KernelBenchmark {
  const { set, batch, positions, depth } = sizes;
  const size = packedSize(depth);
  return {
    op: 'mahalanobisBatched',
    sizes: `${batch} images, ${positions} positions, ${depth} dimensions`,
    set,
    make: () => {
      const { factors } = choleskyBatchedReference(correlations(depth), depth, 1, 0.01);
      return {
        features: features(sizes, 1),
        mean: tf.zeros([positions, depth]),
        factors: everywhere(factors, sizes, [positions, size]),
        inverses: everywhere(inverse(factors, depth), sizes, [positions, depth, depth]),
      };
    },
    run: (inputs) => [mahalanobisBatched(three(inputs, 'features'), two(inputs, 'mean'), two(inputs, 'factors'))],
    baselines: {
      stock: (inputs) => [
        tf.tidy(() => {
          const apart = three(inputs, 'features').sub(two(inputs, 'mean')).transpose([1, 0, 2]);
          return tf.matMul(apart, three(inputs, 'inverses')).mul(apart).sum(2).transpose();
        }),
      ],
    },
    flops: 2 * batch * positions * size,
    bytes: 4 * positions * (size + depth + batch * (depth + 1)),
  };
}

function covariance(sizes: Sizes): KernelBenchmark {
  const { set, batch, positions, depth } = sizes;
  const size = packedSize(depth);
  return {
    op: 'covarianceUpdate',
    sizes: `${batch} images, ${positions} positions, ${depth} dimensions`,
    set,
    make: () => ({
      features: features(sizes, 2),
      anchor: tf.zeros([positions, depth]),
      offset: tf.zeros([positions, depth]),
      scatter: tf.zeros([positions, size]),
      full: tf.zeros([positions, depth, depth]),
    }),
    run: (inputs) => {
      const [anchor, offset, scatter] = [two(inputs, 'anchor'), two(inputs, 'offset'), two(inputs, 'scatter')];
      const state = covarianceUpdate({ images: 32, anchor, offset, scatter }, three(inputs, 'features'));
      return [state.anchor, state.offset, state.scatter];
    },
    baselines: {
      // Sums of products about zero: less work and fewer good digits than the kernel.
      stock: (inputs) => [
        tf.tidy(() => {
          const rows = three(inputs, 'features').transpose([1, 0, 2]);
          return tf.matMul(rows, rows, true, false).add(three(inputs, 'full'));
        }),
        tf.tidy(() => three(inputs, 'features').sum(0).add(two(inputs, 'offset'))),
      ],
    },
    flops: 2 * (batch + 1) * positions * size,
    bytes: 4 * positions * (2 * size + (batch + 4) * depth),
  };
}

function cholesky(sizes: Sizes): KernelBenchmark {
  const { set, positions, depth } = sizes;
  const size = packedSize(depth);
  return {
    op: 'choleskyBatched',
    sizes: `${positions} positions, ${depth} dimensions`,
    set,
    make: () => ({ matrices: everywhere(correlations(depth), sizes, [positions, size]) }),
    run: async (inputs) => [await choleskyBatched(two(inputs, 'matrices'), { ridge: 0.01 })],
    baselines: {
      stock: (inputs) => {
        const { composite } = CHOLESKY_BATCHED;
        if (!composite) throw new Error('no composite');
        const matrices = two(inputs, 'matrices');
        return runKernel({ name: 'CholeskyBatchedComposite', composite }, { matrices }, { scale: 1, ridge: 0.01 });
      },
    },
    flops: (positions * depth ** 3) / 3,
    bytes: 8 * positions * size,
  };
}

/** A block of 550 dimensions whose full inverses, which only the stock ops need, take 310 MB. */
const BLOCK = 256;

export const GAUSSIAN_BENCHMARKS: readonly KernelBenchmark[] = [
  mahalanobis({ set: 'quick', batch: 8, positions: 196, depth: 100 }),
  mahalanobis({ set: 'real', batch: 1, positions: 3136, depth: 100 }),
  mahalanobis({ set: 'real', batch: 32, positions: 3136, depth: 100 }),
  mahalanobis({ set: 'real', batch: 1, positions: BLOCK, depth: 550 }),
  mahalanobis({ set: 'real', batch: 32, positions: BLOCK, depth: 550 }),
  covariance({ set: 'quick', batch: 8, positions: 196, depth: 100 }),
  covariance({ set: 'real', batch: 32, positions: 3136, depth: 100 }),
  covariance({ set: 'real', batch: 32, positions: BLOCK, depth: 550 }),
  cholesky({ set: 'quick', batch: 1, positions: 64, depth: 32 }),
  cholesky({ set: 'real', batch: 1, positions: 3136, depth: 100 }),
  cholesky({ set: 'real', batch: 1, positions: BLOCK, depth: 550 }),
];
