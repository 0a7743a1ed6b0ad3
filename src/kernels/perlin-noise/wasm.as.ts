// Perlin noise. Along a row inside a cell, both sides are linear in x, so their factors are computed once per cell and row.

import { fma } from '../wasm/fma.inline.as';

@inline
function fade(t: f32): f32 {
  return t * t * t * (t * (6 * t - 15) + 10);
}

@inline
function lerp(a: f32, b: f32, t: f32): f32 {
  return a + t * (b - a);
}

/** First pixel of a cell. */
@inline
function firstOf(cell: i32, cells: i32, pixels: i32): i32 {
  return (cell * pixels + cells - 1) / cells;
}

/**
 * noise [batch, height, width] from gradients [batch, rows + 1, columns + 1, 2].
 * @param fractions scratch, 2 * width floats
 */
export function perlinNoise(
  gradients: usize, batch: i32, rows: i32, columns: i32, height: i32, width: i32, fractions: usize, noise: usize,
): void {
  const fades = fractions + (<usize>width << 2);
  for (let x: i32 = 0; x < width; x++) {
    const fx = <f32>((x * columns) % width) / <f32>width;
    store<f32>(fractions + (<usize>x << 2), fx);
    store<f32>(fades + (<usize>x << 2), fade(fx));
  }
  const latticeRow = <usize>(columns + 1) << 3;
  for (let image: i32 = 0; image < batch; image++) {
    for (let y: i32 = 0; y < height; y++) {
      const fy = <f32>((y * rows) % height) / <f32>height;
      let corner = gradients + <usize>((y * rows) / height) * latticeRow;
      for (let column: i32 = 0; column < columns; column++) {
        const from = firstOf(column, columns, width);
        rowOfCell(corner, corner + latticeRow, fy, fractions, fades, from, firstOf(column + 1, columns, width), noise);
        corner += 8;
      }
      noise += <usize>width << 2;
    }
    gradients += <usize>(rows + 1) * latticeRow;
  }
}

/** Pixels from..to-1 of a row, between the two lattice points at `above` and those at `below`. */
@inline
function rowOfCell(
  above: usize, below: usize, fy: f32, fractions: usize, fades: usize, from: i32, to: i32, noise: usize,
): void {
  const ty = fade(fy);
  const scale: f32 = Math.SQRT2 as f32;
  const leftStart = f32x4.splat(scale * lerp(load<f32>(above) * fy, load<f32>(below) * (fy - 1), ty));
  const leftSlope = f32x4.splat(scale * lerp(load<f32>(above, 4), load<f32>(below, 4), ty));
  const rightStart = f32x4.splat(scale * lerp(load<f32>(above, 8) * fy, load<f32>(below, 8) * (fy - 1), ty));
  const rightSlope = f32x4.splat(scale * lerp(load<f32>(above, 12), load<f32>(below, 12), ty));
  const one = f32x4.splat(1);
  const end = <usize>to << 2;
  let x = <usize>from << 2;
  for (; x + 16 <= end; x += 16) {
    const fx = v128.load(fractions + x);
    const left = fma(leftSlope, fx, leftStart);
    const right = fma(rightSlope, f32x4.sub(fx, one), rightStart);
    v128.store(noise + x, fma(v128.load(fades + x), f32x4.sub(right, left), left));
  }
  for (; x < end; x += 4) {
    const fx = v128.load32_splat(fractions + x);
    const left = fma(leftSlope, fx, leftStart);
    const right = fma(rightSlope, f32x4.sub(fx, one), rightStart);
    v128.store_lane<f32>(noise + x, fma(v128.load32_splat(fades + x), f32x4.sub(right, left), left), 0);
  }
}
