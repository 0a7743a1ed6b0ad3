// The meaning of ssimMap and of its gradient. Every device is compared with this file.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import type { GridShape } from '../grids.js';
import { input, type KernelCall } from '../registry.js';
import { ssimOf } from './call.js';
import { outputSize, SSIM_TAPS, WINDOW } from './plan.js';

export type Values = Float32Array | Float64Array;

/** The window's weighted sum at every place where it lies in the images with `pad` zeros around them; float64 [B, H', W', C]. */
export function windowed(values: Values, { batch, height, width, channels }: GridShape, pad: number): Float64Array {
  const rows = outputSize(height, pad);
  const columns = outputSize(width, pad);
  const out = new Float64Array(batch * rows * columns * channels);
  for (let i = 0; i < out.length; i++) {
    const c = i % channels;
    const x = Math.floor(i / channels) % columns;
    const y = Math.floor(i / (channels * columns)) % rows;
    const b = Math.floor(i / (channels * columns * rows));
    for (let v = 0; v < WINDOW; v++) {
      const row = y - pad + v;
      if (row < 0 || row >= height) continue;
      for (let u = 0; u < WINDOW; u++) {
        const column = x - pad + u;
        if (column < 0 || column >= width) continue;
        const value = values[((b * height + row) * width + column) * channels + c]!;
        out[i] = out[i]! + SSIM_TAPS[v]! * SSIM_TAPS[u]! * value;
      }
    }
  }
  return out;
}

export interface SsimInputs {
  /** [B, H, W, C] */
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly shape: GridShape;
  readonly pad: number;
  readonly c1: number;
  readonly c2: number;
}

const times = (a: Values, b: Values) => Float64Array.from(a, (value, i) => value * b[i]!);

/** The factors of SSIM = (luminance * structure) / (luminanceScale * structureScale), with the means. */
function* factors({ a, b, shape, pad, c1, c2 }: SsimInputs) {
  const [meanA, meanB] = [windowed(a, shape, pad), windowed(b, shape, pad)];
  const [squareA, squareB, product] = [times(a, a), times(b, b), times(a, b)].map((map) => windowed(map, shape, pad));
  for (let i = 0; i < meanA.length; i++) {
    const [x, y] = [meanA[i]!, meanB[i]!];
    yield {
      meanA: x,
      meanB: y,
      luminance: 2 * x * y + c1,
      structure: 2 * (product![i]! - x * y) + c2,
      luminanceScale: x * x + y * y + c1,
      structureScale: squareA![i]! - x * x + (squareB![i]! - y * y) + c2,
    };
  }
}

/** @returns [B, H', W', C] */
export function ssimMapReference(given: SsimInputs): Float64Array {
  return Float64Array.from(factors(given), ({ luminance, structure, luminanceScale, structureScale }) => {
    return (luminance * structure) / (luminanceScale * structureScale);
  });
}

/**
 * The gradient by `a` of the sum of upstream times the map: the derivatives by the window's means of a, a^2 and ab go back
 * through the window.
 * @param upstream [B, H', W', C]
 * @returns [B, H, W, C]
 */
export function ssimMapGradientReference(given: SsimInputs, upstream: Float32Array): Float64Array {
  const { a, b, shape, pad } = given;
  const [byMean, bySquare, byProduct] = [upstream, upstream, upstream].map((map) => Float64Array.from(map));
  let i = 0;
  for (const { meanA, meanB, luminance, structure, luminanceScale, structureScale } of factors(given)) {
    const scale = luminanceScale * structureScale;
    const ssim = (luminance * structure) / scale;
    byMean![i]! *=
      (2 * meanB * (structure - luminance)) / scale + 2 * meanA * ssim * (1 / structureScale - 1 / luminanceScale);
    bySquare![i]! *= -ssim / structureScale;
    byProduct![i]! *= (2 * luminance) / scale;
    i++;
  }
  const { height, width } = shape;
  const from = { ...shape, height: outputSize(height, pad), width: outputSize(width, pad) };
  const [mean, square, product] = [byMean!, bySquare!, byProduct!].map((map) => windowed(map, from, WINDOW - 1 - pad));
  return Float64Array.from(a, (value, at) => mean![at]! + 2 * value * square![at]! + b[at]! * product![at]!);
}

function read(call: KernelCall): SsimInputs {
  const { a, b, pad, c1, c2 } = ssimOf(call);
  return { a: readFloats(call.backend, a.info), b: readFloats(call.backend, b.info), shape: a, pad, c1, c2 };
}

export function ssimMapCpu(call: KernelCall): TensorInfo[] {
  return [makeTensor(call.backend, Float32Array.from(ssimMapReference(read(call))), ssimOf(call).shape)];
}

export function ssimMapGradientCpu(call: KernelCall): TensorInfo[] {
  const upstream = readFloats(call.backend, input(call, 'upstream'));
  const gradient = Float32Array.from(ssimMapGradientReference(read(call), upstream));
  return [makeTensor(call.backend, gradient, ssimOf(call).a.info.shape)];
}
