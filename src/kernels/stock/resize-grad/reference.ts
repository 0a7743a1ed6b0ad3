// The meaning of a resize's gradient: every output hands its own to the sources that it was made of, by their weights.
import type { KernelFunc } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../../cpu.js';
import { kernelBackend } from '../inputs.js';
import { resizeGrad } from './call.js';
import { type Draws, type Interpolation, PLACES } from './plan.js';

/** @returns float64 sums [batch, height, width, channels] */
export function resizeGradReference(
  dy: Float32Array, // [batch, dyHeight, dyWidth, channels]
  [batch, height, width, channels]: readonly [number, number, number, number],
  [dyHeight, dyWidth]: readonly [number, number],
  rows: Draws,
  columns: Draws,
): Float64Array {
  const dx = new Float64Array(batch * height * width * channels);
  for (let i = 0; i < dx.length; i++) {
    const channel = i % channels;
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / (channels * width)) % height;
    const image = Math.floor(i / (channels * width * height));
    for (let r = rows.starts[row]!; r < rows.starts[row + 1]!; r++) {
      for (let c = columns.starts[column]!; c < columns.starts[column + 1]!; c++) {
        const at = ((image * dyHeight + rows.from[r]!) * dyWidth + columns.from[c]!) * channels + channel;
        dx[i] = dx[i]! + rows.weights[r]! * columns.weights[c]! * dy[at]!;
      }
    }
  }
  return dx;
}

export function resizeGradCpu(interpolation: Interpolation): KernelFunc {
  return ({ inputs, attrs, backend: given }) => {
    const { dy, shape, dyHeight, dyWidth, rows, columns } = resizeGrad(inputs, attrs, interpolation, PLACES.cpu);
    const backend = kernelBackend(given);
    const dx = resizeGradReference(readFloats(backend, dy), shape, [dyHeight, dyWidth], rows, columns);
    return makeTensor(backend, Float32Array.from(dx), shape);
  };
}
