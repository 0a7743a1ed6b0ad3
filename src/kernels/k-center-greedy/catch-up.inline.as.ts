// The heart of kCenterGreedy by lazy evaluation: a distance that has not seen the latest centres is still an upper bound, so a point is brought
// up to date only when its bound is the largest. Catching up runs over panels of 8 centres with lower bounds; only centres that
// pass them cost an exact distance.
//
// A reduced point is 64 int16 in units of `unit`: 31 principal coordinates, the norm of the rest, 31 more coordinates, the norm of
// what is left after those. The first 32 bound a distance loosely and cheaply, all but place 31 tightly. A point's norm is below
// 2^14 units, so products and squared differences are exact in int32. reduction.ts has the reason why these are bounds; the true
// distance is at least unit x sqrt(integer) less both points' errors.
import { squaredDistance } from '../wasm/distance.inline.as';

/** Points per block whose largest distance is kept; plan.ts has the same number. */
export const BLOCK: i32 = 256;
/** Places of a reduced point; plan.ts has the same layout. */
export const WIDTH: i32 = 64;
export const FIRST: i32 = 32;
/** Above all squared lengths that occur. */
export const NEVER: i32 = 1 << 30;

@inline
export function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/** The largest of distances[from .. to), which holds no NaN. */
export function largest(distances: usize, from: i32, to: i32): f32 {
  let best = f32x4.splat(0);
  let i = from;
  for (; i + 4 <= to; i += 4) best = f32x4.pmax(best, v128.load(at(distances, i)));
  let max0 = max(
    max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)),
    max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)),
  );
  for (; i < to; i++) max0 = max(max0, load<f32>(at(distances, i)));
  return max0;
}

/** The first position in from .. to that holds `value`; `to` if there is none. */
export function firstEqual(values: usize, from: i32, to: i32, value: f32): i32 {
  const wanted = f32x4.splat(value);
  let i = from;
  while (i + 4 <= to && !v128.any_true(f32x4.eq(v128.load(at(values, i)), wanted))) i += 4;
  while (i < to && load<f32>(at(values, i)) != value) i++;
  return i;
}

@inline
function squares(sum: v128, a: usize, b: usize): v128 {
  const difference = i16x8.sub(v128.load(a), v128.load(b));
  return i32x4.add(sum, i32x4.dot_i16x8_s(difference, difference));
}

/** The squared distance of two reduced points, in square units. */
@inline
function secondBound(a: usize, b: usize): i32 {
  let difference = i16x8.sub(v128.load(a, 48), v128.load(b, 48));
  difference = v128.and(difference, i16x8(-1, -1, -1, -1, -1, -1, -1, 0));
  let s = i32x4.dot_i16x8_s(difference, difference);
  let t = squares(i32x4.splat(0), a, b);
  s = squares(s, a + 16, b + 16);
  t = squares(t, a + 32, b + 32);
  s = squares(s, a + 64, b + 64);
  t = squares(t, a + 80, b + 80);
  s = squares(s, a + 96, b + 96);
  t = squares(t, a + 112, b + 112);
  s = i32x4.add(s, t);
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3));
}

/** Fills the places of picks that are not made, once every distance is 0. */
export function fillUp(indices: usize, radii: usize, from: i32, to: i32): void {
  memory.fill(at(indices, from), 255, <usize>(to - from) << 2);
  memory.fill(at(radii, from), 0, <usize>(to - from) << 2);
}

/** A squared distance from here on proves that the distance is not below `distance`, rounding and underflow included. */
@inline
function squareLimit(distance: f32): f32 {
  return distance * distance * 1.0000005 + 1e-36;
}

/** The squared length of a reduced point's first places, as the first bound takes it. */
@inline
function squaredLength(point: usize): i32 {
  let sum = i32x4.splat(0);
  for (let d: usize = 0; d < <usize>(FIRST << 1); d += 16) {
    const values = v128.load(point + d);
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(values, values));
  }
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + (i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3))
  );
}

/** Square units above which the distance is not below `distance`, given the sum of both points' errors. */
@inline
function unitLimit(distance: f32, slack: f64, errors: f64, unit: f64): i32 {
  const length = (<f64>distance * slack + 1e-15 + errors) / unit;
  return length < 32767 ? <i32>(length * length) + 1 : NEVER;
}

/** Shows point i the centres from seen[i] to `known`, until its distance falls below `enough`. */
function catchUp(
  i: i32, known: i32, enough: f32, features: usize, depth: i32, unit: f64, slack: f64, largestError: f64,
  distances: usize, seen: usize, reduced: usize, errors: usize, centres: usize, panels: usize, centreLengths: usize,
): void {
  const rowBytes = <usize>depth << 2;
  const row = features + <usize>i * rowBytes;
  const own = reduced + (<usize>i * WIDTH << 1);
  // All zero, its error infinite and so without a bound, is a point beyond the limits.
  const length = squaredLength(own);
  const error = <f64>load<f32>(at(errors, i)) + largestError;
  let distance = load<f32>(at(distances, i));
  let second = unitLimit(distance, slack, error, unit);
  let first = i32x4.splat(second - length);
  let c = load<i32>(at(seen, i)) & ~7;
  for (; c < known && distance >= enough; c += 8) {
    let p = panels + (<usize>(c >> 3) * (FIRST << 4));
    let s0 = v128.load(at(centreLengths, c));
    let s1 = v128.load(at(centreLengths, c), 16);
    for (let d = own; d < own + (FIRST << 1); d += 16) {
      let q = v128.load32_splat(d);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(q, v128.load(p)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(q, v128.load(p, 16)));
      q = v128.load32_splat(d, 4);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(q, v128.load(p, 32)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(q, v128.load(p, 48)));
      q = v128.load32_splat(d, 8);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(q, v128.load(p, 64)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(q, v128.load(p, 80)));
      q = v128.load32_splat(d, 12);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(q, v128.load(p, 96)));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(q, v128.load(p, 112)));
      p += 128;
    }
    const out0 = i32x4.gt_s(s0, first);
    const out1 = i32x4.gt_s(s1, first);
    if (i32x4.all_true(v128.and(out0, out1))) continue;
    let mask = ~(i32x4.bitmask(out0) | (i32x4.bitmask(out1) << 4)) & 255;
    for (; mask != 0; mask &= mask - 1) {
      const other = c + ctz(mask);
      // Places of a panel that hold no centre yet come last.
      if (other >= known) break;
      const position = <usize>load<i32>(at(centres, other));
      const bounded = load<i32>(at(centreLengths, other)) >= 0;
      if (bounded && secondBound(own, reduced + (position * WIDTH << 1)) > second) continue;
      const centre = features + position * rowBytes;
      const value = sqrt<f32>(squaredDistance(row, centre, depth, squareLimit(distance)));
      if (value < distance) {
        distance = value;
        second = unitLimit(distance, slack, error, unit);
        first = i32x4.splat(second - length);
      }
    }
  }
  store<f32>(at(distances, i), distance);
  store<i32>(at(seen, i), min(c, known));
}

/** Brings the points of a block up to date that may be the farthest. */
export function catchUpBlock(
  start: i32, end: i32, known: i32, enough: f32, features: usize, depth: i32, unit: f64, slack: f64, largestError: f64,
  distances: usize, seen: usize, reduced: usize, errors: usize, centres: usize, panels: usize, centreLengths: usize,
): void {
  for (let i = start; i < end; i++) {
    if (load<f32>(at(distances, i)) < enough || load<i32>(at(seen, i)) >= known) continue;
    catchUp(
      i, known, enough, features, depth, unit, slack, largestError, distances, seen, reduced, errors,
      centres, panels, centreLengths,
    );
  }
}

/** Makes a point the centre number `known`. */
export function addCentre(
  pick: i32, known: i32, distances: usize, reduced: usize, errors: usize,
  centres: usize, panels: usize, centreLengths: usize,
): void {
  const point = reduced + (<usize>pick * WIDTH << 1);
  store<i32>(at(centres, known), pick);
  // -NEVER, so that the first bound never holds, for a centre beyond the limits.
  store<i32>(at(centreLengths, known), load<f32>(at(errors, pick)) < Infinity ? squaredLength(point) : -NEVER);
  // Pairs of places side by side, as the dot instruction takes them.
  const panel = panels + (<usize>(known >> 3) * (FIRST << 4)) + (<usize>(known & 7) << 2);
  for (let d: i32 = 0; d < FIRST; d++) {
    const value = <i32>load<i16>(point + (<usize>d << 1)) * -2;
    store<i16>(panel + (<usize>(d >> 1) << 5) + (<usize>(d & 1) << 1), <i16>value);
  }
  store<f32>(at(distances, pick), 0);
}
