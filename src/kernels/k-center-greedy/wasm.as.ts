// kCenterGreedy by lazy evaluation: a distance that has not seen the latest centres is still an upper bound, so a point is brought
// up to date only when its bound is the largest. Each catching up runs over panels of 8 centres with the lower bounds of
// reduction.ts; only centres that pass them cost an exact distance.
import { squaredDistance } from '../wasm/distance.as';

/** Points per block whose largest distance is kept. */
const BLOCK: i32 = 256;
/** Floats per reduced point; plan.ts has the same number. */
const WIDTH: i32 = 16;

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

/** Sets the initial distances (NaN and negative count as 0), the block maxima, and no centre seen or known. */
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
  reduced: usize, terms: usize, centres: usize, panels: usize, centreTerms: usize,
): i32 {
  const rowBytes = <usize>depth << 2;
  const row = features + <usize>i * rowBytes;
  const own = reduced + (<usize>i * WIDTH << 2);
  const q0 = v128.load32_splat(own), q1 = v128.load32_splat(own, 4), q2 = v128.load32_splat(own, 8);
  const q3 = v128.load32_splat(own, 12), q4 = v128.load32_splat(own, 16), q5 = v128.load32_splat(own, 20);
  const q6 = v128.load32_splat(own, 24), q7 = v128.load32_splat(own, 28), q8 = v128.load32_splat(own, 32);
  const q9 = v128.load32_splat(own, 36), q10 = v128.load32_splat(own, 40), q11 = v128.load32_splat(own, 44);
  const q12 = v128.load32_splat(own, 48), q13 = v128.load32_splat(own, 52), q14 = v128.load32_splat(own, 56);
  const q15 = v128.load32_splat(own, 60);
  const term = f32x4.splat(load<f32>(at(terms, i)));
  let distance = load<f32>(at(distances, i));
  let limit = f32x4.splat(squareLimit(distance));
  let exact: i32 = 0;
  let c = load<i32>(at(seen, i)) & ~3;
  for (; c < known && distance >= enough; c += 4) {
    // Panels hold 8 centres, 32 bytes a direction; this takes one half.
    const p = panels + (<usize>(c >> 3) * (WIDTH << 5)) + (<usize>(c & 4) << 2);
    let s = f32x4.add(v128.load(at(centreTerms, c)), term);
    let t = f32x4.mul(q0, v128.load(p));
    s = f32x4.add(s, f32x4.mul(q1, v128.load(p, 32)));
    t = f32x4.add(t, f32x4.mul(q2, v128.load(p, 64)));
    s = f32x4.add(s, f32x4.mul(q3, v128.load(p, 96)));
    t = f32x4.add(t, f32x4.mul(q4, v128.load(p, 128)));
    s = f32x4.add(s, f32x4.mul(q5, v128.load(p, 160)));
    t = f32x4.add(t, f32x4.mul(q6, v128.load(p, 192)));
    s = f32x4.add(s, f32x4.mul(q7, v128.load(p, 224)));
    t = f32x4.add(t, f32x4.mul(q8, v128.load(p, 256)));
    s = f32x4.add(s, f32x4.mul(q9, v128.load(p, 288)));
    t = f32x4.add(t, f32x4.mul(q10, v128.load(p, 320)));
    s = f32x4.add(s, f32x4.mul(q11, v128.load(p, 352)));
    t = f32x4.add(t, f32x4.mul(q12, v128.load(p, 384)));
    s = f32x4.add(s, f32x4.mul(q13, v128.load(p, 416)));
    t = f32x4.add(t, f32x4.mul(q14, v128.load(p, 448)));
    s = f32x4.add(s, f32x4.mul(q15, v128.load(p, 480)));
    const out = f32x4.gt(f32x4.add(s, t), limit);
    if (i32x4.all_true(out)) continue;
    const mask = i32x4.bitmask(out);
    for (let j: i32 = 0; j < 4 && c + j < known; j++) {
      if (mask & (1 << j)) continue;
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
  centres: usize, panels: usize, centreTerms: usize, cross: f32, radii: usize,
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
        catchUp(i, known, enough, features, depth, distances, seen, reduced, terms, centres, panels, centreTerms);
      }
    } else {
      store<i32>(at(centres, known), pick);
      store<f32>(at(radii, known - from), top);
      store<f32>(at(centreTerms, known), load<f32>(at(terms, pick)));
      const panel = panels + (<usize>(known >> 3) * (WIDTH << 5)) + (<usize>(known & 7) << 2);
      for (let d: i32 = 0; d < WIDTH; d++) {
        store<f32>(panel + (<usize>d << 5), cross * load<f32>(at(reduced, pick * WIDTH + d)));
      }
      store<f32>(at(distances, pick), 0);
      known++;
    }
    store<f32>(at(blockMax, block), largest(distances, start, end));
  }
  return known;
}
