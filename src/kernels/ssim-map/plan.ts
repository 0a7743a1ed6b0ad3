// The window of SSIM and the sizes that follow from it, as plain numbers.
import { gaussianTaps } from '../gaussian-blur/plan.js';

/** `zero`: zeros lie around the images and every pixel has a value. `valid`: only windows that lie in the images have one. */
export type SsimPadding = 'zero' | 'valid';

/** A padding as a kernel's number. */
export const PADDINGS: readonly SsimPadding[] = ['zero', 'valid'];

/** Side of the window. */
export const WINDOW = 11;

/** The window along one axis: a Gaussian of sigma 1.5, normalised. */
export const SSIM_TAPS: Float64Array = gaussianTaps(1.5, (WINDOW - 1) / 2);

/** Rows or columns of zeros on each side. */
export function paddingOf(padding: SsimPadding): number {
  return padding === 'zero' ? (WINDOW - 1) / 2 : 0;
}

/** Rows or columns of the result. */
export function outputSize(size: number, pad: number): number {
  return size + 2 * pad - (WINDOW - 1);
}

/** How the wasm kernel lays its rows out, in floats: a row of the result up to whole vectors, and a row with its zeros. */
export function rowFloats(width: number, channels: number): { row: number; padded: number } {
  const row = Math.ceil((width * channels) / 4) * 4;
  return { row, padded: row + (WINDOW - 1) * channels };
}
