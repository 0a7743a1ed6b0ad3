// Resampling of 8-bit images as Pillow does it, which is what the published numbers were made with.
import type { Image, Mask } from './types.js';

/** Fraction bits of the filter weights: 32, less 8 for the sample and 2 for overshoot. */
const PRECISION = 22;

/**
 * Antialiased bilinear resampling: a triangle filter whose width grows with the scale when shrinking. Two passes,
 * columns first, with weights in 22-bit fixed point and rounding to 8 bit between the passes: the same bytes as
 * Pillow's `Image.resize(size, BILINEAR)`. (Pillow 13 takes rows first for some sizes, which moves values by one at most.)
 * @returns RGB [height, width, 3]; the image itself if it already has the size
 */
export function resizeBilinear(image: Image, width: number, height: number): Image {
  let { data } = image;
  if (width !== image.width) data = resampleRows(data, image.width, image.height, width);
  if (height !== image.height) data = resampleColumns(data, width, image.height, height);
  return { width, height, data };
}

interface Taps {
  /** Taps per output, padded with zero weights. */
  readonly count: number;
  /** First input of each output, [outputs]. */
  readonly first: Int32Array;
  /** Inputs of each output, [outputs]. */
  readonly used: Int32Array;
  /** Fixed-point weights, [outputs, count]. */
  readonly weights: Int32Array;
}

function triangleTaps(inputs: number, outputs: number): Taps {
  const scale = inputs / outputs;
  const support = Math.max(scale, 1);
  const count = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputs);
  const used = new Int32Array(outputs);
  const weights = new Int32Array(outputs * count);
  const real = new Float64Array(count);
  for (let i = 0; i < outputs; i++) {
    const center = (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(center - support + 0.5));
    const taps = Math.min(inputs, Math.trunc(center + support + 0.5)) - begin;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const distance = Math.abs((begin + t - center + 0.5) * (1 / support));
      real[t] = distance < 1 ? 1 - distance : 0;
      sum += real[t]!;
    }
    for (let t = 0; t < taps; t++) {
      const weight = sum === 0 ? real[t]! : real[t]! / sum;
      weights[i * count + t] = Math.trunc(0.5 + weight * 2 ** PRECISION);
    }
    first[i] = begin;
    used[i] = taps;
  }
  return { count, first, used, weights };
}

function resampleRows(data: Uint8Array, inWidth: number, height: number, outWidth: number): Uint8Array {
  const { count, first, used, weights } = triangleTaps(inWidth, outWidth);
  const out = new Uint8Array(3 * outWidth * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let from = 3 * (y * inWidth + first[x]!);
      let r = 1 << (PRECISION - 1);
      let g = r;
      let b = r;
      const end = x * count + used[x]!;
      for (let k = x * count; k < end; k++, from += 3) {
        const weight = weights[k]!;
        r += data[from]! * weight;
        g += data[from + 1]! * weight;
        b += data[from + 2]! * weight;
      }
      out[to++] = clipped(r);
      out[to++] = clipped(g);
      out[to++] = clipped(b);
    }
  }
  return out;
}

function resampleColumns(data: Uint8Array, width: number, inHeight: number, outHeight: number): Uint8Array {
  const { count, first, used, weights } = triangleTaps(inHeight, outHeight);
  const stride = 3 * width;
  const out = new Uint8Array(stride * outHeight);
  const sums = new Int32Array(stride);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(1 << (PRECISION - 1));
    for (let t = 0; t < used[y]!; t++) {
      const weight = weights[y * count + t]!;
      const from = (first[y]! + t) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += data[from + i]! * weight;
    }
    for (let i = 0; i < stride; i++) out[y * stride + i] = clipped(sums[i]!);
  }
  return out;
}

function clipped(sum: number): number {
  // Weights are never negative and sum to one, give or take rounding: only the upper end can overflow.
  return Math.min(255, sum >> PRECISION);
}

/** Nearest neighbour for masks, never smoothed: output i takes input floor((i + 0.5) * in / out), as Pillow does. */
export function resizeNearest(mask: Mask, width: number, height: number): Mask {
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * mask.width) / width));
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++) data[to++] = mask.data[row + columns[x]!]!;
  }
  return { width, height, data };
}
