// The gradients of a depthwise convolution. A filter is [filterHeight][filterWidth][channels][multiplier].

import { fma } from '../../wasm/fma.inline.as';
import { addProducts } from '../../wasm/rows.inline.as';

/** The first and one past the last output position whose window has its element `tap` inside the input. */
@inline
function firstInside(before: i32, tap: i32, stride: i32): i32 {
  return max(0, before - tap + stride - 1) / stride;
}

@inline
function endInside(outputs: i32, inputs: i32, before: i32, tap: i32, stride: i32): i32 {
  return min(outputs, max(0, inputs + before - tap + stride - 1) / stride);
}

/**
 * dx = the sum over the filter's elements of dy times the filter, at the pixels that they came from.
 * @param top, left padding before the input
 */
export function depthwiseBackpropInput(
  dy: usize, filter: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  outHeight: i32, outWidth: i32, filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  top: i32, left: i32, dx: usize,
): void {
  const pixelBytes = <usize>channels << 2;
  const outBytes = pixelBytes * multiplier;
  memory.fill(dx, 0, <usize>batch * height * width * pixelBytes);
  for (let b: i32 = 0; b < batch; b++) {
    for (let kh: i32 = 0; kh < filterHeight; kh++) {
      const rowEnd = endInside(outHeight, height, top, kh, strideHeight);
      for (let r = firstInside(top, kh, strideHeight); r < rowEnd; r++) {
        const dyRow = dy + <usize>(b * outHeight + r) * outWidth * outBytes;
        const dxRow = dx + <usize>(b * height + r * strideHeight + kh - top) * width * pixelBytes;
        for (let kw: i32 = 0; kw < filterWidth; kw++) {
          const tap = filter + <usize>(kh * filterWidth + kw) * outBytes;
          const columnEnd = endInside(outWidth, width, left, kw, strideWidth);
          for (let c = firstInside(left, kw, strideWidth); c < columnEnd; c++) {
            const to = dxRow + <usize>(c * strideWidth + kw - left) * pixelBytes;
            const from = dyRow + <usize>c * outBytes;
            if (multiplier == 1) addProducts(to, from, tap, channels);
            else addGroups(to, from, tap, channels, multiplier);
          }
        }
      }
    }
  }
}

/** to[c] += the sum over m of a[c][m] * b[c][m]. */
function addGroups(to: usize, a: usize, b: usize, channels: i32, multiplier: i32): void {
  for (let c: i32 = 0; c < channels; c++) {
    let sum: f32 = 0;
    for (let m: i32 = 0; m < multiplier; m++) {
      sum += load<f32>(a) * load<f32>(b);
      a += 4;
      b += 4;
    }
    store<f32>(to, load<f32>(to) + sum);
    to += 4;
  }
}

/** dw = the sum over the batch and the output's pixels of x times dy; each row of the output is summed by itself first. */
export function depthwiseBackpropFilter(
  x: usize, dy: usize, batch: i32, height: i32, width: i32, channels: i32, multiplier: i32,
  outHeight: i32, outWidth: i32, filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  top: i32, left: i32, dw: usize,
): void {
  const pixelBytes = <usize>channels << 2;
  const outBytes = pixelBytes * multiplier;
  memory.fill(dw, 0, <usize>filterHeight * filterWidth * outBytes);
  for (let b: i32 = 0; b < batch; b++) {
    for (let kh: i32 = 0; kh < filterHeight; kh++) {
      const rowEnd = endInside(outHeight, height, top, kh, strideHeight);
      for (let r = firstInside(top, kh, strideHeight); r < rowEnd; r++) {
        const dyRow = dy + <usize>(b * outHeight + r) * outWidth * outBytes;
        const xRow = x + <usize>(b * height + r * strideHeight + kh - top) * width * pixelBytes;
        for (let kw: i32 = 0; kw < filterWidth; kw++) {
          const first = firstInside(left, kw, strideWidth);
          const count = endInside(outWidth, width, left, kw, strideWidth) - first;
          const xFrom = xRow + <usize>(first * strideWidth + kw - left) * pixelBytes;
          const tap = dw + <usize>(kh * filterWidth + kw) * outBytes;
          addLine(xFrom, pixelBytes * strideWidth, dyRow + <usize>first * outBytes, outBytes, count, channels, multiplier, tap);
        }
      }
    }
  }
}

/** to[c][m] += the sum over `count` pixels of x[c] * dy[c][m]. */
function addLine(
  x: usize, xStride: usize, dy: usize, dyStride: usize, count: i32, channels: i32, multiplier: i32, to: usize,
): void {
  let c: i32 = 0;
  if (multiplier == 1) {
    for (; c + 4 <= channels; c += 4) {
      let sum = f32x4.splat(0), p = x, q = dy;
      for (let i: i32 = 0; i < count; i++) {
        sum = fma(v128.load(p), v128.load(q), sum);
        p += xStride;
        q += dyStride;
      }
      v128.store(to, f32x4.add(v128.load(to), sum));
      x += 16;
      dy += 16;
      to += 16;
    }
  }
  for (; c < channels; c++) {
    for (let m: i32 = 0; m < multiplier; m++) {
      let sum: f32 = 0, p = x, q = dy;
      for (let i: i32 = 0; i < count; i++) {
        sum += load<f32>(p) * load<f32>(q);
        p += xStride;
        q += dyStride;
      }
      store<f32>(to, load<f32>(to) + sum);
      dy += 4;
      to += 4;
    }
    x += 4;
  }
}
