// The meaning of gaussianBlur. Every device is compared with this file.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import type { GridShape } from '../grids.js';
import type { KernelCall } from '../registry.js';
import { blurOf } from './call.js';
import type { BlurPlan } from './plan.js';

/** Along rows, then along columns, in float64. */
export function gaussianBlurReference(
  maps: Float32Array, // [B, H, W, C]
  { batch, height, width, channels }: GridShape,
  { taps, columns, rows }: BlurPlan,
): Float64Array {
  const across = new Float64Array(maps.length);
  const out = new Float64Array(maps.length);
  const at = (b: number, y: number, x: number, c: number) => ((b * height + y) * width + x) * channels + c;
  const each = (visit: (b: number, y: number, x: number, c: number) => void) => {
    for (let b = 0; b < batch; b++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) visit(b, y, x, c);
      }
    }
  };
  each((b, y, x, c) => {
    let sum = 0;
    for (let t = 0; t < taps.length; t++) sum += taps[t]! * maps[at(b, y, columns[x + t]!, c)]!;
    across[at(b, y, x, c)] = sum;
  });
  each((b, y, x, c) => {
    let sum = 0;
    for (let t = 0; t < taps.length; t++) sum += taps[t]! * across[at(b, rows[y + t]!, x, c)]!;
    out[at(b, y, x, c)] = sum;
  });
  return out;
}

export function gaussianBlurCpu(call: KernelCall): TensorInfo[] {
  const { maps, plan } = blurOf(call);
  const blurred = gaussianBlurReference(readFloats(call.backend, maps.info), maps, plan);
  return [makeTensor(call.backend, Float32Array.from(blurred), maps.info.shape)];
}
