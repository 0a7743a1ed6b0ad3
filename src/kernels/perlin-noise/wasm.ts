// perlinNoise on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { perlinSizes } from './reference.js';

export function perlinNoiseWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { batch, rows, columns, height, width } = perlinSizes(call);
  const noise = allocate(backend, [batch, height, width], 'float32');
  withScratch(backend, 2 * width + columns + 1, (scratch) => {
    const gradients = address(backend, input(call, 'gradients'));
    const sizes = [batch, rows, columns, height, width];
    wasmKernels(backend).perlinNoise(gradients, ...sizes, scratch, address(backend, noise));
  });
  return [noise];
}
