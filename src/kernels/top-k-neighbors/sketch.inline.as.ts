// Rows as int16: sketches, whose products are exact integers and whose distances bound the true ones from below.
//
// A row x less a centre c is s r + rest, with r of D int16, s = ||x - c|| / LONGEST and ||rest|| <= e = s (sqrt(D) / 2 + rounding). Of two
// rows then ||x1 - x2|| >= ||s1 r1 - s2 r2|| - e1 - e2. A row cannot be nearer than sqrt(beat) if
//   ||s1 r1 - s2 r2||^2 > (B + e2)^2,   B = sqrt(beat) + e1,
// where `beat` is raised by what the exact distance may lose in rounding. With t = (s ||r||)^2 (1 - SLACK), SLACK for the float32
// rounding of this test itself, it reads
//   t2 - 2 s1 s2 <r1, r2> - e2 (2 B + e2) > B^2 (1 + SLACK) - t1.
//
// Layout of a set of n rows (rounded up to 8, absent rows with t = Infinity) of depth D (rounded up to 4): the int16s, then s, t and e
// as float32. Of a bank the int16s are panels of 8 rows: for every pair of dimensions the pairs of 8 rows. Of queries they are rows.

/** Relative rounding, in float32, of the test and of what goes into it; generous. */
export const SLACK: f64 = 1.0 / 1048576.0;

@inline
export function padded(count: i32): i32 {
  return (count + 7) & ~7;
}

@inline
export function paddedDepth(depth: i32): i32 {
  return (depth + 3) & ~3;
}

/** Where the scales of a set lie; terms and errors follow, each with as many floats as there are padded rows. */
@inline
export function scalesOf(set: usize, count: i32, depth: i32): usize {
  return set + ((<usize>padded(count) * <usize>paddedDepth(depth)) << 1);
}

/** The product of 4 queries (`stride` bytes apart) with a panel of 8 rows, as terms2 - 2 s1 s2 <r1, r2>, to `out` rows. */
@inline
export function tile4x8Sketches(
  query: usize, stride: usize, panel: usize, depth: i32, minus: usize, scales: usize, terms: usize, out: usize, outStride: usize,
): void {
  const q1 = query + stride, q2 = q1 + stride, q3 = q2 + stride;
  let a0 = i32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (let at: usize = 0, end = <usize>depth << 1; at < end; at += 4) {
    const p0 = v128.load(panel), p1 = v128.load(panel, 16);
    panel += 32;
    let v = v128.load32_splat(query + at);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v, p0));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v, p1));
    v = v128.load32_splat(q1 + at);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v, p0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v, p1));
    v = v128.load32_splat(q2 + at);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v, p0));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v, p1));
    v = v128.load32_splat(q3 + at);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(v, p0));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(v, p1));
  }
  const s0 = v128.load(scales), s1 = v128.load(scales, 16), t0 = v128.load(terms), t1 = v128.load(terms, 16);
  put(out, a0, a1, v128.load32_splat(minus), s0, s1, t0, t1);
  put(out + outStride, b0, b1, v128.load32_splat(minus, 4), s0, s1, t0, t1);
  put(out + 2 * outStride, c0, c1, v128.load32_splat(minus, 8), s0, s1, t0, t1);
  put(out + 3 * outStride, d0, d1, v128.load32_splat(minus, 12), s0, s1, t0, t1);
}

@inline
function put(out: usize, x: v128, y: v128, minus: v128, s0: v128, s1: v128, t0: v128, t1: v128): void {
  const twice = f32x4.mul(minus, f32x4.splat(-2));
  v128.store(out, f32x4.add(t0, f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(x), s0), twice)));
  v128.store(out, f32x4.add(t1, f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(y), s1), twice)), 16);
}

/** The test for one query: a row is out if value - error (reach2 + error) > limit. */
@inline
export function reachOf(beat: f32, slack: f64, error: f32): f64 {
  return Math.sqrt(<f64>beat * slack) * (1 + SLACK) + 1e-18 + <f64>error;
}

@inline
export function limitOf(reach: f64, term: f32): f32 {
  return <f32>(reach * reach * (1 + SLACK) - <f64>term);
}
