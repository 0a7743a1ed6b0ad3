// randomProjection on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type KernelCall, matrix } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { entryScale, GAUSSIAN, projectionNumbers, SPARSE, sparseLimits } from './entries.js';
import { outputBlock } from './plan.js';

export function randomProjectionWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'rows');
  const numbers = projectionNumbers(call);
  const { kind, outputs, seed, density } = numbers;
  const out = allocate(backend, [rows, outputs], 'float32');
  const kernels = wasmKernels(backend);
  const scale = entryScale(numbers, columns);
  const at = [address(backend, info), rows, columns, outputs] as const;
  if (kind === SPARSE) {
    const block = outputBlock(columns, outputs);
    withScratch(backend, 16 * columns + block * (columns + 2) + 16, (scratch) => {
      const limits = sparseLimits(density);
      kernels.sparseProjection(...at, seed, ...limits, scale, block, address(backend, out), scratch);
    });
  } else {
    withScratch(backend, kernels.denseProjectionScratch(rows, columns, outputs), (scratch) => {
      kernels.denseProjection(...at, Number(kind === GAUSSIAN), seed, scale, address(backend, out), scratch);
    });
  }
  return [out];
}
