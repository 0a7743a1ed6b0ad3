// choleskyBatched on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { packedDepth } from '../packed.js';
import { type KernelCall, matrix, number } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';

export function choleskyBatchedWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'matrices');
  const depth = packedDepth(columns);
  const width = Math.ceil(depth / 8) * 8;
  const factors = allocate(backend, [rows, columns], 'float32');
  const status = allocate(backend, [rows], 'int32');
  const scaling = [number(call, 'scale'), number(call, 'ridge')];
  withScratch(backend, (depth + 3) * width + 32, (scratch) => {
    const targets = [scratch, address(backend, factors), address(backend, status)];
    wasmKernels(backend).choleskyBatched(address(backend, info), rows, depth, width, ...scaling, ...targets);
  });
  return [factors, status];
}
