// The single-precision matrix product on packed panels: what other kernels call with their own packing.
//
// A panel holds `width` rows or columns interleaved, [depth][width], absent ones as zeros: 4 rows of the left matrix, 8 columns of
// the right one. A tile of 4 x 8 sums stays in registers over one panel pair; the block sizes keep a right panel in the first
// cache and the left block in the second.

import { fma } from './fma.inline.as';

/** Rows of a tile. */
export const TILE_ROWS: i32 = 4;
/** Columns of a tile. */
export const TILE_COLUMNS: i32 = 8;
/** Products summed before they join the result. */
export const DEPTH_BLOCK: i32 = 256;
/** Rows of the left matrix that are packed at a time; a multiple of TILE_ROWS. */
export const ROW_BLOCK: i32 = 128;
/** Columns of the right matrix that are packed at a time; a multiple of TILE_COLUMNS. */
export const COLUMN_BLOCK: i32 = 512;
/** Floats of a tile, the scratch for those that reach over an edge. */
export const TILE_FLOATS: i32 = TILE_ROWS * TILE_COLUMNS;

@inline
export function roundUp(count: i32, unit: i32): i32 {
  return ((count + unit - 1) / unit) * unit;
}

/** c[4][8] = left panel * right panel, added to what is there if `add`; `stride` is the byte distance of the rows of c. */
export function gemmTile(left: usize, right: usize, depth: i32, c: usize, stride: usize, add: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (const end = right + (<usize>depth << 5); right < end; right += 32) {
    const r0 = v128.load(right), r1 = v128.load(right, 16);
    let v = v128.load32_splat(left);
    c00 = fma(v, r0, c00);
    c01 = fma(v, r1, c01);
    v = v128.load32_splat(left, 4);
    c10 = fma(v, r0, c10);
    c11 = fma(v, r1, c11);
    v = v128.load32_splat(left, 8);
    c20 = fma(v, r0, c20);
    c21 = fma(v, r1, c21);
    v = v128.load32_splat(left, 12);
    c30 = fma(v, r0, c30);
    c31 = fma(v, r1, c31);
    left += 16;
  }
  putRow(c, c00, c01, add);
  putRow(c + stride, c10, c11, add);
  putRow(c + 2 * stride, c20, c21, add);
  putRow(c + 3 * stride, c30, c31, add);
}

@inline
function putRow(at: usize, x: v128, y: v128, add: bool): void {
  v128.store(at, add ? f32x4.add(v128.load(at), x) : x);
  v128.store(at, add ? f32x4.add(v128.load(at, 16), y) : y, 16);
}

/** A tile of which only `rows` x `columns` exist. */
export function gemmEdge(
  left: usize, right: usize, depth: i32, c: usize, stride: usize, add: bool, rows: i32, columns: i32, tile: usize,
): void {
  gemmTile(left, right, depth, tile, TILE_COLUMNS << 2, false);
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) {
      const value = load<f32>(tile + j);
      store<f32>(c + j, add ? load<f32>(c + j) + value : value);
    }
    tile += TILE_COLUMNS << 2;
    c += stride;
  }
}

/**
 * c[rows][columns] = left panels * right panels, added to what is there if `add`.
 * @param left panels [ceil(rows / 4)][depth][4]
 * @param right panels [ceil(columns / 8)][depth][8]
 * @param stride byte distance of the rows of c
 * @param tile scratch of TILE_FLOATS
 */
export function gemmPanels(
  left: usize, right: usize, rows: i32, columns: i32, depth: i32, c: usize, stride: usize, add: bool, tile: usize,
): void {
  for (let j: i32 = 0; j < columns; j += TILE_COLUMNS) {
    let panel = left;
    let at = c + (<usize>j << 2);
    for (let i: i32 = 0; i < rows; i += TILE_ROWS) {
      if (i + TILE_ROWS <= rows && j + TILE_COLUMNS <= columns) gemmTile(panel, right, depth, at, stride, add);
      else gemmEdge(panel, right, depth, at, stride, add, min(rows - i, TILE_ROWS), min(columns - j, TILE_COLUMNS), tile);
      panel += <usize>depth << 4;
      at += <usize>TILE_ROWS * stride;
    }
    right += <usize>depth << 5;
  }
}

/**
 * Packs up to 4 items into out[depth][4 of a panel's width]; absent ones are zero.
 * @param itemStride byte distance of the items, the rows of the left or the columns of the right matrix
 * @param depthStride byte distance of an item's elements
 * @param outStride byte distance of the rows of out
 */
export function packFour(
  from: usize, itemStride: usize, depthStride: usize, items: i32, depth: i32, out: usize, outStride: usize,
): void {
  let d: i32 = 0;
  if (items >= 4 && itemStride == 4) {
    for (; d < depth; d++) {
      v128.store(out, v128.load(from));
      from += depthStride;
      out += outStride;
    }
  } else if (items >= 4 && depthStride == 4) {
    for (; d + 4 <= depth; d += 4) {
      const x0 = v128.load(from), x1 = v128.load(from + itemStride);
      const x2 = v128.load(from + 2 * itemStride), x3 = v128.load(from + 3 * itemStride);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f64>(low01, low23, 0, 2));
      v128.store(out + outStride, v128.shuffle<f64>(low01, low23, 1, 3));
      v128.store(out + 2 * outStride, v128.shuffle<f64>(high01, high23, 0, 2));
      v128.store(out + 3 * outStride, v128.shuffle<f64>(high01, high23, 1, 3));
      from += 16;
      out += 4 * outStride;
    }
  }
  for (; d < depth; d++) {
    for (let i: i32 = 0; i < 4; i++) {
      store<f32>(out + (<usize>i << 2), i < items ? load<f32>(from + <usize>i * itemStride) : 0);
    }
    from += depthStride;
    out += outStride;
  }
}

/**
 * Packs 16 neighbouring items, a cache line of each element, so that no line is fetched twice.
 * @param at1 where the second four items go, from `out`; at2, at3 the third and fourth
 */
function packSixteen(
  from: usize, depthStride: usize, depth: i32, out: usize, outStride: usize, at1: usize, at2: usize, at3: usize,
): void {
  for (let d: i32 = 0; d < depth; d++) {
    v128.store(out, v128.load(from));
    v128.store(out + at1, v128.load(from, 16));
    v128.store(out + at2, v128.load(from, 32));
    v128.store(out + at3, v128.load(from, 48));
    from += depthStride;
    out += outStride;
  }
}

/** Packs the rows of a left matrix: panels [ceil(rows / 4)][depth][4]. Strides in bytes. */
export function packLeft(from: usize, rowStride: usize, depthStride: usize, rows: i32, depth: i32, out: usize): void {
  const panel = <usize>depth << 4;
  for (; rows >= 16 && rowStride == 4; rows -= 16) {
    packSixteen(from, depthStride, depth, out, TILE_ROWS << 2, panel, 2 * panel, 3 * panel);
    from += 64;
    out += 4 * panel;
  }
  for (; rows > 0; rows -= TILE_ROWS) {
    packFour(from, rowStride, depthStride, rows, depth, out, TILE_ROWS << 2);
    from += <usize>TILE_ROWS * rowStride;
    out += panel;
  }
}

/** Packs the columns of a right matrix: panels [ceil(columns / 8)][depth][8]. Strides in bytes. */
export function packRight(
  from: usize, columnStride: usize, depthStride: usize, columns: i32, depth: i32, out: usize,
): void {
  const panel = <usize>depth << 5;
  for (; columns >= 16 && columnStride == 4; columns -= 16) {
    packSixteen(from, depthStride, depth, out, TILE_COLUMNS << 2, 16, panel, panel + 16);
    from += 64;
    out += 2 * panel;
  }
  for (; columns > 0; columns -= TILE_COLUMNS) {
    packFour(from, columnStride, depthStride, columns, depth, out, TILE_COLUMNS << 2);
    packFour(from + 4 * columnStride, columnStride, depthStride, columns - 4, depth, out + 16, TILE_COLUMNS << 2);
    from += <usize>TILE_COLUMNS * columnStride;
    out += panel;
  }
}
