// Perlin noise. Along a row inside a cell, both sides are linear in x, so their factors are computed once per lattice point and row.

import { fma } from '../wasm/fma.inline.as';

@inline
function fade(t: f32): f32 {
  return t * t * t * (t * (6 * t - 15) + 10);
}

@inline
function lerp(a: f32, b: f32, t: f32): f32 {
  return a + t * (b - a);
}

/**
 * noise [batch, height, width] from gradients [batch, rows + 1, columns + 1, 2].
 * @param scratch 2 * width + columns + 1 floats
 */
export function perlinNoise(
  gradients: usize, batch: i32, rows: i32, columns: i32, height: i32, width: i32, scratch: usize, noise: usize,
): void {
  const fades = scratch + (<usize>width << 2);
  const ends = fades + (<usize>width << 2);
  for (let x: i32 = 0; x < width; x++) {
    const fx = <f32>((x * columns) % width) / <f32>width;
    store<f32>(scratch + (<usize>x << 2), fx);
    store<f32>(fades + (<usize>x << 2), fade(fx));
  }
  for (let column: i32 = 1; column <= columns; column++) {
    const end = (column * width + columns - 1) / columns;
    store<i32>(ends + (<usize>column << 2), end << 2);
  }
  const lastEnd = ends + (<usize>columns << 2);
  const latticeRow = <usize>(columns + 1) << 3;
  const one = f32x4.splat(1);
  for (let image: i32 = 0; image < batch; image++) {
    for (let y: i32 = 0; y < height; y++) {
      const fy = <f32>((y * rows) % height) / <f32>height;
      const ty = fade(fy);
      let corner = gradients + <usize>((y * rows) / height) * latticeRow;
      let rightStart = startOf(corner, corner + latticeRow, fy, ty);
      let rightSlope = slopeOf(corner, corner + latticeRow, ty);
      let x: usize = 0;
      for (let cell = ends + 4; cell <= lastEnd; cell += 4) {
        corner += 8;
        const leftStart = rightStart, leftSlope = rightSlope;
        rightStart = startOf(corner, corner + latticeRow, fy, ty);
        rightSlope = slopeOf(corner, corner + latticeRow, ty);
        const end = <usize>load<i32>(cell);
        for (; x + 16 <= end; x += 16) {
          const fx = v128.load(scratch + x);
          const left = fma(leftSlope, fx, leftStart);
          const right = fma(rightSlope, f32x4.sub(fx, one), rightStart);
          v128.store(noise + x, fma(v128.load(fades + x), f32x4.sub(right, left), left));
        }
        for (; x < end; x += 4) {
          const fx = v128.load32_splat(scratch + x);
          const left = fma(leftSlope, fx, leftStart);
          const right = fma(rightSlope, f32x4.sub(fx, one), rightStart);
          const value = fma(v128.load32_splat(fades + x), f32x4.sub(right, left), left);
          v128.store_lane<f32>(noise + x, value, 0);
        }
      }
      noise += <usize>width << 2;
    }
    gradients += <usize>(rows + 1) * latticeRow;
  }
}

/** What the lattice points above and below a row give there, by the way along the rows' axis: the part without x. */
@inline
function startOf(above: usize, below: usize, fy: f32, ty: f32): v128 {
  return f32x4.splat(SCALE * lerp(load<f32>(above) * fy, load<f32>(below) * (fy - 1), ty));
}

/** The factor of the way along the columns' axis. */
@inline
function slopeOf(above: usize, below: usize, ty: f32): v128 {
  return f32x4.splat(SCALE * lerp(load<f32>(above, 4), load<f32>(below, 4), ty));
}

const SCALE: f32 = Math.SQRT2 as f32;
