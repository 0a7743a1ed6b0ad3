// The meaning of randomProjection: every device is compared with this file. Float64 sums of float32 entries.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import { type KernelCall, matrix } from '../registry.js';
import { type ProjectionNumbers, projectionEntries, projectionNumbers } from './entries.js';
import { outputBlock } from './plan.js';

/** out[n][o] = sum over i of x[n][i] * entry(i, o); entries that are 0 take no part, so that NaN and infinity there do not count. */
export function randomProjectionReference(x: Float32Array, inputs: number, numbers: ProjectionNumbers): Float32Array {
  const { outputs } = numbers;
  const out = new Float32Array((x.length / inputs) * outputs);
  const block = outputBlock(inputs, outputs);
  for (let from = 0; from < outputs; from += block) {
    const width = Math.min(block, outputs - from);
    const entries = projectionEntries(numbers, inputs, from, from + width);
    const sums = new Float64Array(width);
    for (let n = 0; n < x.length / inputs; n++) {
      sums.fill(0);
      for (let i = 0; i < inputs; i++) {
        const value = x[n * inputs + i]!;
        for (let o = 0; o < width; o++) {
          const entry = entries[i * width + o]!;
          if (entry !== 0) sums[o]! += value * entry;
        }
      }
      out.set(sums, n * outputs + from);
    }
  }
  return out;
}

export function randomProjectionCpu(call: KernelCall): TensorInfo[] {
  const { info, rows, columns } = matrix(call, 'rows');
  const numbers = projectionNumbers(call);
  const projected = randomProjectionReference(readFloats(call.backend, info), columns, numbers);
  return [makeTensor(call.backend, projected, [rows, numbers.outputs])];
}
