// gaussianBlur on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelCall } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';
import { withPieces } from '../wasm/scratch.js';
import { blurOf } from './call.js';

export function gaussianBlurWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { maps, plan } = blurOf(call);
  const { batch, height, width, channels } = maps;
  const out = allocate(backend, maps.info.shape, 'float32');
  const { radius, columns, rows } = plan;
  const taps = Float32Array.from(plan.taps);
  const padded = (width + 2 * radius) * channels;
  const image = height * width * channels;
  withPieces(backend, 2 * taps.length + columns.length + rows.length + padded + image, (scratch) => {
    const sizes = [batch, height, width, channels, scratch.write(taps), radius];
    const places = [scratch.write(columns), scratch.write(rows), scratch.reserve(taps.length)];
    const work = [scratch.reserve(padded), scratch.reserve(image), address(backend, out)];
    wasmKernels(backend).gaussianBlur(address(backend, maps.info), ...sizes, ...places, ...work);
  });
  return [out];
}
