// Makes sketches of rows; sketch.inline.as.ts says what they are.
import { padded, paddedDepth, SLACK, scalesOf } from './sketch.inline.as';

/** ||r||: its square, and by Cauchy and Schwarz every product and partial sum, stays below 2^30, each number below 2^15. */
const LONGEST: f32 = 32000;
/** 1.5 x 2^23: adding it to a float below 2^22 leaves the nearest integer in the low bits. */
const ROUNDER: f32 = 12582912;
/** Shorter rows than the root of this are taken as their centre, longer ones than the root of HUGE are never ruled out. */
const TINY: f32 = 1e-28;
const HUGE: f32 = 1e36;
/** Above the root of TINY. */
const TINY_ERROR: f32 = 2e-14;
/** Rows whose mean is the centre, at most. */
const CENTRE_ROWS: i32 = 512;

/** Mean of at most 512 evenly spaced rows, without numbers that could spoil it. Any centre gives right results; the mean of no rows is 0. */
export function sketchCentre(rows: usize, count: i32, depth: i32, centre: usize): void {
  const bytes = <usize>depth << 2;
  const taken = min(count, CENTRE_ROWS);
  memory.fill(centre, 0, bytes);
  for (let i: i32 = 0; i < taken; i++) {
    const row = rows + <usize>(<i64>i * count / taken) * bytes;
    for (let d: usize = 0; d < bytes; d += 4) {
      const value = load<f32>(row + d);
      if (abs(value) < 1e17) store<f32>(centre + d, load<f32>(centre + d) + value);
    }
  }
  for (let d: usize = 0; d < bytes; d += 4) store<f32>(centre + d, load<f32>(centre + d) / <f32>max(taken, 1));
}

@inline
function apart(row: usize, centre: usize): v128 {
  return f32x4.sub(v128.load(row), v128.load(centre));
}

/** ||row - centre||^2, off by at most depth / 8 roundings. */
function squaredLength(row: usize, centre: usize, depth: i32): f32 {
  let sum0 = f32x4.splat(0), sum1 = sum0;
  let d: usize = 0;
  for (const end = (<usize>depth & ~7) << 2; d < end; d += 32) {
    const x = apart(row + d, centre + d), y = apart(row + d + 16, centre + d + 16);
    sum0 = f32x4.add(sum0, f32x4.mul(x, x));
    sum1 = f32x4.add(sum1, f32x4.mul(y, y));
  }
  sum0 = f32x4.add(sum0, sum1);
  let sum = f32x4.extract_lane(sum0, 0) + f32x4.extract_lane(sum0, 1);
  sum += f32x4.extract_lane(sum0, 2) + f32x4.extract_lane(sum0, 3);
  for (const end = <usize>depth << 2; d < end; d += 4) {
    const x = load<f32>(row + d) - load<f32>(centre + d);
    sum += x * x;
  }
  return sum;
}

@inline
function rounded(x: v128, inverse: v128): v128 {
  const moved = f32x4.add(f32x4.mul(x, inverse), f32x4.splat(ROUNDER));
  return i32x4.sub(moved, f32x4.splat(ROUNDER));
}

@inline
function one(row: usize, centre: usize, d: i32, depth: i32, inverse: f32): i32 {
  if (d >= depth) return 0;
  const at = <usize>d << 2;
  return <i32>nearest((load<f32>(row + at) - load<f32>(centre + at)) * inverse);
}

/** Writes r = (row - centre) x inverse, two numbers every `stride` bytes; gives back ||r||^2. */
function writeRow(row: usize, centre: usize, depth: i32, inverse: f32, out: usize, stride: usize): i32 {
  const factor = f32x4.splat(inverse);
  let sums = i32x4.splat(0);
  let d: i32 = 0;
  for (const end = depth & ~7; d < end; d += 8) {
    const at = <usize>d << 2;
    const x = rounded(apart(row + at, centre + at), factor);
    const y = rounded(apart(row + at + 16, centre + at + 16), factor);
    const r = i16x8.narrow_i32x4_s(x, y);
    sums = i32x4.add(sums, i32x4.dot_i16x8_s(r, r));
    v128.store_lane<i32>(out, r, 0);
    v128.store_lane<i32>(out + stride, r, 1);
    v128.store_lane<i32>(out + 2 * stride, r, 2);
    v128.store_lane<i32>(out + 3 * stride, r, 3);
    out += 4 * stride;
  }
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  sum += i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (const end = paddedDepth(depth); d < end; d += 2) {
    const x = one(row, centre, d, depth, inverse);
    const y = one(row, centre, d + 1, depth, inverse);
    sum += x * x + y * y;
    store<i32>(out, (y << 16) | (x & 0xffff));
    out += stride;
  }
  return sum;
}

function clearRow(depth: i32, out: usize, stride: usize): void {
  for (let d: i32 = 0; d < depth; d += 2) {
    store<i32>(out, 0);
    out += stride;
  }
}

function isAllFinite(row: usize, depth: i32): bool {
  let sum: f32 = 0;
  for (let d: usize = 0; d < <usize>depth << 2; d += 4) sum += load<f32>(row + d) * 0;
  return sum == 0;
}

/**
 * Makes the sketches from..from + count of a set of `total` rows; `from` is a multiple of 8, and so is `count` unless they are the last.
 * @param rows the first of these rows
 * @param known how far each of these rows may be from what it stands for, float32 [count]: Infinity for one that must never be
 *   ruled out, NaN for one that always must be; or 0, where the rows stand for themselves
 * @param panels 1 for a bank, 0 for queries
 */
export function sketchRows(
  rows: usize, count: i32, depth: i32, centre: usize, known: usize, panels: i32, set: usize, from: i32, total: i32,
): void {
  const wide = paddedDepth(depth);
  const scales = scalesOf(set, total, depth);
  const terms = scales + (<usize>padded(total) << 2);
  const errors = terms + (<usize>padded(total) << 2);
  const stride: usize = panels ? 32 : 4;
  const half = 0.51 * (Math.sqrt(<f64>depth) + 0.1);
  for (let i: i32 = 0; i < padded(count); i++) {
    const place = <usize>(from + (panels ? i & ~7 : i)) * <usize>wide * 2 + (panels ? (<usize>i & 7) << 2 : 0);
    const row = rows + ((<usize>i * <usize>depth) << 2);
    let scale: f32 = 0;
    let term: f64 = Infinity;
    let error: f64 = 0;
    if (i < count) {
      const extra: f32 = known ? load<f32>(known + (<usize>i << 2)) : 0;
      const squared = squaredLength(row, centre, depth);
      if (!(squared <= HUGE) || !(extra < Infinity)) {
        if (extra == Infinity || (extra == 0 && isAllFinite(row, depth))) term = -Infinity;
      } else if (squared < TINY) {
        term = 0;
        error = extra + TINY_ERROR;
      } else {
        scale = Mathf.sqrt(squared) / LONGEST;
        const length = writeRow(row, centre, depth, 1 / scale, set + place, stride);
        term = <f64>scale * <f64>scale * <f64>length * (1 - SLACK);
        error = <f64>extra + <f64>scale * half;
      }
    }
    if (scale == 0) clearRow(wide, set + place, stride);
    const at = <usize>(from + i) << 2;
    store<f32>(scales + at, scale);
    store<f32>(terms + at, <f32>term);
    store<f32>(errors + at, <f32>(error * (1 + SLACK)));
  }
}
