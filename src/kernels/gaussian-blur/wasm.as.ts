// gaussianBlur: rows of one image after another, first along the rows, then across them.

import { weightedSum } from '../wasm/weighted-sum.inline.as';

/**
 * @param taps f32 [2 radius + 1]
 * @param columns source column of every padded column, i32 [width + 2 radius]
 * @param rows likewise, i32 [height + 2 radius]
 * @param offsets scratch, i32 [2 radius + 1]
 * @param padded scratch, (width + 2 radius) x channels floats
 * @param across scratch, one image
 */
export function gaussianBlur(
  maps: usize, batch: i32, height: i32, width: i32, channels: i32, taps: usize, radius: i32, columns: usize, rows: usize,
  offsets: usize, padded: usize, across: usize, out: usize,
): void {
  const count = 2 * radius + 1;
  const pixel = <usize>channels << 2;
  const row = <usize>width * pixel;
  for (let b: i32 = 0; b < batch; b++) {
    for (let t: i32 = 0; t < count; t++) store<i32>(offsets + (<usize>t << 2), t * <i32>pixel);
    for (let y: i32 = 0; y < height; y++) {
      const from = maps + <usize>y * row;
      memory.copy(padded + <usize>radius * pixel, from, row);
      for (let x: i32 = 0; x < radius; x++) {
        copyPixel(padded, from, columns, x, channels);
        copyPixel(padded, from, columns, width + radius + x, channels);
      }
      weightedSum(padded, offsets, taps, count, across + <usize>y * row, width * channels);
    }
    for (let y: i32 = 0; y < height; y++) {
      for (let t: i32 = 0; t < count; t++) {
        const source = load<i32>(rows + (<usize>(y + t) << 2));
        store<i32>(offsets + (<usize>t << 2), source * <i32>row);
      }
      weightedSum(across, offsets, taps, count, out + <usize>y * row, width * channels);
    }
    maps += <usize>height * row;
    out += <usize>height * row;
  }
}

@inline
function copyPixel(padded: usize, from: usize, columns: usize, x: i32, channels: i32): void {
  const to = padded + (<usize>(x * channels) << 2);
  const source = from + (<usize>(load<i32>(columns + (<usize>x << 2)) * channels) << 2);
  for (let c: usize = 0; c < <usize>channels << 2; c += 4) store<f32>(to + c, load<f32>(source + c));
}
