// kCenterGreedy on tfjs's webgpu backend: every pick is two dispatches or three, and a whole slice of picks is recorded at once, so that
// nothing is read back inside it. The state's tensors are changed in place from slice to slice.

import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall, matrix, number } from '../registry.js';
import { allocate, hasSubgroups, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { gpuLanes, gpuPartRows } from './plan.js';
import { blockRows, COPY_WGSL, pickWgsl, startWgsl, updateWgsl } from './wgsl.js';

const NONE = 0xffffffff;

/** State: distances [N], best [blocks, 2] and [picks made, the last pick]. */
export function kCenterStartWebGpu(call: KernelCall): TensorInfo[] {
  return startWith(call, hasSubgroups(webGpuBackend(call.backend)));
}

/** @param subgroups whether its WGSL uses them */
export function startWith(call: KernelCall, subgroups: boolean): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { rows, columns } = matrix(call, 'features');
  const lanes = gpuLanes(columns);
  const blocks = Math.ceil(rows / blockRows(lanes));
  const distances = allocate(backend, [rows], 'float32');
  const best = allocate(backend, [blocks, 2], 'int32');
  const state = allocate(backend, [2], 'int32');
  runPasses(backend, [
    {
      name: 'KCenterGreedyStart',
      source: startWgsl(lanes, subgroups),
      buffers: [input(call, 'anchors'), distances, best, state],
      uniforms: [u32(rows), u32(blocks)],
      groups: spread(backend, blocks),
    },
  ]);
  return [distances, best, state];
}

export function kCenterAdvanceWebGpu(call: KernelCall): TensorInfo[] {
  const { rows, columns } = matrix(call, 'features');
  const backend = webGpuBackend(call.backend);
  const partRows = gpuPartRows(rows, columns, backend.device.limits.maxStorageBufferBindingSize);
  return advanceInParts(call, partRows, hasSubgroups(backend));
}

/** @param partRows rows that are bound at once; unless all, a multiple of 1024, so that parts start at a block */
export function advanceInParts(call: KernelCall, partRows: number, subgroups: boolean): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'features');
  const [distances, best, state] = [input(call, 's0'), input(call, 's1'), input(call, 's2')];
  const begin = number(call, 'from');
  const steps = number(call, 'to') - begin;
  const indices = allocate(backend, [steps], 'int32');
  const radii = allocate(backend, [steps], 'float32');
  const lanes = gpuLanes(columns);
  const block = blockRows(lanes);
  const fours = columns % 4 === 0;
  const isWhole = partRows >= rows;
  const name = 'KCenterGreedy';
  withScratch(backend, [columns], (copy) => {
    const pick: Pass = {
      name,
      source: pickWgsl(subgroups),
      buffers: [best, state, indices, radii],
      uniforms: [u32(Math.ceil(rows / block)), u32(begin)],
      groups: [1],
    };
    const copies: Pass[] = [];
    const updates: Pass[] = [];
    for (let first = 0; first < rows; first += partRows) {
      const count = Math.min(partRows, rows - first);
      const blocks = Math.ceil(count / block);
      const features = { tensor: info, from: 4 * first * columns, bytes: 4 * count * columns };
      copies.push({
        name,
        source: COPY_WGSL,
        buffers: [features, state, copy],
        uniforms: [u32(first), u32(count), u32(columns)],
        groups: [1],
      });
      const units = fours ? columns / 4 : columns;
      updates.push({
        name,
        source: updateWgsl(lanes, fours, subgroups),
        buffers: [features, isWhole ? info : copy, state, distances, best],
        uniforms: [u32(first), u32(count), u32(units), u32(isWhole ? NONE : 0), u32(first / block), u32(blocks)],
        groups: spread(backend, blocks),
      });
    }
    runPasses(backend, isWhole ? [pick, ...updates] : [pick, ...copies, ...updates], steps);
  });
  return [indices, radii];
}
