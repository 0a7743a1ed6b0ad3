// The squared L2 distance in the float32 order that distance.ts defines.

@inline
function total(s0: v128, s1: v128, s2: v128, s3: v128): f32 {
  const v = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2) + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3))
  );
}

@inline
function step(sum: v128, a: usize, b: usize): v128 {
  const difference = f32x4.sub(v128.load(a), v128.load(b));
  return f32x4.add(sum, f32x4.mul(difference, difference));
}

/** Elements between two looks at the partial sum; a multiple of 16. */
const CHUNK: i32 = 64;

/**
 * The squared distance if it is below `bound`; otherwise some number that is not below it (or NaN). Partial sums never fall,
 * in float32 too, so a partial sum that reaches the bound proves that the whole does.
 */
export function squaredDistance(a: usize, b: usize, depth: i32, bound: f32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let left = depth;
  while (left >= 16) {
    let here = min(left, CHUNK) & ~15;
    left -= here;
    for (; here > 0; here -= 16) {
      s0 = step(s0, a, b);
      s1 = step(s1, a + 16, b + 16);
      s2 = step(s2, a + 32, b + 32);
      s3 = step(s3, a + 48, b + 48);
      a += 64;
      b += 64;
    }
    const partial = total(s0, s1, s2, s3);
    if (left == 0 || partial >= bound) return partial;
  }
  return finish(s0, s1, s2, s3, a, b, left);
}

/** The squared distance, all of it. */
export function fullSquaredDistance(a: usize, b: usize, depth: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let left = depth;
  for (; left >= 16; left -= 16) {
    s0 = step(s0, a, b);
    s1 = step(s1, a + 16, b + 16);
    s2 = step(s2, a + 32, b + 32);
    s3 = step(s3, a + 48, b + 48);
    a += 64;
    b += 64;
  }
  return left == 0 ? total(s0, s1, s2, s3) : finish(s0, s1, s2, s3, a, b, left);
}

/** Adds the last `left` elements, fewer than 16, to the lanes' sums. */
@inline
function finish(s0: v128, s1: v128, s2: v128, s3: v128, a: usize, b: usize, left: i32): f32 {
  // The lanes past the end add 0 to sums that are never negative zero: no bit changes.
  if (left >= 4) s0 = step(s0, a, b);
  if (left >= 8) s1 = step(s1, a + 16, b + 16);
  if (left >= 12) s2 = step(s2, a + 32, b + 32);
  const rest = left & 3;
  if (rest > 0) {
    const at = <usize>(left - rest) << 2;
    const p = a + at;
    const q = b + at;
    let difference = f32x4.splat(0);
    difference = f32x4.replace_lane(difference, 0, load<f32>(p) - load<f32>(q));
    if (rest > 1) difference = f32x4.replace_lane(difference, 1, load<f32>(p + 4) - load<f32>(q + 4));
    if (rest > 2) difference = f32x4.replace_lane(difference, 2, load<f32>(p + 8) - load<f32>(q + 8));
    const square = f32x4.mul(difference, difference);
    const group = (left - rest) >> 2;
    if (group == 0) s0 = f32x4.add(s0, square);
    else if (group == 1) s1 = f32x4.add(s1, square);
    else if (group == 2) s2 = f32x4.add(s2, square);
    else s3 = f32x4.add(s3, square);
  }
  return total(s0, s1, s2, s3);
}
