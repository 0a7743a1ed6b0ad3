// kCenterGreedy beside a pass over all rows for every pick (brute) and stock ops. The real size is that of 10 % and 1 % of the
// patches of 761 images; IAD_TF_BENCH_FEATURES names a folder of real ones, which `npm run bench:features` makes.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { kCenterAdvanceComposite, kCenterStartComposite } from '../../src/kernels/k-center-greedy/composite.js';
import { kCenterGreedy } from '../../src/kernels/k-center-greedy/index.js';
import { K_CENTER_ADVANCE, K_CENTER_START } from '../../src/kernels/k-center-greedy/kernels.js';
import { KCenterStream } from '../../src/kernels/k-center-greedy/stream.js';
import { type KernelImplementation, runKernel, stateInputs } from '../../src/kernels/registry.js';
import { KernelThreads } from '../../src/kernels/threads/index.js';
import { networkFeatures, REAL_OR_SEEDED, realFeatures } from './network-features.js';
import type { Inputs, KernelBenchmark, Run } from './types.js';

const DEPTH = 128;

interface Size {
  readonly rows: number;
  readonly count: number;
  readonly set: KernelBenchmark['set'];
  readonly baselines: readonly ('stock' | 'brute')[];
}

const SIZES: readonly Size[] = [
  { rows: 784, count: 256, set: 'quick', baselines: ['stock'] },
  { rows: 20_000, count: 400, set: 'quick', baselines: ['brute'] },
  { rows: 596_624, count: 5_966, set: 'real', baselines: ['brute'] },
  // By brute force this one takes a quarter of an hour.
  { rows: 596_624, count: 59_662, set: 'real', baselines: [] },
];

function isMatrix(tensor: Tensor | undefined): tensor is tf.Tensor2D {
  return tensor?.rank === 2;
}

/** From row 0: as `start: 0`. */
function anchorsOf(rows: number): tf.Tensor1D {
  return tf.tensor1d(new Float32Array(rows).fill(3.4e38).fill(Number.POSITIVE_INFINITY, 0, 1));
}

async function differ(indices: Tensor, expected: Int32Array | undefined): Promise<boolean> {
  const found = await indices.data<'int32'>();
  return expected?.some((row, i) => row !== found[i]) ?? false;
}

function benchmark({ rows, count, set, baselines }: Size): KernelBenchmark {
  let selected: Int32Array | undefined;
  const run: Run = async ({ features }) => {
    if (!isMatrix(features)) throw new Error('the inputs must hold a matrix of features');
    selected = (await kCenterGreedy(features, count, { start: 0 })).indices;
    return [];
  };
  const brute: Run = async ({ features, anchors }) => {
    if (!features || !anchors) return [];
    const state = runKernel(K_CENTER_START, { features, anchors }, { count, bounds: 0 });
    const outputs = runKernel(K_CENTER_ADVANCE, { features, ...stateInputs(state) }, { from: 0, to: count });
    if (outputs[0] && (await differ(outputs[0], selected))) throw new Error('the picks are not those of brute force');
    return [...state, ...outputs];
  };
  const stock: Run = (inputs) => {
    const state = composite(kCenterStartComposite, inputs, { count, bounds: 0 });
    const outputs = composite(kCenterAdvanceComposite, { ...inputs, ...stateInputs(state) }, { from: 0, to: count });
    return [...state, ...outputs];
  };
  const all = { brute, stock };
  const size = rows * DEPTH;
  return {
    op: 'kCenterGreedy',
    sizes: `${count} of ${rows}x${DEPTH}${set === 'real' ? `, ${REAL_OR_SEEDED}` : ''}`,
    set,
    make: () => {
      const features = set === 'real' ? realFeatures('coreset', rows, DEPTH) : networkFeatures(4, rows, DEPTH);
      return { features, anchors: anchorsOf(features.shape[0]) };
    },
    run,
    baselines: Object.fromEntries(baselines.map((name) => [name, all[name]])),
    flops: 3 * size * count,
    bytes: 4 * size,
  };
}

function composite(kernel: KernelImplementation, inputs: Inputs, numbers: Record<string, number>): Tensor[] {
  const backend = tf.backend();
  if (!(backend instanceof tf.KernelBackend)) throw new Error('not a tfjs backend');
  return kernel({ inputs, numbers, backend }).filter((info) => info instanceof tf.Tensor);
}

/** The largest quick size and the real ones on threads, beside one thread on the backend. Threads are opened at the first run. */
function onThreads(count: number): KernelBenchmark[] {
  let opened: Promise<KernelThreads> | undefined;
  return SIZES.filter(({ rows }) => rows > 784).map((size) => {
    const alone = benchmark(size);
    const run: Run = async ({ features }) => {
      if (!isMatrix(features)) throw new Error('the inputs must hold a matrix of features');
      opened ??= KernelThreads.open(count);
      await kCenterGreedy(features, size.count, { start: 0, threads: await opened });
      return [];
    };
    const op = `kCenterGreedy, ${count} threads`;
    return { ...alone, op, backends: ['wasm'], run, baselines: { 'one thread': alone.run } };
  });
}

/** A coreset of a stream that keeps a few thousand rows, beside the greedy selection that has them all. */
function stream(): KernelBenchmark {
  const size: Size = { rows: 20_000, count: 400, set: 'quick', baselines: [] };
  const maxRows = 4096;
  const alone = benchmark(size);
  const run: Run = async ({ features }) => {
    if (!features) return [];
    const rows = await features.data<'float32'>();
    const coreset = new KCenterStream(DEPTH, maxRows);
    for (let at = 0; at < rows.length; at += 784 * DEPTH) await coreset.add(rows.subarray(at, at + 784 * DEPTH));
    await coreset.select(size.count);
    return [];
  };
  return { ...alone, op: `KCenterStream of ${maxRows}`, run, baselines: { 'all at once': alone.run } };
}

export const K_CENTER_BENCHMARKS: readonly KernelBenchmark[] = [...SIZES.map(benchmark), ...onThreads(2), stream()];
