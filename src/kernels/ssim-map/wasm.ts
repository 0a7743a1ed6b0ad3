// ssimMap on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';
import { withPieces } from '../wasm/scratch.js';
import { ssimOf } from './call.js';
import { rowFloats, SSIM_TAPS, WINDOW } from './plan.js';

const TAPS = Float32Array.from(SSIM_TAPS);

/** Byte offsets of the window's columns. */
const columnOffsets = (channels: number) => Int32Array.from(TAPS, (_, t) => 4 * t * channels);

export function ssimMapWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { a, b, pad, shape, c1, c2 } = ssimOf(call);
  const { batch, height, width, channels } = a;
  const out = allocate(backend, shape, 'float32');
  const { row, padded } = rowFloats(shape[2], channels);
  withPieces(backend, 3 * WINDOW + 4 * (padded + (WINDOW + 1) * row), (scratch) => {
    const sizes = [batch, height, width, channels, pad, row, padded];
    const numbers = [scratch.write(TAPS), c1, c2, scratch.write(columnOffsets(channels)), scratch.reserve(WINDOW)];
    const work = [scratch.reserve(4 * padded), scratch.reserve(4 * WINDOW * row), scratch.reserve(4 * row)];
    const inputs = [address(backend, a.info), address(backend, b.info)];
    wasmKernels(backend).ssimMap(...inputs, ...sizes, ...numbers, ...work, address(backend, out));
  });
  return [out];
}

export function ssimMapGradientWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { a, b, pad, shape, c1, c2 } = ssimOf(call);
  const { batch, height, width, channels } = a;
  const out = allocate(backend, a.info.shape, 'float32');
  const forth = rowFloats(shape[2], channels);
  const back = rowFloats(width, channels);
  const padded = 4 * Math.max(forth.padded, back.padded);
  const work = 4 * Math.max(forth.row, back.row);
  const [ring, rows] = [4 * WINDOW * forth.row, 4 * shape[1] * back.row];
  withPieces(backend, 3 * WINDOW + padded + ring + rows + work, (scratch) => {
    const sizes = [batch, height, width, channels, pad, forth.row, forth.padded, back.row, back.padded];
    const numbers = [scratch.write(TAPS), c1, c2, scratch.write(columnOffsets(channels)), scratch.reserve(WINDOW)];
    const pieces = [padded, ring, rows, work].map((floats) => scratch.reserve(floats));
    const inputs = [address(backend, a.info), address(backend, b.info), address(backend, input(call, 'upstream'))];
    wasmKernels(backend).ssimMapGradient(...inputs, ...sizes, ...numbers, ...pieces, address(backend, out));
  });
  return [out];
}
