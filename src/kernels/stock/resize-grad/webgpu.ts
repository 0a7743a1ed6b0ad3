// The gradients of the resizes on tfjs's webgpu backend: a thread for every element of a source image.
import type { KernelFunc } from '@tensorflow/tfjs';
import { allocate, webGpuBackend } from '../../webgpu/backend.js';
import { runPasses, spread, u32 } from '../../webgpu/passes.js';
import { withArrays } from '../inputs.js';
import { resizeGrad } from './call.js';
import { type Interpolation, PLACES } from './plan.js';

const GATHER = `
  struct Uniforms { size: u32, height: u32, width: u32, channels: u32, dyHeight: u32, dyWidth: u32 }
  @group(0) @binding(0) var<storage, read> dy: array<f32>;
  @group(0) @binding(1) var<storage, read> rowStarts: array<u32>;
  @group(0) @binding(2) var<storage, read> rows: array<u32>;
  @group(0) @binding(3) var<storage, read> rowWeights: array<f32>;
  @group(0) @binding(4) var<storage, read> columnStarts: array<u32>;
  @group(0) @binding(5) var<storage, read> columns: array<u32>;
  @group(0) @binding(6) var<storage, read> columnWeights: array<f32>;
  @group(0) @binding(7) var<storage, read_write> dx: array<f32>;
  @group(0) @binding(8) var<uniform> uniforms: Uniforms;
  @compute @workgroup_size(64)
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * 64u + lane;
    if (i >= uniforms.size) { return; }
    let channel = i % uniforms.channels;
    let pixel = i / uniforms.channels;
    let column = pixel % uniforms.width;
    let line = pixel / uniforms.width;
    let row = line % uniforms.height;
    let first = (line / uniforms.height) * uniforms.dyHeight;
    var sum = 0.0;
    for (var r = rowStarts[row]; r < rowStarts[row + 1u]; r++) {
      let start = (first + rows[r]) * uniforms.dyWidth;
      var along = 0.0;
      for (var c = columnStarts[column]; c < columnStarts[column + 1u]; c++) {
        along += columnWeights[c] * dy[(start + columns[c]) * uniforms.channels + channel];
      }
      sum += rowWeights[r] * along;
    }
    dx[i] = sum;
  }`;

export function resizeGradWebGpu(interpolation: Interpolation): KernelFunc {
  return ({ inputs, attrs, backend: given }) => {
    const backend = webGpuBackend(given);
    const { dy, shape, dyHeight, dyWidth, rows, columns } = resizeGrad(inputs, attrs, interpolation, PLACES.webgpu);
    const [batch, height, width, channels] = shape;
    const dx = allocate(backend, shape, 'float32');
    const size = batch * height * width * channels;
    const lists = [rows.starts, rows.from, rows.weights, columns.starts, columns.from, columns.weights];
    withArrays(backend, lists, (tensors) => {
      const uniforms = [size, height, width, channels, dyHeight, dyWidth].map(u32);
      const groups = spread(backend, Math.ceil(size / 64));
      runPasses(backend, [{ name: 'ResizeGrad', source: GATHER, buffers: [dy, ...tensors, dx], uniforms, groups }]);
    });
    return dx;
  };
}
