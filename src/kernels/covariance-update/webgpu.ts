// covarianceUpdate on tfjs's webgpu backend, in two passes: means, then products.
import type { TensorInfo } from '@tensorflow/tfjs';
import { featureSizes } from '../features.js';
import { packedSize } from '../packed.js';
import { input, type KernelCall, number } from '../registry.js';
import { allocate, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { f32, runPasses, spread, u32 } from '../webgpu/passes.js';
import { joining } from './plan.js';
import { meansWgsl, scatterWgsl, TILE } from './wgsl.js';

export function covarianceUpdateWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { batch, positions, depth } = featureSizes(call);
  const [images, from, count] = [number(call, 'images'), number(call, 'from'), number(call, 'count')];
  const features = input(call, 'features');
  const isFirst = images === 0;
  const anchor = allocate(backend, [count, depth], 'float32');
  const offset = allocate(backend, [count, depth], 'float32');
  const scatter = allocate(backend, [count, packedSize(depth)], 'float32');
  const { shift, keep } = joining(images, batch);
  const tiles = Math.ceil(depth / TILE);
  const size = count * depth;
  const place = [u32(batch), u32(positions * depth), u32(from * depth)];
  withScratch(backend, [size, size], (means, shifts) => {
    runPasses(backend, [
      {
        name: 'CovarianceUpdate',
        source: meansWgsl(isFirst),
        buffers: [
          ...[features, anchor, offset, means, shifts],
          ...(isFirst ? [] : [input(call, 'anchor'), input(call, 'offset')]),
        ],
        uniforms: [...place, u32(size), f32(shift), f32(keep)],
        groups: spread(backend, Math.ceil(size / 64)),
      },
      {
        name: 'CovarianceUpdate',
        source: scatterWgsl(isFirst),
        buffers: [features, anchor, means, shifts, scatter, ...(isFirst ? [] : [input(call, 'scatter')])],
        uniforms: [...place, u32(depth), u32(tiles), u32(count)],
        groups: spread(backend, count * packedSize(tiles)),
      },
    ]);
  });
  return [anchor, offset, scatter];
}
