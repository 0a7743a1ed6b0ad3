// Runs WGSL on tfjs's webgpu backend, in the order of tfjs's own commands, on the buffers of its tensors.
//
//   export function scaleWebGpu(call: KernelCall): TensorInfo[] {
//     const backend = webGpuBackend(call.backend);
//     const { info, rows, columns } = matrix(call, 'x');
//     const out = allocate(backend, [rows, columns], 'float32');
//     const size = rows * columns;
//     runPasses(backend, [{
//       name: 'Scale',
//       source: SCALE,
//       buffers: [info, out],
//       uniforms: [u32(size), f32(number(call, 'factor'))],
//       groups: spread(backend, Math.ceil(size / 64)),
//     }]);
//     return [out];
//   }
//
//   const SCALE = `
//     struct Uniforms { size: u32, factor: f32 }
//     @group(0) @binding(0) var<storage, read> x: array<f32>;
//     @group(0) @binding(1) var<storage, read_write> out: array<f32>;
//     @group(0) @binding(2) var<uniform> uniforms: Uniforms;
//     @compute @workgroup_size(64)
//     fn main(
//       @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
//     ) {
//       let i = (group.y * groups.x + group.x) * 64u + lane;
//       if (i < uniforms.size) { out[i] = x[i] * uniforms.factor; }
//     }`;
//
// - The entry point is `main`; bindings stand in group 0 in the order of `buffers`, the uniforms' struct of scalars last. The entry
//   point must use every one of them: a binding that it does not use does not exist for WebGPU.
// - Nothing waits: a mistake in the WGSL or in the sizes is thrown by the read of the results, with the kernel's name.
// - Scratch comes from `withScratch`. It holds what its last user left there, and so do outputs.
// - A buffer is bound once per pass, unless every binding of it is read-only. Passes of a list see what those before them wrote.
// - `from` and `bytes` bind a part of a buffer, for what is larger than `limits.maxStorageBufferBindingSize`; `from` is a multiple
//   of `limits.minStorageBufferOffsetAlignment` (256 at most).
// - One dispatch should end within about half a second on a weak GPU: drivers stop those that take long.
// - `backend.device.features` has `subgroups` and `shader-f16` where the adapter offers them.
// - GPUs may flush subnormal numbers to 0, fuse a * b + c, and take it that there is no NaN and no infinity. Test for them on the
//   bits: `(bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u` is NaN.

import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { bufferOf, type WebGpuBackend } from './backend.js';
import { watch } from './faults.js';

export interface Part {
  readonly tensor: TensorInfo;
  /** In bytes. */
  readonly from: number;
  readonly bytes: number;
}

/** One number of the uniforms' struct. */
export interface Uniform {
  readonly type: 'u32' | 'i32' | 'f32';
  readonly value: number;
}

export const u32 = (value: number): Uniform => ({ type: 'u32', value });
export const i32 = (value: number): Uniform => ({ type: 'i32', value });
export const f32 = (value: number): Uniform => ({ type: 'f32', value });

export interface Pass {
  /** Stands in errors. */
  readonly name: string;
  readonly source: string;
  readonly buffers: readonly (TensorInfo | Part)[];
  readonly uniforms?: readonly Uniform[];
  /** Workgroups in x, y and z; with none in one of them nothing runs. */
  readonly groups: readonly number[];
}

/** Records the passes, in their order, and the whole list `repeat` times over. */
export function runPasses(backend: WebGpuBackend, passes: readonly Pass[], repeat = 1): void {
  const running = passes.filter(({ groups }) => groups.every((count) => count > 0));
  const names = [...new Set(running.map(({ name }) => name))].join(', ');
  watch(backend, backend.device, names, () => {
    const uniforms = writeUniforms(backend, running);
    const prepared = running.map((pass, i) => prepare(backend, pass, uniforms?.[i]));
    backend.ensureCommandEncoderReady();
    backend.computePassEncoder ??= backend.commandEncoder?.beginComputePass() ?? null;
    for (let turn = 0; turn < repeat; turn++) {
      for (const { pipeline, group, counts } of prepared) {
        backend.computePassEncoder?.setPipeline(pipeline);
        backend.computePassEncoder?.setBindGroup(0, group);
        backend.computePassEncoder?.dispatchWorkgroups(counts[0], counts[1], counts[2]);
      }
    }
    backend.dispatchCountInPass += repeat * prepared.length;
    // As tfjs does: few submissions, and a device that is not left idle.
    if (backend.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
  });
}

function prepare(backend: WebGpuBackend, pass: Pass, uniforms: GPUBufferBinding | undefined) {
  const resources = pass.buffers.map((bound) => bind(backend, pass.name, bound));
  if (uniforms) resources.push(uniforms);
  const pipeline = pipelineOf(backend, pass);
  const group = backend.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  const [x = 1, y = 1, z = 1] = pass.groups;
  return { pipeline, group, counts: [x, y, z] as const };
}

function bind(backend: WebGpuBackend, name: string, bound: TensorInfo | Part): GPUBufferBinding {
  const isPart = 'tensor' in bound;
  const buffer = bufferOf(backend, isPart ? bound.tensor : bound);
  const size = isPart ? bound.bytes : buffer.size;
  const limit = backend.device.limits.maxStorageBufferBindingSize;
  if (size <= limit) return { buffer, offset: isPart ? bound.from : 0, size };
  throw new IadError('MEMORY_BUDGET', `${name}: this GPU binds ${limit} bytes at once, not ${size}`, {
    hint: 'Use fewer rows: a smaller coreset, or fewer images at a time.',
  });
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

/** Compiled once per device and source. */
function pipelineOf(backend: WebGpuBackend, { name, source }: Pass): GPUComputePipeline {
  const { device } = backend;
  const known = pipelines.get(device) ?? new Map<string, GPUComputePipeline>();
  pipelines.set(device, known);
  const compiled = known.get(source);
  if (compiled) return compiled;
  const compile = () => {
    const module = device.createShaderModule({ code: source, label: name });
    return device.createComputePipeline({ label: name, layout: 'auto', compute: { module, entryPoint: 'main' } });
  };
  const pipeline = watch(backend, device, name, compile, () => known.delete(source));
  known.set(source, pipeline);
  return pipeline;
}

/** The uniforms of every pass in one buffer; equal ones once. */
function writeUniforms(
  backend: WebGpuBackend,
  passes: readonly Pass[],
): readonly (GPUBufferBinding | undefined)[] | null {
  const alignment = backend.device.limits.minUniformBufferOffsetAlignment;
  const places = new Map<string, { readonly offset: number; readonly size: number; readonly of: readonly Uniform[] }>();
  let end = 0;
  const keys = passes.map(({ uniforms = [] }) => {
    const key = uniforms.map(({ type, value }) => `${type} ${Object.is(value, -0) ? '-0' : value}`).join();
    if (key !== '' && !places.has(key)) {
      const size = Math.ceil(uniforms.length / 4) * 16;
      places.set(key, { offset: end, size, of: uniforms });
      end += Math.ceil(size / alignment) * alignment;
    }
    return key;
  });
  if (end === 0) return null;
  const bytes = new DataView(new ArrayBuffer(end));
  for (const { offset, of } of places.values()) {
    for (const [i, { type, value }] of of.entries()) {
      if (type === 'f32') bytes.setFloat32(offset + 4 * i, value, true);
      else bytes.setInt32(offset + 4 * i, value, true);
    }
  }
  const buffer = backend.bufferManager.acquireBuffer(end, GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM);
  backend.queue.writeBuffer(buffer, 0, bytes.buffer);
  backend.uniformPendingDisposal.push(buffer);
  return keys.map((key) => {
    const place = places.get(key);
    return place && { buffer, offset: place.offset, size: place.size };
  });
}

/** So many workgroups in x and y, some too many perhaps: a dimension takes no more than `limits.maxComputeWorkgroupsPerDimension`. */
export function spread({ device }: WebGpuBackend, groups: number): [x: number, y: number] {
  const rows = Math.ceil(groups / device.limits.maxComputeWorkgroupsPerDimension);
  return rows === 0 ? [0, 1] : [Math.ceil(groups / rows), rows];
}
