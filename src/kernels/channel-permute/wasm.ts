// channelPermute on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall, matrix } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';

export function channelPermuteWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'x');
  const y = allocate(backend, [rows, columns], 'float32');
  const inputs = [address(backend, info), address(backend, input(call, 'order'))];
  wasmKernels(backend).channelPermute(...inputs, rows, columns, address(backend, y));
  return [y];
}
