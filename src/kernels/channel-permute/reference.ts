// The meaning of channelPermute.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats, readIntegers } from '../cpu.js';
import { input, type KernelCall, matrix } from '../registry.js';

/** y[r][c] = x[r][order[c]] */
export function channelPermuteReference(x: Float32Array, order: Int32Array): Float32Array {
  const channels = order.length;
  return Float32Array.from(x, (_, i) => {
    const c = i % channels;
    return x[i - c + order[c]!]!;
  });
}

export function channelPermuteCpu(call: KernelCall): TensorInfo[] {
  const { info, rows, columns } = matrix(call, 'x');
  const order = readIntegers(call.backend, input(call, 'order'));
  const y = channelPermuteReference(readFloats(call.backend, info), order);
  return [makeTensor(call.backend, y, [rows, columns])];
}
