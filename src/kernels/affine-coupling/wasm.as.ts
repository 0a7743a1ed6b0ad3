// The affine coupling, four channels at a time, each element read and written once.

import { atan4, exp4, tanh4 } from '../wasm/elementary.inline.as';

/** 0.636 atan(u) or tanh(u), times alpha */
@inline
function logScale4(u: v128, isTanh: bool, factor: v128): v128 {
  return f32x4.mul(isTanh ? tanh4(u) : atan4(u), factor);
}

/** alpha, with 0.636 for atan */
@inline
function factorOf(isTanh: bool, alpha: f32): v128 {
  return f32x4.splat(isTanh ? alpha : alpha * 0.636);
}

@inline
function couple(x: v128, t: v128, rho: v128, inverse: bool): v128 {
  return inverse
    ? f32x4.mul(f32x4.sub(x, t), exp4(f32x4.neg(rho)))
    : f32x4.add(f32x4.mul(x, exp4(rho)), t);
}

@inline
function lanes(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3))
  );
}

/** Vectors that are summed in float32 before they join the float64 sum. */
const RUN: i32 = 32;

/**
 * y [rows, channels] and the log-determinant [samples] of x [rows, channels] and parameters [rows, 2 channels].
 * @param rows of one sample
 */
export function affineCoupling(
  x: usize, parameters: usize, samples: i32, rows: i32, channels: i32,
  isTanh: bool, alpha: f32, slope: f32, shift: f32, inverse: bool, y: usize, logDeterminant: usize,
): void {
  const factor = factorOf(isTanh, alpha);
  const slopes = f32x4.splat(slope);
  const shifts = f32x4.splat(shift);
  const bytes = <usize>channels << 2;
  for (let sample: i32 = 0; sample < samples; sample++) {
    let total: f64 = 0;
    for (let row: i32 = 0; row < rows; row++) {
      const offsets = parameters + bytes;
      let c: usize = 0;
      while (c + 16 <= bytes) {
        let sum = f32x4.splat(0);
        const end = min(bytes, c + (RUN << 4));
        for (; c + 16 <= end; c += 16) {
          const rho = logScale4(f32x4.mul(v128.load(parameters + c), slopes), isTanh, factor);
          v128.store(y + c, couple(v128.load(x + c), f32x4.mul(v128.load(offsets + c), shifts), rho, inverse));
          sum = f32x4.add(sum, rho);
        }
        total += lanes(sum);
      }
      for (; c < bytes; c += 4) {
        const rho = logScale4(f32x4.mul(v128.load32_splat(parameters + c), slopes), isTanh, factor);
        const t = f32x4.mul(v128.load32_splat(offsets + c), shifts);
        v128.store_lane<f32>(y + c, couple(v128.load32_splat(x + c), t, rho, inverse), 0);
        total += <f64>f32x4.extract_lane(rho, 0);
      }
      x += bytes;
      y += bytes;
      parameters += 2 * bytes;
    }
    store<f32>(logDeterminant, <f32>(inverse ? -total : total));
    logDeterminant += 4;
  }
}

/** d rho / du, times factor */
@inline
function slope4(u: v128, isTanh: bool, factor: v128): v128 {
  const one = f32x4.splat(1);
  if (isTanh) {
    const g = tanh4(u);
    return f32x4.mul(factor, f32x4.sub(one, f32x4.mul(g, g)));
  }
  return f32x4.div(factor, f32x4.add(one, f32x4.mul(u, u)));
}

/** dx [rows, channels] and dParameters [rows, 2 channels] from dy [rows, channels] and dLogDeterminant [samples]. */
export function affineCouplingGradient(
  x: usize, parameters: usize, dy: usize, dLogDeterminant: usize, samples: i32, rows: i32, channels: i32,
  isTanh: bool, alpha: f32, slope: f32, shift: f32, dx: usize, dParameters: usize,
): void {
  const factor = factorOf(isTanh, alpha);
  const steep = f32x4.mul(factor, f32x4.splat(slope));
  const slopes = f32x4.splat(slope);
  const shifts = f32x4.splat(shift);
  const bytes = <usize>channels << 2;
  for (let sample: i32 = 0; sample < samples; sample++) {
    const dl = v128.load32_splat(dLogDeterminant + (<usize>sample << 2));
    for (let row: i32 = 0; row < rows; row++) {
      let c: usize = 0;
      for (; c + 16 <= bytes; c += 16) {
        const u = f32x4.mul(v128.load(parameters + c), slopes);
        const given = v128.load(dy + c);
        const through = f32x4.mul(given, exp4(logScale4(u, isTanh, factor)));
        v128.store(dx + c, through);
        const ds = f32x4.mul(f32x4.add(f32x4.mul(through, v128.load(x + c)), dl), slope4(u, isTanh, steep));
        v128.store(dParameters + c, ds);
        v128.store(dParameters + bytes + c, f32x4.mul(given, shifts));
      }
      for (; c < bytes; c += 4) {
        const u = f32x4.mul(v128.load32_splat(parameters + c), slopes);
        const given = v128.load32_splat(dy + c);
        const through = f32x4.mul(given, exp4(logScale4(u, isTanh, factor)));
        v128.store_lane<f32>(dx + c, through, 0);
        const ds = f32x4.mul(f32x4.add(f32x4.mul(through, v128.load32_splat(x + c)), dl), slope4(u, isTanh, steep));
        v128.store_lane<f32>(dParameters + c, ds, 0);
        v128.store_lane<f32>(dParameters + bytes + c, f32x4.mul(given, shifts), 0);
      }
      x += bytes;
      dx += bytes;
      dy += bytes;
      parameters += 2 * bytes;
      dParameters += 2 * bytes;
    }
  }
}
