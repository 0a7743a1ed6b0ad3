// mahalanobisBatched on tfjs's webgpu backend: a workgroup for every position and a few images.
import type { TensorInfo } from '@tensorflow/tfjs';
import { featureSizes } from '../features.js';
import { input, type KernelCall, matrix, number } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { runPasses, spread, u32 } from '../webgpu/passes.js';
import { mahalanobisBatchedComposite } from './composite.js';
import { gpuTile } from './plan.js';
import { mahalanobisWgsl } from './wgsl.js';

export function mahalanobisBatchedWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { batch, positions, depth } = featureSizes(call);
  const tile = gpuTile(batch, depth);
  if (!tile) return mahalanobisBatchedComposite(call);
  const count = matrix(call, 'mean').rows;
  const squared = allocate(backend, [batch, count], 'float32');
  const imageGroups = Math.ceil(batch / tile.images);
  const numbers = [batch, positions, number(call, 'from'), count, imageGroups];
  runPasses(backend, [
    {
      name: 'MahalanobisBatched',
      source: mahalanobisWgsl(tile, depth),
      buffers: [input(call, 'features'), input(call, 'mean'), input(call, 'factors'), squared],
      uniforms: numbers.map(u32),
      groups: spread(backend, count * imageGroups),
    },
  ]);
  return [squared];
}
