// The gradients of a convolution as matrix products on packed panels. A filter is [filterHeight][filterWidth][inputs][outputs].

import {
  COLUMN_BLOCK, DEPTH_BLOCK, gemmPanels, packRight, ROW_BLOCK, roundUp, TILE_COLUMNS, TILE_FLOATS, TILE_ROWS,
} from '../../wasm/gemm.inline.as';

/** Floats of scratch for convBackpropFilter. */
export function convBackpropFilterScratch(rows: i32, outputs: i32): i32 {
  const left = min(roundUp(rows, TILE_ROWS), ROW_BLOCK);
  const right = min(roundUp(outputs, TILE_COLUMNS), COLUMN_BLOCK);
  return DEPTH_BLOCK * (left + right + 3) + TILE_FLOATS;
}

/**
 * dw = x' dy, where x' has a row for every filter element and input channel, and a column for every pixel of the output.
 *
 * The elements of one row of the filter lie side by side in the input: for each row of the filter and each pixel, x' has a run of
 * filterWidth * inputs floats, of which padding cuts some off.
 * @param top, left padding before the input
 */
export function convBackpropFilter(
  x: usize, dy: usize, batch: i32, height: i32, width: i32, inputs: i32, outHeight: i32, outWidth: i32, outputs: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, dw: usize, scratch: usize,
): void {
  const pixels = batch * outHeight * outWidth;
  const run = filterWidth * inputs;
  const stride = <usize>outputs << 2;
  const tile = scratch;
  const runs = tile + (TILE_FLOATS << 2);
  const panels = runs + <usize>(3 * DEPTH_BLOCK << 2);
  if (pixels < 1) memory.fill(dw, 0, <usize>(filterHeight * run) * stride);
  const right = panels + (<usize>(DEPTH_BLOCK * min(roundUp(run, TILE_ROWS), ROW_BLOCK)) << 2);
  for (let d: i32 = 0; d < pixels; d += DEPTH_BLOCK) {
    const deep = min(pixels - d, DEPTH_BLOCK);
    for (let j: i32 = 0; j < outputs; j += COLUMN_BLOCK) {
      const columns = min(outputs - j, COLUMN_BLOCK);
      packRight(dy + <usize>d * stride + (<usize>j << 2), 4, stride, columns, deep, right);
      for (let kh: i32 = 0; kh < filterHeight; kh++) {
        findRuns(
          x, d, deep, height, width, inputs, outHeight, outWidth, filterWidth, strideHeight, strideWidth, kh - top, left, runs,
        );
        for (let i: i32 = 0; i < run; i += ROW_BLOCK) {
          const rows = min(run - i, ROW_BLOCK);
          packRuns(runs, i, rows, deep, panels);
          const to = dw + <usize>(kh * run + i) * stride + (<usize>j << 2);
          gemmPanels(panels, right, rows, columns, deep, to, stride, d > 0, tile);
        }
      }
    }
  }
}

/** For each of `deep` output pixels from `first` on: its run's address, and which floats of it the input has, [from, to). */
function findRuns(
  x: usize, first: i32, deep: i32, height: i32, width: i32, inputs: i32, outHeight: i32, outWidth: i32, filterWidth: i32,
  strideHeight: i32, strideWidth: i32, down: i32, left: i32, runs: usize,
): void {
  let c = first % outWidth;
  let r = (first / outWidth) % outHeight;
  let b = first / (outWidth * outHeight);
  for (let d: i32 = 0; d < deep; d++) {
    const row = r * strideHeight + down;
    const column = c * strideWidth - left;
    const inside = row >= 0 && row < height;
    store<i32>(runs, <i32>x + (((b * height + row) * width + column) * inputs << 2));
    store<i32>(runs, inside ? max(0, -column) * inputs : 0, 4);
    store<i32>(runs, inside ? min(filterWidth, width - column) * inputs : 0, 8);
    runs += 12;
    c++;
    if (c == outWidth) {
      c = 0;
      r++;
      if (r == outHeight) {
        r = 0;
        b++;
      }
    }
  }
}

/**
 * Packs floats i..i + rows - 1 of the runs as rows of a left matrix: panels [ceil(rows / 4)][deep][4]. Four panels at a time, a
 * cache line of each run, so that no line is fetched twice.
 */
function packRuns(runs: usize, i: i32, rows: i32, deep: i32, out: usize): void {
  const panel = <usize>deep << 4;
  for (const end = i + rows; i < end; i += 4 * TILE_ROWS) {
    const count = min(end - i, 4 * TILE_ROWS);
    const at = <usize>i << 2;
    for (let d: i32 = 0; d < deep; d++) {
      const run = runs + <usize>(d * 12);
      const from = <usize>load<i32>(run) + at;
      const low = load<i32>(run, 4) - i;
      const high = min(count, load<i32>(run, 8) - i);
      const to = out + <usize>(d * (TILE_ROWS << 2));
      if (low <= 0 && high == 4 * TILE_ROWS) {
        v128.store(to, v128.load(from));
        v128.store(to + panel, v128.load(from, 16));
        v128.store(to + 2 * panel, v128.load(from, 32));
        v128.store(to + 3 * panel, v128.load(from, 48));
      } else {
        for (let k: i32 = 0; k < roundUp(count, TILE_ROWS); k++) {
          const place = to + <usize>(k / TILE_ROWS) * panel + (<usize>(k % TILE_ROWS) << 2);
          store<f32>(place, k >= low && k < high ? load<f32>(from + (<usize>k << 2)) : 0);
        }
      }
    }
    out += 4 * panel;
  }
}

/** Floats of scratch for convBackpropInput. */
export function convBackpropInputScratch(filterSize: i32, inputs: i32, outputs: i32): i32 {
  const deep = min(outputs, DEPTH_BLOCK);
  return TILE_FLOATS + ROW_BLOCK + deep * (1 + ROW_BLOCK) + ROW_BLOCK * inputs + filterSize * outputs * roundUp(inputs, TILE_COLUMNS);
}

/**
 * dx = dy' w', where dy' has a row for every pixel of the input and the pixels of the output that it went to side by side.
 *
 * With strides, the pixels of the input whose row and column leave the same remainders have the same elements of the filter: they
 * are computed together.
 * @param top, left padding before the input
 */
export function convBackpropInput(
  dy: usize, filter: usize, batch: i32, height: i32, width: i32, inputs: i32, outHeight: i32, outWidth: i32, outputs: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, dx: usize, scratch: usize,
): void {
  const block = min(outputs, DEPTH_BLOCK);
  const tile = scratch;
  const pointers = tile + (TILE_FLOATS << 2);
  const zeros = pointers + (ROW_BLOCK << 2);
  const panels = zeros + (<usize>block << 2);
  const sums = panels + (<usize>(block * ROW_BLOCK) << 2);
  const right = sums + (<usize>(ROW_BLOCK * inputs) << 2);
  const tapBytes = <usize>(outputs * roundUp(inputs, TILE_COLUMNS)) << 2;
  memory.fill(zeros, 0, <usize>block << 2);
  packFilter(filter, filterHeight * filterWidth, inputs, outputs, right);
  for (let p: i32 = 0; p < strideHeight; p++) {
    for (let q: i32 = 0; q < strideWidth; q++) {
      const high = (height - p + strideHeight - 1) / strideHeight;
      const wide = (width - q + strideWidth - 1) / strideWidth;
      const pixels = p < height && q < width ? batch * high * wide : 0;
      for (let i: i32 = 0; i < pixels; i += ROW_BLOCK) {
        const rows = min(pixels - i, ROW_BLOCK);
        let add = false;
        for (let kh = (p + top) % strideHeight; kh < filterHeight; kh += strideHeight) {
          for (let kw = (q + left) % strideWidth; kw < filterWidth; kw += strideWidth) {
            const down = (p + top - kh) / strideHeight;
            const along = (q + left - kw) / strideWidth;
            findPixels(dy, i, rows, high, wide, outHeight, outWidth, outputs, down, along, zeros, pointers);
            let from = right + <usize>(kh * filterWidth + kw) * tapBytes;
            for (let d: i32 = 0; d < outputs; d += DEPTH_BLOCK) {
              const deep = min(outputs - d, DEPTH_BLOCK);
              packPixels(pointers, zeros, d, rows, deep, panels);
              gemmPanels(panels, from, rows, inputs, deep, sums, <usize>inputs << 2, add, tile);
              from += <usize>(deep * roundUp(inputs, TILE_COLUMNS)) << 2;
              add = true;
            }
          }
        }
        if (!add) memory.fill(sums, 0, <usize>(rows * inputs) << 2);
        putPixels(sums, i, rows, high, wide, height, width, inputs, p, strideHeight, q, strideWidth, dx);
      }
    }
  }
}

/** Each element of the filter as a right matrix [outputs, inputs], in panels by blocks of its depth. */
function packFilter(filter: usize, taps: i32, inputs: i32, outputs: i32, out: usize): void {
  for (let t: i32 = 0; t < taps; t++) {
    for (let d: i32 = 0; d < outputs; d += DEPTH_BLOCK) {
      const deep = min(outputs - d, DEPTH_BLOCK);
      packRight(filter + (<usize>d << 2), <usize>outputs << 2, 4, inputs, deep, out);
      out += <usize>(deep * roundUp(inputs, TILE_COLUMNS)) << 2;
    }
    filter += <usize>(inputs * outputs) << 2;
  }
}

/** The addresses of the output's pixels that `rows` pixels of the input went to by one element of the filter. */
function findPixels(
  dy: usize, first: i32, rows: i32, high: i32, wide: i32, outHeight: i32, outWidth: i32, outputs: i32, down: i32, along: i32,
  zeros: usize, pointers: usize,
): void {
  let c = first % wide + along;
  let r = (first / wide) % high + down;
  let b = first / (wide * high);
  for (let i: i32 = 0; i < rows; i++) {
    const inside = r >= 0 && r < outHeight && c >= 0 && c < outWidth;
    const at = <i32>dy + (((b * outHeight + r) * outWidth + c) * outputs << 2);
    store<i32>(pointers, inside ? at : <i32>zeros);
    pointers += 4;
    c++;
    if (c == wide + along) {
      c = along;
      r++;
      if (r == high + down) {
        r = down;
        b++;
      }
    }
  }
}

/** Packs floats d..d + deep - 1 of the pixels as rows of a left matrix: panels [ceil(rows / 4)][deep][4]. */
function packPixels(pointers: usize, zeros: usize, d: i32, rows: i32, deep: i32, out: usize): void {
  const skip = <usize>d << 2;
  for (let i: i32 = 0; i < rows; i += TILE_ROWS) {
    let p0 = pixelAt(pointers, zeros, i, rows, skip);
    let p1 = pixelAt(pointers, zeros, i + 1, rows, skip);
    let p2 = pixelAt(pointers, zeros, i + 2, rows, skip);
    let p3 = pixelAt(pointers, zeros, i + 3, rows, skip);
    let k: i32 = 0;
    for (; k + 4 <= deep; k += 4) {
      const x0 = v128.load(p0), x1 = v128.load(p1), x2 = v128.load(p2), x3 = v128.load(p3);
      const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f64>(low01, low23, 0, 2));
      v128.store(out, v128.shuffle<f64>(low01, low23, 1, 3), 16);
      v128.store(out, v128.shuffle<f64>(high01, high23, 0, 2), 32);
      v128.store(out, v128.shuffle<f64>(high01, high23, 1, 3), 48);
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      out += 64;
    }
    for (; k < deep; k++) {
      store<f32>(out, load<f32>(p0));
      store<f32>(out, load<f32>(p1), 4);
      store<f32>(out, load<f32>(p2), 8);
      store<f32>(out, load<f32>(p3), 12);
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      out += 16;
    }
  }
}

@inline
function pixelAt(pointers: usize, zeros: usize, i: i32, rows: i32, skip: usize): usize {
  const at = i < rows ? <usize>load<i32>(pointers + (<usize>i << 2)) : zeros;
  return at == zeros ? zeros : at + skip;
}

/** Puts the sums of `rows` pixels, which are apart in the image, where they belong. */
function putPixels(
  sums: usize, first: i32, rows: i32, high: i32, wide: i32, height: i32, width: i32, inputs: i32, p: i32, strideHeight: i32,
  q: i32, strideWidth: i32, dx: usize,
): void {
  const bytes = <usize>inputs << 2;
  for (let i = first; i < first + rows; i++) {
    const row = ((i / wide) % high) * strideHeight + p;
    const column = (i % wide) * strideWidth + q;
    const b = i / (wide * high);
    memory.copy(dx + <usize>((b * height + row) * width + column) * bytes, sums, bytes);
    sums += bytes;
  }
}
