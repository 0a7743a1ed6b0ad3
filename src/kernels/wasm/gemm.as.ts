// c = a * b for matrices of any strides: blocks, packs and multiplies; a few rows or a single column go without packing.

import { fma } from './fma.inline.as';
import {
  COLUMN_BLOCK, DEPTH_BLOCK, gemmPanels, packLeft, packRight, ROW_BLOCK, roundUp, TILE_COLUMNS, TILE_FLOATS, TILE_ROWS,
} from './gemm.inline.as';

/** Floats of scratch that gemm needs for [rows, depth] x [depth, columns]. */
export function gemmScratch(rows: i32, columns: i32, depth: i32): i32 {
  const left = min(roundUp(rows, TILE_ROWS), ROW_BLOCK);
  const right = min(roundUp(columns, TILE_COLUMNS), COLUMN_BLOCK);
  return max(min(depth, DEPTH_BLOCK) * (left + right) + TILE_FLOATS, depth);
}

/**
 * c[rows][columns] = a[rows][depth] * b[depth][columns].
 * @param aRow distance of the rows of a, in elements; aColumn that of its columns, and so on; the columns of c are neighbours
 * @param scratch gemmScratch(rows, columns, depth) floats
 */
export function gemm(
  rows: i32, columns: i32, depth: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  c: usize, cRow: i32, scratch: usize,
): void {
  if (rows < 1 || columns < 1) return;
  if (rows < TILE_ROWS && (bColumn == 1 || bRow == 1)) {
    for (let i: i32 = 0; i < rows; i++) {
      gemv(columns, depth, a + (<usize>i * aRow << 2), aColumn, b, bRow, bColumn, c + (<usize>i * cRow << 2), scratch);
    }
    return;
  }
  if (columns == 1 && cRow == 1 && (aColumn == 1 || aRow == 1)) {
    gemv(rows, depth, b, bRow, a, aColumn, aRow, c, scratch);
    return;
  }
  const stride = <usize>cRow << 2;
  if (depth < 1) {
    for (let i: i32 = 0; i < rows; i++) memory.fill(c + <usize>i * stride, 0, <usize>columns << 2);
    return;
  }
  const tile = scratch;
  const left = tile + (TILE_FLOATS << 2);
  const right = left + (<usize>min(depth, DEPTH_BLOCK) * min(roundUp(rows, TILE_ROWS), ROW_BLOCK) << 2);
  const aRowBytes = <usize>aRow << 2, aColumnBytes = <usize>aColumn << 2;
  const bRowBytes = <usize>bRow << 2, bColumnBytes = <usize>bColumn << 2;
  for (let j: i32 = 0; j < columns; j += COLUMN_BLOCK) {
    const width = min(columns - j, COLUMN_BLOCK);
    for (let d: i32 = 0; d < depth; d += DEPTH_BLOCK) {
      const deep = min(depth - d, DEPTH_BLOCK);
      packRight(b + <usize>d * bRowBytes + <usize>j * bColumnBytes, bColumnBytes, bRowBytes, width, deep, right);
      for (let i: i32 = 0; i < rows; i += ROW_BLOCK) {
        const high = min(rows - i, ROW_BLOCK);
        packLeft(a + <usize>i * aRowBytes + <usize>d * aColumnBytes, aRowBytes, aColumnBytes, high, deep, left);
        gemmPanels(left, right, high, width, deep, c + <usize>i * stride + (<usize>j << 2), stride, d > 0, tile);
      }
    }
  }
}

/** out[columns] = x[depth] * b[depth][columns], where the rows or the columns of b are contiguous. */
function gemv(
  columns: i32, depth: i32, x: usize, xStride: i32, b: usize, bRow: i32, bColumn: i32, out: usize, scratch: usize,
): void {
  if (xStride != 1) {
    for (let d: i32 = 0; d < depth; d++) store<f32>(scratch + (<usize>d << 2), load<f32>(x + (<usize>d * xStride << 2)));
    x = scratch;
  }
  if (bColumn == 1) addRows(columns, depth, x, b, <usize>bRow << 2, out);
  else dotColumns(columns, depth, x, b, <usize>bColumn << 2, out);
}

/** Four rows of b at a time are added to out. */
function addRows(columns: i32, depth: i32, x: usize, b: usize, stride: usize, out: usize): void {
  const end = <usize>columns << 2;
  memory.fill(out, 0, end);
  let d: i32 = 0;
  for (; d + 4 <= depth; d += 4) {
    const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4);
    const x2 = v128.load32_splat(x, 8), x3 = v128.load32_splat(x, 12);
    let j: usize = 0;
    for (; j + 16 <= end; j += 16) {
      const at = b + j;
      const first = fma(x1, v128.load(at + stride), f32x4.mul(x0, v128.load(at)));
      const second = fma(x3, v128.load(at + 3 * stride), f32x4.mul(x2, v128.load(at + 2 * stride)));
      v128.store(out + j, f32x4.add(v128.load(out + j), f32x4.add(first, second)));
    }
    for (; j < end; j += 4) {
      const at = b + j;
      const first = load<f32>(x) * load<f32>(at) + load<f32>(x, 4) * load<f32>(at + stride);
      const second = load<f32>(x, 8) * load<f32>(at + 2 * stride) + load<f32>(x, 12) * load<f32>(at + 3 * stride);
      store<f32>(out + j, load<f32>(out + j) + (first + second));
    }
    x += 16;
    b += 4 * stride;
  }
  for (; d < depth; d++) {
    const value = load<f32>(x);
    for (let j: usize = 0; j < end; j += 4) store<f32>(out + j, load<f32>(out + j) + value * load<f32>(b + j));
    x += 4;
    b += stride;
  }
}

/** A dot product for every column of b. */
function dotColumns(columns: i32, depth: i32, x: usize, b: usize, stride: usize, out: usize): void {
  for (let j: i32 = 0; j < columns; j++) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let d: i32 = 0, p = x, q = b;
    for (; d + 16 <= depth; d += 16) {
      s0 = fma(v128.load(p), v128.load(q), s0);
      s1 = fma(v128.load(p, 16), v128.load(q, 16), s1);
      s2 = fma(v128.load(p, 32), v128.load(q, 32), s2);
      s3 = fma(v128.load(p, 48), v128.load(q, 48), s3);
      p += 64;
      q += 64;
    }
    const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    let sum = f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
    for (; d < depth; d++) {
      sum += load<f32>(p) * load<f32>(q);
      p += 4;
      q += 4;
    }
    store<f32>(out + (<usize>j << 2), sum);
    b += stride;
  }
}
