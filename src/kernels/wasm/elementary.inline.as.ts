// exp, log, atan and tanh of four floats, within 2 to 4 units in the last place. Minimax polynomials after the usual reduction; NaN
// gives NaN.

import { fma } from './fma.inline.as';

@inline
function horner(z: v128, sum: v128, coefficient: f32): v128 {
  return fma(sum, z, f32x4.splat(coefficient));
}

/** 0 below -104, Infinity from 88.73 on, subnormal results included. */
@inline
export function exp4(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(89)), f32x4.splat(-104));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269502)));
  // ln 2 in two parts, the first of few bits, so that its multiples are exact.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-0.000212194442)));
  let p = f32x4.splat(0.00139013097);
  p = horner(r, p, 0.00836320006);
  p = horner(r, p, 0.0416668541);
  p = horner(r, p, 0.16666577);
  p = horner(r, p, 0.499999996);
  p = f32x4.add(fma(f32x4.mul(r, r), p, r), f32x4.splat(1));
  // 2^n in two factors, because n may lie outside the exponents of normal numbers.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const bias = i32x4.splat(127);
  const first = i32x4.shl(i32x4.add(half, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(whole, half), bias), 23);
  return f32x4.mul(f32x4.mul(p, first), second);
}

/** Of positive normal numbers only. */
@inline
export function log4(x: v128): v128 {
  // x = m 2^e with m in sqrt(1/2)..sqrt(2)
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const r = f32x4.sub(m, f32x4.splat(1));
  let p = f32x4.splat(-0.0806465839);
  p = horner(r, p, 0.129178698);
  p = horner(r, p, -0.130725528);
  p = horner(r, p, 0.141734547);
  p = horner(r, p, -0.166289203);
  p = horner(r, p, 0.200026955);
  p = horner(r, p, -0.250007512);
  p = horner(r, p, 0.333333129);
  p = horner(r, p, -0.499999977);
  const fraction = fma(f32x4.mul(r, r), p, r);
  return fma(e, f32x4.splat(0.693359375), fma(e, f32x4.splat(-0.000212194442), fraction));
}

@inline
export function atan4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const a = f32x4.abs(x);
  const far = f32x4.gt(a, f32x4.splat(1));
  const z = v128.bitselect(f32x4.div(f32x4.splat(1), a), a, far);
  const square = f32x4.mul(z, z);
  let p = f32x4.splat(-0.00250854361);
  p = horner(square, p, 0.0139963374);
  p = horner(square, p, -0.0366700146);
  p = horner(square, p, 0.0631819352);
  p = horner(square, p, -0.0868902951);
  p = horner(square, p, 0.110420307);
  p = horner(square, p, -0.142796154);
  p = horner(square, p, 0.1999979);
  p = horner(square, p, -0.333333321);
  const near = fma(f32x4.mul(z, square), p, z);
  return v128.or(sign, v128.bitselect(f32x4.sub(f32x4.splat(1.57079637), near), near, far));
}

@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const a = f32x4.abs(x);
  const square = f32x4.mul(a, a);
  let p = f32x4.splat(-0.00609693414);
  p = horner(square, p, 0.020997351);
  p = horner(square, p, -0.0538509516);
  p = horner(square, p, 0.133327701);
  p = horner(square, p, -0.333333289);
  const near = fma(f32x4.mul(a, square), p, a);
  const one = f32x4.splat(1);
  const e = exp4(f32x4.mul(a, f32x4.splat(-2)));
  const far = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  return v128.or(sign, v128.bitselect(near, far, f32x4.lt(a, f32x4.splat(0.625))));
}
