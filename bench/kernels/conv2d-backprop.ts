// The gradients of convolutions beside tfjs's own kernels: on wasm it has the one by the input only; for the others the baseline
// is its cpu kernel, run on copies of the inputs.
import type { NamedTensorInfoMap, Tensor, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { tensor } from '../../src/kernels/stock/sums.js';
import type { Inputs, KernelBenchmark, Run } from './types.js';

interface Size {
  readonly set: KernelBenchmark['set'];
  readonly batch: number;
  readonly side: number;
  readonly channels: number;
  readonly filter: number;
  /** Whether the cpu kernel is done within seconds. */
  readonly cpu: boolean;
}

const SIZES: readonly Size[] = [
  { set: 'quick', batch: 1, side: 14, channels: 64, filter: 3, cpu: true },
  { set: 'real', batch: 8, side: 28, channels: 128, filter: 3, cpu: false },
  { set: 'real', batch: 8, side: 14, channels: 256, filter: 3, cpu: false },
  { set: 'real', batch: 8, side: 28, channels: 256, filter: 1, cpu: false },
];

type Gradient = 'Conv2DBackpropFilter' | 'Conv2DBackpropInput' | 'DepthwiseConv2dNativeBackpropFilter';

const NAMES = {
  Conv2DBackpropFilter: 'conv2d, gradient by the filter',
  Conv2DBackpropInput: 'conv2d, gradient by the input',
  DepthwiseConv2dNativeBackpropFilter: 'depthwiseConv2d, gradient by the filter',
} as const satisfies Record<Gradient, string>;

const copies = new WeakMap<Inputs, NamedTensorInfoMap>();

/** The inputs on the cpu backend, without moving them there. */
async function onCpu(inputs: Inputs): Promise<NamedTensorInfoMap> {
  const known = copies.get(inputs);
  if (known) return known;
  const cpu = tf.findBackend('cpu');
  const made: Record<string, TensorInfo> = {};
  for (const [name, original] of Object.entries(inputs)) {
    const { shape, dtype } = original;
    made[name] = { dataId: cpu.write(await original.data(), shape, dtype), shape, dtype };
  }
  copies.set(inputs, made);
  return made;
}

function benchmark(gradient: Gradient, { set, batch, side, channels, filter, cpu }: Size): KernelBenchmark {
  const isDepthwise = gradient === 'DepthwiseConv2dNativeBackpropFilter';
  const image = [batch, side, side, channels];
  const weights = [filter, filter, channels, isDepthwise ? 1 : channels];
  const attrs = {
    strides: [1, 1],
    pad: 'same',
    dataFormat: 'NHWC',
    filterShape: weights,
    inputShape: image,
    ...(isDepthwise && { dilations: [1, 1] }),
  };
  const values = (seed: number, shape: number[]) => tf.tensor(tensor(seed, shape).values, shape);
  const run: Run = (inputs) => [tf.engine().runKernel<Tensor>(gradient, { ...inputs }, attrs)];
  const onCpuBackend: Run = async (inputs) => {
    const backend = tf.findBackend('cpu');
    const given = await onCpu(inputs);
    tf.getKernel(gradient, 'cpu').kernelFunc({ inputs: given, attrs, backend });
    return [];
  };
  const byInput = gradient === 'Conv2DBackpropInput';
  return {
    op: NAMES[gradient],
    sizes: `[${image}] by ${filter}x${filter}`,
    set,
    backends: ['wasm'],
    make: () => ({ dy: values(1, image), ...(byInput ? { filter: values(2, weights) } : { x: values(3, image) }) }),
    run,
    baselines: { ...(byInput && { stock: run }), ...(cpu && { cpu: onCpuBackend }) },
    flops: 2 * batch * side * side * filter * filter * channels * (isDepthwise ? 1 : channels),
    bytes: 4 * (2 * batch * side * side * channels + weights.reduce((product, n) => product * n, 1)),
  };
}

const GRADIENTS = Object.keys(NAMES).filter((name): name is Gradient => name in NAMES);

export const CONV_BACKPROP_BENCHMARKS: readonly KernelBenchmark[] = GRADIENTS.flatMap((gradient) =>
  SIZES.map((size) => benchmark(gradient, size)),
);
