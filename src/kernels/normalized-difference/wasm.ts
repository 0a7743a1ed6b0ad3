// normalizedDifference on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';
import { differenceOf } from './call.js';

export function normalizedDifferenceWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { a, b, locations, channels, isCosine, epsilon } = differenceOf(call);
  const out = allocate(backend, [a.batch, a.height, a.width], 'float32');
  const inputs = [address(backend, a.info), address(backend, b.info)];
  const numbers = [locations, channels, Number(isCosine), epsilon];
  wasmKernels(backend).normalizedDifference(...inputs, ...numbers, address(backend, out));
  return [out];
}

export function normalizedDifferenceGradientWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { a, b, locations, channels, isCosine, epsilon } = differenceOf(call);
  const out = allocate(backend, a.info.shape, 'float32');
  const inputs = [address(backend, a.info), address(backend, b.info)];
  const numbers = [locations, channels, Number(isCosine), epsilon];
  const places = [address(backend, input(call, 'upstream')), address(backend, out)];
  wasmKernels(backend).normalizedDifferenceGradient(...inputs, ...numbers, ...places);
  return [out];
}
