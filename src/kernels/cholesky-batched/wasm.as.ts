// choleskyBatched on the memory of tfjs's wasm backend. A matrix is factorised as U^T U in unpacked scratch, whose row k is column k of
// L: four rows at a time take off what the rows above hold, then become rows of U among themselves.
import { outerTile } from '../wasm/rank.inline.as';

/** target[width] -= factor * source[width] */
@inline
function takeOff(target: usize, source: usize, factor: f32, from: usize, end: usize): void {
  const f = f32x4.splat(factor);
  for (let d = from; d < end; d += 16) {
    v128.store(target + d, f32x4.sub(v128.load(target + d), f32x4.mul(f, v128.load(source + d))));
  }
}

/** @returns 0, or 1 + the row whose pivot is not a finite positive number */
function factorize(u: usize, stride: usize, depth: i32, tile: usize): i32 {
  for (let j: i32 = 0; j < depth; j += 4) {
    const top = u + <usize>j * stride;
    const left = <usize>(j & ~7) << 2;
    if (j > 0) {
      for (let i = left; i < stride; i += 32) {
        outerTile(u + (<usize>j << 2), u + i, stride, j, tile);
        for (let r: usize = 0; r < 4; r++) {
          const at = top + r * stride + i;
          const by = tile + (r << 5);
          v128.store(at, f32x4.sub(v128.load(at), v128.load(by)));
          v128.store(at, f32x4.sub(v128.load(at, 16), v128.load(by, 16)), 16);
        }
      }
    }
    const rows = min(4, depth - j);
    for (let r: i32 = 0; r < rows; r++) {
      const row = top + <usize>r * stride;
      const column = <usize>(j + r) << 2;
      const pivot = load<f32>(row + column);
      if (!(pivot > 0 && pivot < Infinity)) return j + r + 1;
      const root = f32x4.splat(sqrt<f32>(pivot));
      for (let i = left; i < stride; i += 16) v128.store(row + i, f32x4.div(v128.load(row + i), root));
      for (let below = r + 1; below < rows; below++) {
        takeOff(top + <usize>below * stride, row, load<f32>(row + (<usize>(j + below) << 2)), left, stride);
      }
    }
  }
  return 0;
}

/**
 * @param width depth rounded up to a multiple of 8
 * @param scratch (depth + 3) rows of `width` floats, and 32 floats
 */
export function choleskyBatched(
  matrices: usize, count: i32, depth: i32, width: i32, scale: f32, ridge: f32, scratch: usize,
  factors: usize, status: usize,
): void {
  const stride = <usize>width << 2;
  const packed = <usize>((depth * (depth + 1)) >> 1) << 2;
  const tile = scratch + <usize>(depth + 3) * stride;
  // Sums below the diagonal and in the padding are computed with the others and mean nothing; zeros keep them quick.
  memory.fill(scratch, 0, tile - scratch);
  for (let p: usize = 0; p < <usize>count; p++) {
    let at = matrices + p * packed;
    for (let i: usize = 0; i < <usize>depth; i++) {
      for (let j: usize = 0; j <= i; j++, at += 4) {
        store<f32>(scratch + j * stride + (i << 2), scale * load<f32>(at) + (i == j ? ridge : 0));
      }
      memory.fill(scratch + i * stride, 0, i << 2);
    }
    const failed = factorize(scratch, stride, depth, tile);
    store<i32>(status + (p << 2), failed);
    at = factors + p * packed;
    if (failed) {
      memory.fill(at, 0, packed);
      continue;
    }
    for (let i: usize = 0; i < <usize>depth; i++) {
      for (let j: usize = 0; j <= i; j++, at += 4) store<f32>(at, load<f32>(scratch + j * stride + (i << 2)));
    }
  }
}
