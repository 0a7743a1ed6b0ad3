// choleskyBatched on tfjs's webgpu backend: a workgroup for every matrix.
import type { TensorInfo } from '@tensorflow/tfjs';
import { packedDepth } from '../packed.js';
import { type KernelCall, matrix, number } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { f32, type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { gpuMatrices } from './plan.js';
import { CHOLESKY_WGSL } from './wgsl.js';

export function choleskyBatchedWebGpu(call: KernelCall): TensorInfo[] {
  return factorizeInSteps(call, gpuMatrices(packedDepth(matrix(call, 'matrices').columns)));
}

/** @param step matrices per dispatch */
export function factorizeInSteps(call: KernelCall, step: number): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'matrices');
  const depth = packedDepth(columns);
  const factors = allocate(backend, [rows, columns], 'float32');
  const status = allocate(backend, [rows], 'int32');
  const scaling = [f32(number(call, 'scale')), f32(number(call, 'ridge'))];
  const passes: Pass[] = [];
  for (let from = 0; from < rows; from += step) {
    const count = Math.min(step, rows - from);
    passes.push({
      name: 'CholeskyBatched',
      source: CHOLESKY_WGSL,
      buffers: [info, factors, status],
      uniforms: [u32(depth), u32(from), u32(count), ...scaling],
      groups: spread(backend, count),
    });
  }
  runPasses(backend, passes);
  return [factors, status];
}
