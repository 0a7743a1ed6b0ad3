// perlinNoise on tfjs's webgpu backend: a pixel each.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { runPasses, spread, u32 } from '../webgpu/passes.js';
import { perlinSizes } from './reference.js';

export function perlinNoiseWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { batch, rows, columns, height, width } = perlinSizes(call);
  const noise = allocate(backend, [batch, height, width], 'float32');
  const size = batch * height * width;
  runPasses(backend, [
    {
      name: 'PerlinNoise',
      source: PERLIN,
      buffers: [input(call, 'gradients'), noise],
      uniforms: [size, rows, columns, height, width].map(u32),
      groups: spread(backend, Math.ceil(size / 256)),
    },
  ]);
  return [noise];
}

const PERLIN = `
  struct Uniforms { size: u32, rows: u32, columns: u32, height: u32, width: u32 }
  @group(0) @binding(0) var<storage, read> gradients: array<vec2f>;
  @group(0) @binding(1) var<storage, read_write> noise: array<f32>;
  @group(0) @binding(2) var<uniform> uniforms: Uniforms;

  fn lerp(a: f32, b: f32, t: f32) -> f32 { return a + t * (b - a); }
  fn fade(t: f32) -> f32 { return t * t * t * (t * (6.0 * t - 15.0) + 10.0); }

  @compute @workgroup_size(256)
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * 256u + lane;
    if (i >= uniforms.size) { return; }
    let along = vec2u((i / uniforms.width) % uniforms.height, i % uniforms.width) * vec2u(uniforms.rows, uniforms.columns);
    let pixels = vec2u(uniforms.height, uniforms.width);
    let cell = along / pixels;
    let f = vec2f(along % pixels) / vec2f(pixels);
    let stride = uniforms.columns + 1u;
    let image = i / (uniforms.width * uniforms.height);
    let at = (image * (uniforms.rows + 1u) + cell.x) * stride + cell.y;
    let n00 = dot(gradients[at], f);
    let n01 = dot(gradients[at + 1u], f - vec2f(0.0, 1.0));
    let n10 = dot(gradients[at + stride], f - vec2f(1.0, 0.0));
    let n11 = dot(gradients[at + stride + 1u], f - vec2f(1.0, 1.0));
    let t = fade(f.x);
    noise[i] = ${Math.SQRT2} * lerp(lerp(n00, n10, t), lerp(n01, n11, t), fade(f.y));
  }`;
