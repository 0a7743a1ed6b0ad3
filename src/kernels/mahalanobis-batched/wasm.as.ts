// mahalanobisBatched on the memory of tfjs's wasm backend: forward substitution, four rows of a factor against panels of 8 images, so
// that a factor is read from memory once for all images of a group.
import { fma } from '../wasm/fma.inline.as';

/** Residuals of 4 images into a panel [depth][8], transposed. @param at the first of its 4 lanes */
@inline
function fillQuad(x: usize, imageBytes: usize, images: i32, mean: usize, depth: i32, at: usize): void {
  const x1 = images > 1 ? x + imageBytes : x;
  const x2 = images > 2 ? x1 + imageBytes : x;
  const x3 = images > 3 ? x2 + imageBytes : x;
  let d: i32 = 0;
  for (; d + 4 <= depth; d += 4) {
    const o = <usize>d << 2;
    const m = v128.load(mean + o);
    const r0 = f32x4.sub(v128.load(x + o), m);
    const r1 = f32x4.sub(v128.load(x1 + o), m);
    const r2 = f32x4.sub(v128.load(x2 + o), m);
    const r3 = f32x4.sub(v128.load(x3 + o), m);
    const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const e = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const to = at + (<usize>d << 5);
    v128.store(to, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
    v128.store(to, v128.shuffle<f32>(a, b, 2, 3, 6, 7), 32);
    v128.store(to, v128.shuffle<f32>(c, e, 0, 1, 4, 5), 64);
    v128.store(to, v128.shuffle<f32>(c, e, 2, 3, 6, 7), 96);
  }
  for (; d < depth; d++) {
    const o = <usize>d << 2;
    const to = at + (<usize>d << 5);
    const m = load<f32>(mean + o);
    store<f32>(to, load<f32>(x + o) - m);
    store<f32>(to, load<f32>(x1 + o) - m, 4);
    store<f32>(to, load<f32>(x2 + o) - m, 8);
    store<f32>(to, load<f32>(x3 + o) - m, 12);
  }
}

/** Rows i .. i + 3 of L y = r for 8 images; y takes the place of r in the panel, and |y|^2 is added to `sums`. */
@inline
function solve8(
  panel: usize, i: i32, l0: usize, l1: usize, l2: usize, l3: usize, rows: i32,
  q0: f32, q1: f32, q2: f32, q3: f32, sums: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  const own = panel + (<usize>i << 5);
  const end = <usize>i << 2;
  let y = panel;
  for (let j: usize = 0; j < end; j += 4, y += 32) {
    const y0 = v128.load(y);
    const y1 = v128.load(y, 16);
    let l = v128.load32_splat(l0 + j);
    s00 = fma(l, y0, s00);
    s01 = fma(l, y1, s01);
    l = v128.load32_splat(l1 + j);
    s10 = fma(l, y0, s10);
    s11 = fma(l, y1, s11);
    l = v128.load32_splat(l2 + j);
    s20 = fma(l, y0, s20);
    s21 = fma(l, y1, s21);
    l = v128.load32_splat(l3 + j);
    s30 = fma(l, y0, s30);
    s31 = fma(l, y1, s31);
  }
  finish4(own, 0, s00, s10, s20, s30, l1 + end, l2 + end, l3 + end, rows, q0, q1, q2, q3, sums);
  finish4(own, 16, s01, s11, s21, s31, l1 + end, l2 + end, l3 + end, rows, q0, q1, q2, q3, sums + 16);
}

/** As solve8 for the first 4 images of a panel. */
@inline
function solve4(
  panel: usize, i: i32, l0: usize, l1: usize, l2: usize, l3: usize, rows: i32,
  q0: f32, q1: f32, q2: f32, q3: f32, sums: usize,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = <usize>i << 2;
  let y = panel;
  for (let j: usize = 0; j < end; j += 4, y += 32) {
    const y0 = v128.load(y);
    s0 = fma(v128.load32_splat(l0 + j), y0, s0);
    s1 = fma(v128.load32_splat(l1 + j), y0, s1);
    s2 = fma(v128.load32_splat(l2 + j), y0, s2);
    s3 = fma(v128.load32_splat(l3 + j), y0, s3);
  }
  finish4(panel + (<usize>i << 5), 0, s0, s1, s2, s3, l1 + end, l2 + end, l3 + end, rows, q0, q1, q2, q3, sums);
}

/** The triangle on the diagonal. @param own the first residual of the four rows; the l point to the triangle's rows */
@inline
function finish4(
  own: usize, lane: usize, s0: v128, s1: v128, s2: v128, s3: v128, l1: usize, l2: usize, l3: usize, rows: i32,
  q0: f32, q1: f32, q2: f32, q3: f32, sums: usize,
): void {
  own += lane;
  const y0 = f32x4.mul(f32x4.sub(v128.load(own), s0), f32x4.splat(q0));
  v128.store(own, y0);
  let sum = fma(y0, y0, v128.load(sums));
  if (rows > 1) {
    s1 = fma(v128.load32_splat(l1), y0, s1);
    const y1 = f32x4.mul(f32x4.sub(v128.load(own, 32), s1), f32x4.splat(q1));
    v128.store(own, y1, 32);
    sum = fma(y1, y1, sum);
    if (rows > 2) {
      s2 = fma(v128.load32_splat(l2, 4), y1, fma(v128.load32_splat(l2), y0, s2));
      const y2 = f32x4.mul(f32x4.sub(v128.load(own, 64), s2), f32x4.splat(q2));
      v128.store(own, y2, 64);
      sum = fma(y2, y2, sum);
      if (rows > 3) {
        s3 = fma(v128.load32_splat(l3, 4), y1, fma(v128.load32_splat(l3), y0, s3));
        s3 = fma(v128.load32_splat(l3, 8), y2, s3);
        const y3 = f32x4.mul(f32x4.sub(v128.load(own, 96), s3), f32x4.splat(q3));
        v128.store(own, y3, 96);
        sum = fma(y3, y3, sum);
      }
    }
  }
  v128.store(sums, sum);
}

/** Row `i` of a packed triangle. */
@inline
function packedRow(factor: usize, i: i32): usize {
  return factor + (<usize>((i * (i + 1)) >> 1) << 2);
}

/** Solves a factor against `images` panels' worth of residuals. */
function solvePanels(factor: usize, depth: i32, panels: usize, images: i32, sums: usize): void {
  const panelBytes = <usize>depth << 5;
  for (let i: i32 = 0; i < depth; i += 4) {
    const rows = min(4, depth - i);
    // Rows past the last one repeat it; their results are dropped.
    const l0 = packedRow(factor, i);
    const l1 = packedRow(factor, min(i + 1, depth - 1));
    const l2 = packedRow(factor, min(i + 2, depth - 1));
    const l3 = packedRow(factor, min(i + 3, depth - 1));
    const o = <usize>i << 2;
    const q0: f32 = 1 / load<f32>(l0 + o);
    const q1: f32 = rows > 1 ? 1 / load<f32>(l1 + o, 4) : 0;
    const q2: f32 = rows > 2 ? 1 / load<f32>(l2 + o, 8) : 0;
    const q3: f32 = rows > 3 ? 1 / load<f32>(l3 + o, 12) : 0;
    let panel = panels;
    let own = sums;
    let left = images;
    for (; left > 4; left -= 8, panel += panelBytes, own += 32) {
      solve8(panel, i, l0, l1, l2, l3, rows, q0, q1, q2, q3, own);
    }
    if (left > 0) solve4(panel, i, l0, l1, l2, l3, rows, q0, q1, q2, q3, own);
  }
}

/** The sums of the four lanes of each. */
@inline
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** |y|^2 for one image, along the rows of L: a single image takes no panel. @param y the residuals, then the solution */
function solveOne(factor: usize, depth: i32, y: usize): f32 {
  let total: f32 = 0;
  for (let i: i32 = 0; i < depth; i += 4) {
    const rows = min(4, depth - i);
    const l0 = packedRow(factor, i);
    const l1 = packedRow(factor, min(i + 1, depth - 1));
    const l2 = packedRow(factor, min(i + 2, depth - 1));
    const l3 = packedRow(factor, min(i + 3, depth - 1));
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
    const end = <usize>i << 2;
    let j: usize = 0;
    for (; j + 32 <= end; j += 32) {
      const v = v128.load(y + j);
      s0 = fma(v128.load(l0 + j), v, s0);
      s1 = fma(v128.load(l1 + j), v, s1);
      s2 = fma(v128.load(l2 + j), v, s2);
      s3 = fma(v128.load(l3 + j), v, s3);
      const w = v128.load(y + j, 16);
      t0 = fma(v128.load(l0 + j, 16), w, t0);
      t1 = fma(v128.load(l1 + j, 16), w, t1);
      t2 = fma(v128.load(l2 + j, 16), w, t2);
      t3 = fma(v128.load(l3 + j, 16), w, t3);
    }
    if (j < end) {
      const v = v128.load(y + j);
      s0 = fma(v128.load(l0 + j), v, s0);
      s1 = fma(v128.load(l1 + j), v, s1);
      s2 = fma(v128.load(l2 + j), v, s2);
      s3 = fma(v128.load(l3 + j), v, s3);
    }
    const sums = laneSums(f32x4.add(s0, t0), f32x4.add(s1, t1), f32x4.add(s2, t2), f32x4.add(s3, t3));
    const own = y + end;
    const y0 = (load<f32>(own) - f32x4.extract_lane(sums, 0)) / load<f32>(l0 + end);
    store<f32>(own, y0);
    total += y0 * y0;
    if (rows == 1) break;
    const y1 = (load<f32>(own, 4) - f32x4.extract_lane(sums, 1) - load<f32>(l1 + end) * y0) / load<f32>(l1 + end, 4);
    store<f32>(own, y1, 4);
    total += y1 * y1;
    if (rows == 2) break;
    const r2 = load<f32>(own, 8) - f32x4.extract_lane(sums, 2) - load<f32>(l2 + end) * y0;
    const y2 = (r2 - load<f32>(l2 + end, 4) * y1) / load<f32>(l2 + end, 8);
    store<f32>(own, y2, 8);
    total += y2 * y2;
    if (rows == 3) break;
    const r3 = load<f32>(own, 12) - f32x4.extract_lane(sums, 3) - load<f32>(l3 + end) * y0 - load<f32>(l3 + end, 4) * y1;
    const y3 = (r3 - load<f32>(l3 + end, 8) * y2) / load<f32>(l3 + end, 12);
    store<f32>(own, y3, 12);
    total += y3 * y3;
  }
  return total;
}

/**
 * @param features of the first position that counts; images lie `imageBytes` apart
 * @param group images per pass over the factors, a multiple of 8
 * @param scratch group x (depth + 1) floats
 */
export function mahalanobisBatched(
  features: usize, batch: i32, imageBytes: usize, count: i32, depth: i32, mean: usize, factors: usize, group: i32,
  scratch: usize, squared: usize,
): void {
  const bytes = <usize>depth << 2;
  const packed = <usize>((depth * (depth + 1)) >> 1) << 2;
  const sums = scratch + <usize>group * bytes;
  for (let p: usize = 0; p < <usize>count; p++) {
    if (batch == 1) {
      for (let d: usize = 0; d < bytes; d += 4) {
        store<f32>(scratch + d, load<f32>(features + p * bytes + d) - load<f32>(mean + p * bytes + d));
      }
      store<f32>(squared + (p << 2), solveOne(factors + p * packed, depth, scratch));
      continue;
    }
    for (let from: i32 = 0; from < batch; from += group) {
      const images = min(group, batch - from);
      memory.fill(sums, 0, <usize>group << 2);
      for (let b: i32 = 0; b < images; b += 4) {
        const x = features + p * bytes + <usize>(from + b) * imageBytes;
        const lanes = scratch + <usize>(b >> 3) * (bytes << 3) + (<usize>(b & 4) << 2);
        fillQuad(x, imageBytes, images - b, mean + p * bytes, depth, lanes);
      }
      solvePanels(factors + p * packed, depth, scratch, images, sums);
      for (let b: i32 = 0; b < images; b++) {
        store<f32>(squared + ((<usize>(from + b) * <usize>count + p) << 2), load<f32>(sums + (<usize>b << 2)));
      }
    }
  }
}
