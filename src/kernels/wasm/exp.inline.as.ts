// exp of two numbers at a time in float64: exact enough that its float32 rounding is the true one but in rare draws.

/** Past these, float32 has only 0 and infinity. */
const FARTHEST: f64 = 160;

/** e^x; NaN stays NaN. */
@inline
export function exp64x2(given: v128): v128 {
  const x = f64x2.max(f64x2.splat(-FARTHEST), f64x2.min(f64x2.splat(FARTHEST), given));
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)));
  const r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(0.6931471805599453)));
  // Taylor's series to the tenth power of |r| <= ln 2 / 2: relative error below 1e-12.
  let p = f64x2.splat(1 / 3628800.0);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 362880.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 40320.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 5040.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 720.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 120.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 24.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1 / 6.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  return f64x2.mul(p, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52));
}
