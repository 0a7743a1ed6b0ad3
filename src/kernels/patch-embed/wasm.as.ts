// patchEmbed: a layer is turned to lie channel by channel, so that its sparse map is a weighted sum of rows of pixels, and back.

import { weightedSum } from '../wasm/weighted-sum.inline.as';

/** to[c][r] = from[r][c], strides in bytes. */
@inline
function transpose(from: usize, fromStride: usize, rows: i32, columns: i32, to: usize, toStride: usize): void {
  let c: i32 = 0;
  for (; c + 4 <= columns; c += 4) {
    let at = from + (<usize>c << 2);
    let target = to + <usize>c * toStride;
    let r: i32 = 0;
    for (; r + 4 <= rows; r += 4) {
      const a = v128.load(at);
      const b = v128.load(at + fromStride);
      const d = v128.load(at + 2 * fromStride);
      const e = v128.load(at + 3 * fromStride);
      const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const de0 = v128.shuffle<f32>(d, e, 0, 4, 1, 5);
      const de1 = v128.shuffle<f32>(d, e, 2, 6, 3, 7);
      v128.store(target, v128.shuffle<f32>(ab0, de0, 0, 1, 4, 5));
      v128.store(target + toStride, v128.shuffle<f32>(ab0, de0, 2, 3, 6, 7));
      v128.store(target + 2 * toStride, v128.shuffle<f32>(ab1, de1, 0, 1, 4, 5));
      v128.store(target + 3 * toStride, v128.shuffle<f32>(ab1, de1, 2, 3, 6, 7));
      at += 4 * fromStride;
      target += 16;
    }
    for (; r < rows; r++) {
      store<f32>(target, load<f32>(at));
      store<f32>(target + toStride, load<f32>(at, 4));
      store<f32>(target + 2 * toStride, load<f32>(at, 8));
      store<f32>(target + 3 * toStride, load<f32>(at, 12));
      at += fromStride;
      target += 4;
    }
  }
  for (; c < columns; c++) {
    for (let r: i32 = 0; r < rows; r++) {
      const value = load<f32>(from + <usize>r * fromStride + (<usize>c << 2));
      store<f32>(to + <usize>c * toStride + (<usize>r << 2), value);
    }
  }
}

/**
 * One image's layer at its own resolution: out[pixel][r] = sum of weights[e] * padded[offsets[e]], start[r] <= e < start[r + 1].
 * @param block width rounded up to 16, the length of a row of `pooled`
 * @param stride floats from one channel's row to the next one's
 * @param padded scratch, (height + 2 pad) x channels x stride floats
 * @param pooled scratch, outputs x block floats
 * @param outStride bytes from one pixel's values to the next one's
 */
export function poolPatches(
  layer: usize, height: i32, width: i32, channels: i32, pad: i32, block: i32, stride: i32,
  start: usize, offsets: usize, weights: usize, outputs: i32, padded: usize, pooled: usize, out: usize, outStride: usize,
): void {
  const rowBytes = <usize>(channels * stride) << 2;
  const layerRow = <usize>(width * channels) << 2;
  memory.fill(padded, 0, <usize>pad * rowBytes);
  let row = padded + <usize>pad * rowBytes;
  for (let y: i32 = 0; y < height; y++) {
    memory.fill(row, 0, rowBytes);
    const from = layer + <usize>y * layerRow;
    transpose(from, <usize>channels << 2, width, channels, row + (<usize>pad << 2), <usize>stride << 2);
    row += rowBytes;
  }
  memory.fill(row, 0, <usize>pad * rowBytes);
  for (let y: i32 = 0; y < height; y++) {
    const base = padded + <usize>y * rowBytes;
    for (let r: i32 = 0; r < outputs; r++) {
      const from = load<i32>(start + (<usize>r << 2));
      const count = load<i32>(start + (<usize>r << 2), 4) - from;
      const at = <usize>from << 2;
      weightedSum(base, offsets + at, weights + at, count, pooled + (<usize>(r * block) << 2), block);
    }
    transpose(pooled, <usize>block << 2, outputs, width, out, outStride);
    out += <usize>width * outStride;
  }
}

/**
 * out[pixel of the grid][r] = the bilinear mix of `pooled` [height][width][outputs], added to the value there where r = 0 is shared.
 * @param offsets scratch, i32 [4]
 * @param weights scratch, f32 [4]
 */
export function resizePatches(
  pooled: usize, width: i32, outputs: i32, gridHeight: i32, gridWidth: i32,
  top: usize, bottom: usize, down: usize, left: usize, right: usize, across: usize,
  offsets: usize, weights: usize, isShared: i32, out: usize, outStride: usize,
): void {
  for (let y: i32 = 0; y < gridHeight; y++) {
    const at = <usize>y << 2;
    const fy = load<f32>(down + at);
    for (let x: i32 = 0; x < gridWidth; x++) {
      const to = <usize>x << 2;
      const fx = load<f32>(across + to);
      let count: i32 = 0;
      for (let corner: i32 = 0; corner < 4; corner++) {
        const row = load<i32>((corner < 2 ? top : bottom) + at);
        const column = load<i32>(((corner & 1) == 0 ? left : right) + to);
        const weight = (corner < 2 ? <f32>1 - fy : fy) * ((corner & 1) == 0 ? <f32>1 - fx : fx);
        if (weight == 0) continue;
        store<i32>(offsets + (<usize>count << 2), (row * width + column) * outputs << 2);
        store<f32>(weights + (<usize>count << 2), weight);
        count++;
      }
      const before = load<f32>(out);
      weightedSum(pooled, offsets, weights, count, out, outputs);
      if (isShared) store<f32>(out, load<f32>(out) + before);
      out += outStride;
    }
  }
}
