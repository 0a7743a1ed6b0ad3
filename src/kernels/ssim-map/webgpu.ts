// ssimMap on tfjs's webgpu backend, by the formula of wasm.as.ts: the four windowed sums travel as one vector.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall } from '../registry.js';
import { allocate, type WebGpuBackend, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { f32, type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { type SsimCall, ssimOf } from './call.js';
import { WINDOW } from './plan.js';
import { ACROSS, ALONG, BACK_ACROSS, BACK_ALONG, DERIVATIVES } from './wgsl.js';

/** Sums over an axis of `from` places, `inner` values apart, to `to` places of `size` values in all. */
interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly inner: number;
  readonly pad: number;
}

function axisPass(
  backend: WebGpuBackend,
  { c1, c2 }: SsimCall,
  source: string,
  { size, from, to, inner, pad }: Axis,
  buffers: readonly TensorInfo[],
): Pass {
  return {
    name: 'SsimMap',
    source,
    buffers,
    uniforms: [...[size, from, to, inner, pad].map(u32), f32(c1), f32(c2)],
    groups: spread(backend, Math.ceil(size / 64)),
  };
}

/** Sizes of the two passes forth. */
function forth({ a, pad, shape: [batch, rows, columns, channels] }: SsimCall): { along: Axis; across: Axis } {
  const inner = columns * channels;
  return {
    along: { size: batch * a.height * inner, from: a.width, to: columns, inner: channels, pad },
    across: { size: batch * rows * inner, from: a.height, to: rows, inner, pad },
  };
}

export function ssimMapWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const given = ssimOf(call);
  const { a, b, shape } = given;
  const out = allocate(backend, shape, 'float32');
  const { along, across } = forth(given);
  withScratch(backend, [4 * along.size], (sums) => {
    const pass = axisPass(backend, given, ALONG, along, [a.info, b.info, sums]);
    runPasses(backend, [pass, axisPass(backend, given, ACROSS, across, [sums, out])]);
  });
  return [out];
}

export function ssimMapGradientWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const given = ssimOf(call);
  const { a, b, shape } = given;
  const out = allocate(backend, a.info.shape, 'float32');
  const { along, across } = forth(given);
  const pad = WINDOW - 1 - given.pad;
  const [batch, rows, columns, channels] = shape;
  const inner = a.width * channels;
  const backAlong = { size: batch * rows * inner, from: columns, to: a.width, inner: channels, pad };
  const backAcross = { size: batch * a.height * inner, from: rows, to: a.height, inner, pad };
  const first = 4 * Math.max(along.size, backAlong.size);
  withScratch(backend, [first, 4 * across.size], (sums, derivatives) => {
    const upstream = input(call, 'upstream');
    runPasses(backend, [
      axisPass(backend, given, ALONG, along, [a.info, b.info, sums]),
      axisPass(backend, given, DERIVATIVES, across, [sums, upstream, derivatives]),
      axisPass(backend, given, BACK_ALONG, backAlong, [derivatives, sums]),
      axisPass(backend, given, BACK_ACROSS, backAcross, [sums, a.info, b.info, out]),
    ]);
  });
  return [out];
}
