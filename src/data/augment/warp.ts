// Resampling under a geometric map, with the arithmetic of Pillow's `Image.transform`: the published augmentations were made
// with it, and its results are the same on every machine.
import { IadError } from '../../runtime/errors.js';
import type { Image, Mask } from '../types.js';

/** What the geometric augmentations take: an image (3 bytes per pixel) or a mask (1 byte per pixel). */
export type Pixels = Image | Mask;

/** `bilinear` interpolates four pixels; a mask is taken `nearest` always. */
export type Resample = 'nearest' | 'bilinear';

/**
 * What lies outside of the image. `zero`: black, and normal in a mask. `edge`: the border pixel again and again.
 * `reflect`: the image mirrored at its border pixel, which is not repeated (c b | a b c | b a).
 */
export type Border = 'zero' | 'edge' | 'reflect';

export interface Sampling {
  /** Default `nearest`, as torchvision. */
  readonly resample?: Resample;
  /** Default `zero`. */
  readonly border?: Border;
}

/**
 * Where an output point (x, y) comes from: ((a x + b y + c) / w, (d x + e y + f) / w), w = g x + h y + 1. Pixel i spans
 * i to i + 1. Affine if g = h = 0.
 */
export type Projection = readonly [
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
];

/**
 * @param size of the result, pixels
 * @throws IadError `BAD_ARGUMENT` if the data are not those of an image or mask of the stated size
 */
export function warp(
  from: Pixels,
  size: { readonly width: number; readonly height: number },
  projection: Projection,
  { resample = 'nearest', border = 'zero' }: Sampling,
): Pixels {
  const { width, height } = size;
  const channels = channelsOf(from);
  const out = { width, height, data: new Uint8Array(width * height * channels) };
  const [, b, , d, , , g, h] = projection;
  if (resample === 'bilinear' && channels === 3) bilinear(from, out, projection, border);
  else if (g !== 0 || h !== 0) nearest(from, out, channels, projection, border);
  else if (b === 0 && d === 0) nearestUpright(from, out, channels, projection, border);
  else nearestAffine(from, out, channels, projection, border);
  return out;
}

/** 3 for an image, 1 for a mask. @throws IadError `BAD_ARGUMENT` for anything else */
export function channelsOf({ width, height, data }: Pixels): 1 | 3 {
  const area = width * height;
  if (area > 0 && data.length === 3 * area) return 3;
  if (area > 0 && data.length === area) return 1;
  throw new IadError('BAD_ARGUMENT', `${data.length} bytes are no image or mask of ${width} x ${height} pixels`);
}

/** The pixel that stands for one at `index`; -1 for none. */
function place(index: number, size: number, border: Border): number {
  if (index >= 0 && index < size) return index;
  switch (border) {
    case 'zero':
      return -1;
    case 'edge':
      return index < 0 ? 0 : size - 1;
    case 'reflect': {
      if (size === 1) return 0;
      const period = 2 * (size - 1);
      const at = ((index % period) + period) % period;
      return at < size ? at : period - at;
    }
    default:
      return border satisfies never;
  }
}

function copyPixel(from: Pixels, column: number, row: number, out: Pixels, to: number, channels: number): void {
  if (column < 0 || row < 0) return;
  const at = (row * from.width + column) * channels;
  for (let c = 0; c < channels; c++) out.data[to + c] = from.data[at + c]!;
}

function nearest(from: Pixels, out: Pixels, channels: number, projection: Projection, border: Border): void {
  const [a, b, c, d, e, f, g, h] = projection;
  for (let y = 0, to = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++, to += channels) {
      const px = x + 0.5;
      const py = y + 0.5;
      const w = g * px + h * py + 1;
      const column = place(Math.floor((a * px + b * py + c) / w), from.width, border);
      copyPixel(from, column, place(Math.floor((d * px + e * py + f) / w), from.height, border), out, to, channels);
    }
  }
}

/** Sources step by step along each axis, which is how Pillow rounds where nothing is turned. */
function nearestUpright(from: Pixels, out: Pixels, channels: number, projection: Projection, border: Border): void {
  const [a, , c, , e, f] = projection;
  const columns = steps(c + a * 0.5, a, out.width).map((at) => place(at, from.width, border));
  const rows = steps(f + e * 0.5, e, out.height).map((at) => place(at, from.height, border));
  for (let y = 0, to = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++, to += channels) copyPixel(from, columns[x]!, rows[y]!, out, to, channels);
  }
}

function steps(start: number, step: number, count: number): Int32Array {
  const found = new Int32Array(count);
  for (let i = 0, at = start; i < count; i++, at += step) found[i] = Math.floor(at);
  return found;
}

const FIXED = 65536;

/** Coordinates in 16.16 fixed point, as Pillow has them; in doubles, so that no image is too large. */
function nearestAffine(from: Pixels, out: Pixels, channels: number, projection: Projection, border: Border): void {
  const fixed = (value: number) => Math.floor(value * FIXED + 0.5);
  const [a, b, c, d, e, f] = projection;
  const [acrossX, acrossY, downX, downY] = [fixed(a), fixed(d), fixed(b), fixed(e)];
  let startX = fixed(c + a * 0.5 + b * 0.5);
  let startY = fixed(f + d * 0.5 + e * 0.5);
  for (let y = 0, to = 0; y < out.height; y++, startX += downX, startY += downY) {
    let atX = startX;
    let atY = startY;
    for (let x = 0; x < out.width; x++, to += channels, atX += acrossX, atY += acrossY) {
      const column = place(Math.floor(atX / FIXED), from.width, border);
      copyPixel(from, column, place(Math.floor(atY / FIXED), from.height, border), out, to, channels);
    }
  }
}

/** Between pixel centres; along the outermost half pixel the border's rule goes on. Rounds down, as Pillow does. */
function bilinear(from: Image, out: Image, projection: Projection, border: Border): void {
  const [a, b, c, d, e, f, g, h] = projection;
  const { width, height, data } = from;
  const inner = border === 'reflect' ? 'reflect' : 'edge';
  for (let y = 0, to = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++, to += 3) {
      const px = x + 0.5;
      const py = y + 0.5;
      const w = g * px + h * py + 1;
      const u = (a * px + b * py + c) / w;
      const v = (d * px + e * py + f) / w;
      if (border === 'zero' && !(u >= 0 && u < width && v >= 0 && v < height)) continue;
      const column = Math.floor(u - 0.5);
      const row = Math.floor(v - 0.5);
      const shareX = u - 0.5 - column;
      const shareY = v - 0.5 - row;
      const left = 3 * place(column, width, inner);
      const right = 3 * place(column + 1, width, inner);
      const upper = 3 * width * place(row, height, inner);
      const lower = 3 * width * place(row + 1, height, inner);
      for (let k = 0; k < 3; k++) {
        const top = data[upper + left + k]! + (data[upper + right + k]! - data[upper + left + k]!) * shareX;
        const bottom = data[lower + left + k]! + (data[lower + right + k]! - data[lower + left + k]!) * shareX;
        out.data[to + k] = Math.trunc(top + (bottom - top) * shareY);
      }
    }
  }
}
