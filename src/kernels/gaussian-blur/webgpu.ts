// gaussianBlur on tfjs's webgpu backend: one pass along the rows, one across them.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelCall } from '../registry.js';
import { allocate, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { EACH_ELEMENT, withTables } from '../webgpu/tables.js';
import { blurOf } from './call.js';

export function gaussianBlurWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { maps, plan } = blurOf(call);
  const { batch, height, width, channels } = maps;
  const size = batch * height * width * channels;
  const out = allocate(backend, maps.info.shape, 'float32');
  withTables(backend, [Float32Array.from(plan.taps), plan.columns, plan.rows], (taps, columns, rows) => {
    withScratch(backend, [size], (across) => {
      const pass = (from: TensorInfo, places: TensorInfo, to: TensorInfo, length: number, inner: number): Pass => ({
        name: 'GaussianBlur',
        source: BLUR,
        buffers: [from, taps, places, to],
        uniforms: [size, length, inner, plan.taps.length].map(u32),
        groups: spread(backend, Math.ceil(size / 64)),
      });
      const along = pass(maps.info, columns, across, width, channels);
      runPasses(backend, [along, pass(across, rows, out, height, width * channels)]);
    });
  });
  return [out];
}

/** Along the axis of `length` places, `inner` values apart. */
const BLUR = `
  struct Uniforms { size: u32, length: u32, inner: u32, taps: u32 }
  @group(0) @binding(0) var<storage, read> source: array<f32>;
  @group(0) @binding(1) var<storage, read> weights: array<f32>;
  @group(0) @binding(2) var<storage, read> places: array<i32>;
  @group(0) @binding(3) var<storage, read_write> out: array<f32>;
  @group(0) @binding(4) var<uniform> uniforms: Uniforms;
  ${EACH_ELEMENT}
    let place = (i / uniforms.inner) % uniforms.length;
    let start = i - place * uniforms.inner;
    var sum = 0.0;
    for (var t = 0u; t < uniforms.taps; t++) {
      sum += weights[t] * source[start + u32(places[place + t]) * uniforms.inner];
    }
    out[i] = sum;
  }`;
