// The gradient of a max pooling: each window's goes to its first largest element.

/**
 * NaN is never the largest; a window with nothing above -Infinity passes nothing on.
 * @param top, left padding before the input
 */
export function maxPoolGrad(
  dy: usize, x: usize, batch: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32, top: i32, left: i32, dx: usize,
): void {
  const pixelBytes = <usize>channels << 2;
  const imageBytes = <usize>(height * width) * pixelBytes;
  memory.fill(dx, 0, <usize>batch * imageBytes);
  for (let b: i32 = 0; b < batch; b++) {
    for (let r: i32 = 0; r < outHeight; r++) {
      const fromRow = max(0, r * strideHeight - top);
      const toRow = min(height, r * strideHeight - top + filterHeight);
      for (let c: i32 = 0; c < outWidth; c++) {
        const fromColumn = max(0, c * strideWidth - left);
        const toColumn = min(width, c * strideWidth - left + filterWidth);
        passOn(dy, x, fromRow, toRow, fromColumn, toColumn, width, channels, dx);
        dy += pixelBytes;
      }
    }
    x += imageBytes;
    dx += imageBytes;
  }
}

/** One window, four channels at a time. */
function passOn(
  dy: usize, x: usize, fromRow: i32, toRow: i32, fromColumn: i32, toColumn: i32, width: i32, channels: i32, dx: usize,
): void {
  let d: i32 = 0;
  for (; d + 4 <= channels; d += 4) {
    let best = f32x4.splat(-Infinity);
    let places = i32x4.splat(-1);
    for (let r = fromRow; r < toRow; r++) {
      for (let c = fromColumn; c < toColumn; c++) {
        const place = (r * width + c) * channels + d;
        const value = v128.load(x + (<usize>place << 2));
        const above = f32x4.gt(value, best);
        best = v128.bitselect(value, best, above);
        places = v128.bitselect(i32x4.splat(place), places, above);
      }
    }
    add(dx, i32x4.extract_lane(places, 0), 0, dy);
    add(dx, i32x4.extract_lane(places, 1), 1, dy + 4);
    add(dx, i32x4.extract_lane(places, 2), 2, dy + 8);
    add(dx, i32x4.extract_lane(places, 3), 3, dy + 12);
    dy += 16;
  }
  for (; d < channels; d++) {
    let best: f32 = -Infinity;
    let found: i32 = -1;
    for (let r = fromRow; r < toRow; r++) {
      for (let c = fromColumn; c < toColumn; c++) {
        const place = (r * width + c) * channels + d;
        const value = load<f32>(x + (<usize>place << 2));
        if (value > best) {
          best = value;
          found = place;
        }
      }
    }
    add(dx, found, 0, dy);
    dy += 4;
  }
}

@inline
function add(dx: usize, place: i32, lane: i32, dy: usize): void {
  if (place < 0) return;
  const at = dx + (<usize>(place + lane) << 2);
  store<f32>(at, load<f32>(at) + load<f32>(dy));
}
