// ssimMap over p = a + b and q = a - b: with U, V their windowed means, and P, Q the variances,
//   l = V^2 / ((U^2 + V^2) / 2 + c1),  s = Q / ((P + Q) / 2 + c2),  SSIM = (1 - l)(1 - s),
// which is SSIM, takes four windowed sums instead of five, and does not cancel where a and b are alike.
//
// Rows of the four maps lie one behind the other: [U V P Q][row floats].

import { weightedSum } from '../wasm/weighted-sum.inline.as';

const WINDOW: i32 = 11;

/** Sums one input row of a and b along the row into `to` [4][row]. */
@inline
function along(
  a: usize, b: usize, values: i32, margin: i32, row: i32, padded: usize, paddedRow: i32, taps: usize, offsets: usize, to: usize,
): void {
  const stride = <usize>paddedRow << 2;
  const start = padded + (<usize>margin << 2);
  const bytes = <usize>values << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i);
    const p = f32x4.add(x, y), q = f32x4.sub(x, y);
    v128.store(start + i, p);
    v128.store(start + stride + i, q);
    v128.store(start + 2 * stride + i, f32x4.mul(p, p));
    v128.store(start + 3 * stride + i, f32x4.mul(q, q));
  }
  for (; i < bytes; i += 4) {
    const p = load<f32>(a + i) + load<f32>(b + i), q = load<f32>(a + i) - load<f32>(b + i);
    store<f32>(start + i, p);
    store<f32>(start + stride + i, q);
    store<f32>(start + 2 * stride + i, p * p);
    store<f32>(start + 3 * stride + i, q * q);
  }
  sums(padded, stride, row, taps, offsets, to);
}

/** to[map][i] = the window's sum along each of the four padded rows. */
function sums(padded: usize, stride: usize, row: i32, taps: usize, offsets: usize, to: usize): void {
  for (let map: usize = 0; map < 4; map++) {
    weightedSum(padded + map * stride, offsets, taps, WINDOW, to + map * (<usize>row << 2), row);
  }
}

/** Places of the ring's rows y .. y + 10. */
@inline
function ringPlaces(y: i32, slotBytes: i32, offsets: usize): void {
  for (let t: i32 = 0; t < WINDOW; t++) store<i32>(offsets + (<usize>t << 2), ((y + t) % WINDOW) * slotBytes);
}

/** Takes the next row into the ring, zeros where y is outside. */
@inline
function enter(
  a: usize, b: usize, y: i32, height: i32, values: i32, margin: i32, row: i32, padded: usize, paddedRow: i32,
  taps: usize, offsets: usize, slot: usize,
): void {
  if (y < 0 || y >= height) {
    memory.fill(slot, 0, <usize>row << 4);
    return;
  }
  const at = <usize>(y * values) << 2;
  along(a + at, b + at, values, margin, row, padded, paddedRow, taps, offsets, slot);
}

@inline
function clamped(mean: v128, square: v128): v128 {
  return f32x4.max(f32x4.sub(square, f32x4.mul(mean, mean)), f32x4.splat(0));
}

/**
 * @param pad zeros on each side; `row` floats hold (width + 2 pad - 10) x channels rounded up to 4, `paddedRow` 10 x channels more
 * @param columns i32 [11]: t x channels x 4
 * @param places scratch, i32 [11]
 * @param padded scratch, 4 x paddedRow floats
 * @param ring scratch, 11 x 4 x row floats
 * @param work scratch, 4 x row floats
 */
export function ssimMap(
  a: usize, b: usize, batch: i32, height: i32, width: i32, channels: i32, pad: i32, row: i32, paddedRow: i32,
  taps: usize, c1: f32, c2: f32, columns: usize, places: usize, padded: usize, ring: usize, work: usize, out: usize,
): void {
  const values = width * channels;
  const outBytes = <usize>((width + 2 * pad - WINDOW + 1) * channels) << 2;
  const slot = <usize>row << 4;
  const v1 = f32x4.splat(c1), v2 = f32x4.splat(c2), one = f32x4.splat(1), half = f32x4.splat(0.5);
  memory.fill(padded, 0, <usize>paddedRow << 4);
  for (let image: i32 = 0; image < batch; image++) {
    for (let y: i32 = 0; y < height + 2 * pad; y++) {
      const into = ring + <usize>(y % WINDOW) * slot;
      enter(a, b, y - pad, height, values, pad * channels, row, padded, paddedRow, taps, columns, into);
      if (y < WINDOW - 1) continue;
      ringPlaces(y - WINDOW + 1, <i32>slot, places);
      weightedSum(ring, places, taps, WINDOW, work, 4 * row);
      const bytes = <usize>row << 2;
      for (let i = work; i < work + bytes; i += 16) {
        const u = v128.load(i), v = v128.load(i + bytes);
        const p = clamped(u, v128.load(i + 2 * bytes)), q = clamped(v, v128.load(i + 3 * bytes));
        const vv = f32x4.mul(v, v);
        const d1 = f32x4.add(f32x4.mul(half, f32x4.add(f32x4.mul(u, u), vv)), v1);
        const d2 = f32x4.add(f32x4.mul(half, f32x4.add(p, q)), v2);
        v128.store(i, f32x4.mul(f32x4.sub(one, f32x4.div(vv, d1)), f32x4.sub(one, f32x4.div(q, d2))));
      }
      memory.copy(out, work, outBytes);
      out += outBytes;
    }
    a += <usize>(height * values) << 2;
    b += <usize>(height * values) << 2;
  }
}

/**
 * The gradient by a: the derivatives by U, V, and the means of p^2 and q^2, times upstream, go back through the window;
 * a's is the sum of p's and q's.
 * @param backRow floats of width x channels rounded up to 4; `backPadded` 10 x channels more
 * @param padded scratch, 4 x the larger of paddedRow and backPadded floats
 * @param back scratch, (height + 2 pad - 10) x 4 x backRow floats
 * @param work scratch, 4 x the larger of row and backRow floats
 */
export function ssimMapGradient(
  a: usize, b: usize, upstream: usize, batch: i32, height: i32, width: i32, channels: i32, pad: i32, row: i32, paddedRow: i32,
  backRow: i32, backPadded: i32, taps: usize, c1: f32, c2: f32, columns: usize, places: usize, padded: usize, ring: usize,
  back: usize, work: usize, out: usize,
): void {
  const values = width * channels;
  const outRows = height + 2 * pad - WINDOW + 1;
  const outValues = (width + 2 * pad - WINDOW + 1) * channels;
  const backPad = WINDOW - 1 - pad;
  const slot = <usize>row << 4, backSlot = <usize>backRow << 4;
  for (let image: i32 = 0; image < batch; image++) {
    for (let y: i32 = 0; y < height + 2 * pad; y++) {
      const into = ring + <usize>(y % WINDOW) * slot;
      memory.fill(padded, 0, <usize>paddedRow << 4);
      enter(a, b, y - pad, height, values, pad * channels, row, padded, paddedRow, taps, columns, into);
      if (y < WINDOW - 1) continue;
      ringPlaces(y - WINDOW + 1, <i32>slot, places);
      weightedSum(ring, places, taps, WINDOW, work, 4 * row);
      derivatives(work, row, upstream, outValues, c1, c2, padded, backPadded, backPad * channels);
      upstream += <usize>outValues << 2;
      sums(padded, <usize>backPadded << 2, backRow, taps, columns, back + <usize>(y - WINDOW + 1) * backSlot);
    }
    for (let y: i32 = 0; y < height; y++) {
      const first = y - backPad;
      const skipped = max(0, -first);
      const count = min(WINDOW, outRows - first) - skipped;
      for (let t: i32 = 0; t < count; t++) store<i32>(places + (<usize>t << 2), (first + skipped + t) * <i32>backSlot);
      weightedSum(back, places, taps + (<usize>skipped << 2), count, work, 4 * backRow);
      gather(a, b, work, <usize>backRow << 2, values, out);
      a += <usize>values << 2;
      b += <usize>values << 2;
      out += <usize>values << 2;
    }
  }
}

/** Upstream times the derivatives of (1 - l)(1 - s) by the four windowed sums in `work`, into padded rows. */
@inline
function derivatives(
  work: usize, row: i32, upstream: usize, count: i32, c1: f32, c2: f32, padded: usize, paddedRow: i32, margin: i32,
): void {
  const bytes = <usize>row << 2, stride = <usize>paddedRow << 2;
  const v1 = f32x4.splat(c1), v2 = f32x4.splat(c2), one = f32x4.splat(1), two = f32x4.splat(2), half = f32x4.splat(0.5);
  for (let at = work; at < work + bytes; at += 16) {
    const u = v128.load(at), v = v128.load(at + bytes);
    const p = clamped(u, v128.load(at + 2 * bytes)), q = clamped(v, v128.load(at + 3 * bytes));
    const vv = f32x4.mul(v, v);
    const d1 = f32x4.add(f32x4.mul(half, f32x4.add(f32x4.mul(u, u), vv)), v1);
    const d2 = f32x4.add(f32x4.mul(half, f32x4.add(p, q)), v2);
    const l = f32x4.div(vv, d1), s = f32x4.div(q, d2);
    const lost = f32x4.div(f32x4.sub(one, s), d1), kept = f32x4.div(f32x4.sub(one, l), d2);
    const rest = f32x4.mul(f32x4.sub(two, s), kept);
    v128.store(at, f32x4.mul(u, f32x4.sub(f32x4.mul(l, lost), f32x4.mul(s, kept))));
    v128.store(at + bytes, f32x4.mul(v, f32x4.sub(rest, f32x4.mul(f32x4.sub(two, l), lost))));
    v128.store(at + 2 * bytes, f32x4.mul(half, f32x4.mul(kept, s)));
    v128.store(at + 3 * bytes, f32x4.mul(f32x4.splat(-0.5), rest));
  }
  memory.fill(padded, 0, 4 * stride);
  for (let map: usize = 0; map < 4; map++) {
    multiply(work + map * bytes, upstream, <usize>count << 2, padded + map * stride + (<usize>margin << 2));
  }
}

@inline
function multiply(a: usize, b: usize, bytes: usize, out: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(out + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
  for (; i < bytes; i += 4) store<f32>(out + i, load<f32>(a + i) * load<f32>(b + i));
}

/** out = by U + by V + 2 p by p^2 + 2 q by q^2. */
@inline
function gather(a: usize, b: usize, work: usize, row: usize, values: i32, out: usize): void {
  const bytes = <usize>values << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i);
    const means = f32x4.add(v128.load(work + i), v128.load(work + row + i));
    const byP = f32x4.mul(f32x4.add(x, y), v128.load(work + 2 * row + i));
    const byQ = f32x4.mul(f32x4.sub(x, y), v128.load(work + 3 * row + i));
    v128.store(out + i, f32x4.add(means, f32x4.mul(f32x4.splat(2), f32x4.add(byP, byQ))));
  }
  for (; i < bytes; i += 4) {
    const p = load<f32>(a + i) + load<f32>(b + i), q = load<f32>(a + i) - load<f32>(b + i);
    const means = load<f32>(work + i) + load<f32>(work + row + i);
    const squares = p * load<f32>(work + 2 * row + i) + q * load<f32>(work + 3 * row + i);
    store<f32>(out + i, means + 2 * squares);
  }
}
