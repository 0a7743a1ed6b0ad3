// channelPermute on tfjs's webgpu backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall, matrix } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { runPasses, spread, u32 } from '../webgpu/passes.js';

export function channelPermuteWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'x');
  const y = allocate(backend, [rows, columns], 'float32');
  runPasses(backend, [
    {
      name: 'ChannelPermute',
      source: PERMUTE,
      buffers: [info, input(call, 'order'), y],
      uniforms: [u32(rows * columns), u32(columns)],
      groups: spread(backend, Math.ceil((rows * columns) / 256)),
    },
  ]);
  return [y];
}

const PERMUTE = `
  struct Uniforms { size: u32, channels: u32 }
  @group(0) @binding(0) var<storage, read> x: array<f32>;
  @group(0) @binding(1) var<storage, read> order: array<i32>;
  @group(0) @binding(2) var<storage, read_write> y: array<f32>;
  @group(0) @binding(3) var<uniform> uniforms: Uniforms;
  @compute @workgroup_size(256)
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * 256u + lane;
    if (i >= uniforms.size) { return; }
    let c = i % uniforms.channels;
    y[i] = x[i - c + u32(order[c])];
  }`;
