// Rows of topKNeighbors and NeighborIndex: an image's 784 patches against a bank.
import * as tf from '@tensorflow/tfjs';
import { KernelThreads, type Neighbors, topKNeighbors, topKNeighborsOnThreads } from '../../src/kernels/index.js';
import { runKernel, stateInputs } from '../../src/kernels/registry.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH } from '../../src/kernels/top-k-neighbors/kernels.js';
import { indexWidth } from '../../src/kernels/top-k-neighbors/plan.js';
import { networkFeatures, REAL_OR_SEEDED, realFeatures } from './network-features.js';
import type { Inputs, KernelBenchmark, Run } from './types.js';

interface Sizes {
  readonly set: 'quick' | 'real';
  readonly queries: number;
  readonly bank: number;
  readonly depth: number;
  readonly k: number;
}

function matrix(inputs: Inputs, name: string): tf.Tensor2D {
  const tensor = inputs[name];
  if (tensor?.rank === 2) return tensor.as2D(tensor.shape[0]!, tensor.shape[1]!);
  throw new Error(`no matrix ${name}`);
}

const both = ({ distances, rows }: Neighbors) => [distances, rows];

const plain = (k: number) => (inputs: Inputs) => {
  const [queries, bank] = [matrix(inputs, 'queries'), matrix(inputs, 'bank')];
  const found = both(topKNeighbors(queries, bank, k));
  tf.dispose([queries, bank]);
  return found;
};

/** ||q||^2 is the same for all of a query's rows: it is left out. */
const stock = (k: number) => (inputs: Inputs) =>
  tf.tidy(() => {
    const [queries, bank] = [matrix(inputs, 'queries'), matrix(inputs, 'bank')];
    const ranks = tf.matMul(queries, bank, false, true).mul(2).sub(bank.square().sum(1));
    const { values, indices } = tf.topk(ranks, k);
    return [values, indices];
  });

function rows(op: string, { set, queries, bank, depth, k }: Sizes) {
  return {
    op,
    sizes: `${queries}x${depth} in ${bank}, k=${k}`,
    set,
    make: () => ({ queries: networkFeatures(3, queries, depth), bank: networkFeatures(2, bank, depth) }),
    flops: 2 * queries * bank * depth,
    bytes: 4 * (depth * (queries + bank) + 2 * queries * k),
  };
}

function search(sizes: Sizes): KernelBenchmark {
  return { ...rows('topKNeighbors', sizes), run: plain(sizes.k), baselines: { stock: stock(sizes.k) } };
}

/** The search alone: an index is built once for a bank. The real size is ten images' patches and a bank of PatchCore. */
function indexed(sizes: Sizes): KernelBenchmark {
  const { set, queries, bank, depth, k } = sizes;
  const common = rows('NeighborIndex.search', sizes);
  return {
    ...common,
    ...(set === 'real' && { sizes: `${common.sizes}, ${REAL_OR_SEEDED}` }),
    backends: ['wasm'],
    make: () => {
      const real = set === 'real';
      const inputs = real
        ? { queries: realFeatures('queries', queries, depth), bank: realFeatures('bank', bank, depth) }
        : common.make();
      const state = runKernel(NEIGHBOR_INDEX_BUILD, { bank: inputs.bank }, { width: indexWidth(bank, depth) });
      return { ...inputs, ...stateInputs(state) };
    },
    run: (inputs) => runKernel(NEIGHBOR_INDEX_SEARCH, { ...inputs }, { k }),
    baselines: { brute: plain(k) },
  };
}

/** The bank lies in the threads' memory. Beside one thread of the same kind, and beside one that has the bank on its backend. */
function threaded(sizes: Sizes): KernelBenchmark {
  const { depth, k } = sizes;
  const common = rows('topKNeighborsOnThreads', sizes);
  let arrays: readonly [queries: Float32Array, bank: Float32Array] | undefined;
  const opened = new Map<number, readonly [KernelThreads, bank: Float32Array]>();
  const open = async (count: number, bank: Float32Array) => {
    const threads = await KernelThreads.open(count);
    return [threads, threads.keep(bank)] as const;
  };
  const on =
    (count: number): Run =>
    async () => {
      if (!arrays) throw new Error('no inputs were made');
      const [queries, outside] = arrays;
      const pair = opened.get(count) ?? (await open(count, outside));
      opened.set(count, pair);
      const [threads, bank] = pair;
      await topKNeighborsOnThreads(threads, queries, { arrays: [bank], depth }, k);
      return [];
    };
  return {
    ...common,
    sizes: `${common.sizes}, 2 threads`,
    backends: ['wasm'],
    make: async () => {
      const inputs = common.make();
      arrays = [await inputs.queries.data<'float32'>(), await inputs.bank.data<'float32'>()];
      return inputs;
    },
    run: on(2),
    baselines: { 'one thread': on(1), brute: plain(k) },
  };
}

const QUICK = { set: 'quick', queries: 196, bank: 2048, depth: 384 } as const;
const REAL = { set: 'real', queries: 784, bank: 16_384, depth: 1536 } as const;

export const TOP_K_BENCHMARKS: readonly KernelBenchmark[] = [
  search({ ...QUICK, k: 1 }),
  search({ ...QUICK, k: 9 }),
  search({ ...REAL, k: 1 }),
  search({ ...REAL, k: 9 }),
  indexed({ ...QUICK, k: 1 }),
  indexed({ set: 'real', queries: 7840, bank: 5966, depth: 1024, k: 1 }),
  indexed({ set: 'real', queries: 7840, bank: 5966, depth: 1024, k: 9 }),
  threaded({ ...REAL, k: 1 }),
];
