// kCenterGreedy by lazy evaluation: a distance that has not seen the latest centres is still an upper bound, so a point is brought
// up to date only when its bound is the largest. Each catching up runs over panels of 8 centres with the lower bounds of
// reduction.ts; only centres that pass them cost an exact distance.
//
// A reduced point is 48 floats: 15 principal coordinates, the norm of the rest, 30 more coordinates, the norm of what is left after
// those, and the point's penalty. The first 16 bound a distance loosely and cheaply, all of them tightly.
import { squaredDistance } from '../wasm/distance.as';
import { rowError, UNLIMITED } from '../wasm/reduce.as';

/** Points per block whose largest distance is kept. */
const BLOCK: i32 = 256;
/** Floats per reduced point, and those of the first bound; plan.ts has the same layout. */
const WIDTH: i32 = 48;
const FIRST: i32 = 32;
const FIRST_NORM: i32 = 31;
const SECOND_NORM: i32 = 46;
const PENALTY: i32 = 47;

@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/** The largest of distances[from .. to), which holds no NaN. */
function largest(distances: usize, from: i32, to: i32): f32 {
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
function firstEqual(values: usize, from: i32, to: i32, value: f32): i32 {
  const wanted = f32x4.splat(value);
  let i = from;
  while (i + 4 <= to && !v128.any_true(f32x4.eq(v128.load(at(values, i)), wanted))) i += 4;
  while (i < to && load<f32>(at(values, i)) != value) i++;
  return i;
}

/** Turns projected points into reduced points, and makes their terms of the first bound. */
export function kCenterReduce(
  out: usize, norms: usize, count: i32, projectionError: f64, residualError: f64, keep: f64, penalty: f64, terms: usize,
): void {
  for (let i: i32 = 0; i < count; i++) {
    const point = out + (<usize>i * WIDTH << 2);
    const norm = load<f64>(norms + (<usize>i << 3));
    let inside: f64 = 0;
    for (let w: i32 = 0; w < SECOND_NORM; w++) {
      if (w == FIRST_NORM) store<f32>(at(point, w), <f32>Math.sqrt(max(0, norm - inside)));
      else inside += <f64>load<f32>(at(point, w)) * <f64>load<f32>(at(point, w));
    }
    const rest = Math.sqrt(max(0, norm - inside));
    store<f32>(at(point, SECOND_NORM), <f32>rest);
    // The first norm is the larger one, so the second one's error covers both.
    const error = rowError(norm, rest, projectionError, residualError);
    const allowed = penalty * error * error + 1e-30;
    store<f32>(at(point, PENALTY), norm < UNLIMITED ? <f32>(allowed * 1.000001) : Infinity);
    store<f32>(at(terms, i), norm < UNLIMITED ? <f32>(norm * keep - allowed) : -Infinity);
  }
}

@inline
function squares(sum: v128, a: usize, b: usize): v128 {
  const difference = f32x4.sub(v128.load(a), v128.load(b));
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

/** The lower bound of the squared distance from all coordinates of two reduced points. */
@inline
function secondBound(a: usize, b: usize, keep: f32): f32 {
  const without3 = i32x4(-1, -1, -1, 0);
  let s = f32x4.splat(0);
  s = squares(s, a, b);
  s = squares(s, a + 16, b + 16);
  s = squares(s, a + 32, b + 32);
  let t = f32x4.sub(v128.load(a, 112), v128.load(b, 112));
  t = v128.and(f32x4.mul(t, t), without3);
  let u = f32x4.sub(v128.load(a, 176), v128.load(b, 176));
  u = v128.and(f32x4.mul(u, u), without3);
  t = squares(t, a + 64, b + 64);
  u = squares(u, a + 80, b + 80);
  s = squares(s, a + 96, b + 96);
  t = squares(t, a + 48, b + 48);
  u = squares(u, a + 128, b + 128);
  s = squares(s, a + 144, b + 144);
  t = squares(t, a + 160, b + 160);
  s = f32x4.add(f32x4.add(s, t), u);
  const sum =
    f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
  return keep * sum - load<f32>(at(a, PENALTY)) - load<f32>(at(b, PENALTY));
}

/** Sets the initial distances (NaN and negative count as 0), the block maxima, and no centre seen or known. */
let sv: i32=0; let sp: f64=0; let se: f64=0; let nl: f64=0; let s2c: f64=0;
export function kCenterStart(
  anchors: usize, count: i32, distances: usize, seen: usize, blockMax: usize, centreTerms: usize, centreSlots: i32,
): void {
  for (let i: i32 = 0; i < count; i++) {
    const value = load<f32>(at(anchors, i));
    store<f32>(at(distances, i), value > 0 ? value : 0);
    store<i32>(at(seen, i), 0);
  }
  for (let i: i32 = 0; i < count; i += BLOCK) {
    store<f32>(at(blockMax, i / BLOCK), largest(distances, i, min(i + BLOCK, count)));
  }
  for (let i: i32 = 0; i < centreSlots; i++) store<f32>(at(centreTerms, i), Infinity);
}

/** Above this a squared distance proves that the distance is not below `distance`, rounding and underflow included. */
@inline
function squareLimit(distance: f32): f32 {
  return distance * distance * 1.0000005 + 1e-36;
}

/**
 * Shows point i the centres from seen[i] to `known`, until its distance falls below `enough`.
 * @returns how many exact distances were needed
 */
function catchUp(
  i: i32, known: i32, enough: f32, features: usize, depth: i32, distances: usize, seen: usize,
  reduced: usize, terms: usize, centres: usize, centrePoints: usize, panels: usize, centreTerms: usize, keep: f32,
): i32 {
  const rowBytes = <usize>depth << 2;
  const row = features + <usize>i * rowBytes;
  const own = reduced + (<usize>i * WIDTH << 2);
  const term = f32x4.splat(load<f32>(at(terms, i)));
  let distance = load<f32>(at(distances, i));
  let limit = f32x4.splat(squareLimit(distance));
  let exact: i32 = 0;
  let c = load<i32>(at(seen, i)) & ~7;
  for (; c < known && distance >= enough; c += 8) {
    let p = panels + (<usize>(c >> 3) * (FIRST << 5));
    let s0 = f32x4.add(v128.load(at(centreTerms, c)), term);
    let s1 = f32x4.add(v128.load(at(centreTerms, c), 16), term);
    let t0 = f32x4.splat(0);
    let t1 = t0;
    for (let d = own; d < own + (FIRST << 2); d += 16) {
      let q = v128.load32_splat(d);
      s0 = f32x4.add(s0, f32x4.mul(q, v128.load(p)));
      s1 = f32x4.add(s1, f32x4.mul(q, v128.load(p, 16)));
      q = v128.load32_splat(d, 4);
      t0 = f32x4.add(t0, f32x4.mul(q, v128.load(p, 32)));
      t1 = f32x4.add(t1, f32x4.mul(q, v128.load(p, 48)));
      q = v128.load32_splat(d, 8);
      s0 = f32x4.add(s0, f32x4.mul(q, v128.load(p, 64)));
      s1 = f32x4.add(s1, f32x4.mul(q, v128.load(p, 80)));
      q = v128.load32_splat(d, 12);
      t0 = f32x4.add(t0, f32x4.mul(q, v128.load(p, 96)));
      t1 = f32x4.add(t1, f32x4.mul(q, v128.load(p, 112)));
      p += 128;
    }
    const out0 = f32x4.gt(f32x4.add(s0, t0), limit);
    const out1 = f32x4.gt(f32x4.add(s1, t1), limit);
    if (i32x4.all_true(v128.and(out0, out1))) continue;
    let mask = ~(i32x4.bitmask(out0) | (i32x4.bitmask(out1) << 4)) & 255;
    for (; mask != 0; mask &= mask - 1) {
      const j = ctz(mask);
      if (c + j >= known) break;
      if (secondBound(own, centrePoints + (<usize>(c + j) * WIDTH << 2), keep) > f32x4.extract_lane(limit, 0)) continue;
      exact++;
      const centre = features + <usize>load<i32>(at(centres, c + j)) * rowBytes;
      const value = sqrt<f32>(squaredDistance(row, centre, depth, f32x4.extract_lane(limit, 0)));
      if (value < distance) {
        distance = value;
        limit = f32x4.splat(squareLimit(distance));
      }
    }
  }
  store<f32>(at(distances, i), distance);
  store<i32>(at(seen, i), min(c, known));
  return exact;
}

/**
 * Picks the centres number from .. to.
 * @param margin in (0, 1]: points catch up until they fall below margin x the largest distance
 * @returns how many centres there are now; fewer than `to` when every distance is 0
 */
export function kCenterAdvance(
  features: usize, count: i32, depth: i32, from: i32, to: i32, margin: f32,
  distances: usize, seen: usize, blockMax: usize, reduced: usize, terms: usize,
  centres: usize, centrePoints: usize, panels: usize, centreTerms: usize, cross: f32, keep: f32, radii: usize,
): i32 {
  const blocks = (count + BLOCK - 1) / BLOCK;
  let known = from;
  while (known < to) {
    const top = largest(blockMax, 0, blocks);
    if (!(top > 0)) break;
    const block = firstEqual(blockMax, 0, blocks, top);
    const start = block * BLOCK;
    const end = min(start + BLOCK, count);
    const pick = firstEqual(distances, start, end, top);
    if (load<i32>(at(seen, pick)) < known) {
      const enough = top * margin;
      for (let i = pick; i < end; i++) {
        if (load<f32>(at(distances, i)) < enough || load<i32>(at(seen, i)) >= known) continue;
        catchUp(i, known, enough, features, depth, distances, seen, reduced, terms, centres, centrePoints, panels, centreTerms, keep);
      }
    } else {
      store<i32>(at(centres, known), pick);
      store<f32>(at(radii, known - from), top);
      store<f32>(at(centreTerms, known), load<f32>(at(terms, pick)));
      const panel = panels + (<usize>(known >> 3) * (FIRST << 5)) + (<usize>(known & 7) << 2);
      for (let d: i32 = 0; d < FIRST; d++) {
        store<f32>(panel + (<usize>d << 5), cross * load<f32>(at(reduced, pick * WIDTH + d)));
      }
      memory.copy(centrePoints + (<usize>known * WIDTH << 2), reduced + (<usize>pick * WIDTH << 2), WIDTH << 2);
      store<f32>(at(distances, pick), 0);
      known++;
    }
    store<f32>(at(blockMax, block), largest(distances, start, end));
  }
  return known;
}
