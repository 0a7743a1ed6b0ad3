// The optimiser steps, four weights at a time.

import { fma } from '../wasm/fma.inline.as';

@inline
function take(at: usize, left: i32): v128 {
  return left >= 4 ? v128.load(at) : v128.load32_splat(at);
}

@inline
function put(at: usize, left: i32, value: v128): void {
  if (left >= 4) v128.store(at, value);
  else v128.store_lane<f32>(at, value, 0);
}

/** @param moments of the state; 1 */
export function sgdStep(
  weights: usize, gradient: usize, state: usize, count: i32, moments: i32,
  scale: f32, pull: f32, rate: f32, momentum: f32, nesterov: f32, next: usize, nextState: usize,
): void {
  const scales = f32x4.splat(scale), pulls = f32x4.splat(pull), rates = f32x4.splat(rate);
  const momenta = f32x4.splat(momentum);
  for (let i: i32 = 0; i < count; i += count - i >= 4 ? 4 : 1) {
    const at = <usize>i << 2;
    const left = count - i;
    const w = take(weights + at, left);
    const g = fma(scales, take(gradient + at, left), f32x4.mul(pulls, w));
    const v = fma(momenta, take(state + at, left), g);
    const along = nesterov == 1 ? fma(momenta, v, g) : v;
    put(nextState + at, left, v);
    put(next + at, left, f32x4.sub(w, f32x4.mul(rates, along)));
  }
}

/** @param moments rows of the state: 2, or 3 with the largest second moment */
export function adamStep(
  weights: usize, gradient: usize, state: usize, count: i32, moments: i32,
  scale: f32, pull: f32, fade: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, stride: f32, correction: f32,
  epsilon: f32, next: usize, nextState: usize,
): void {
  const scales = f32x4.splat(scale), pulls = f32x4.splat(pull), fades = f32x4.splat(fade);
  const betas1 = f32x4.splat(beta1), rests1 = f32x4.splat(rest1);
  const betas2 = f32x4.splat(beta2), rests2 = f32x4.splat(rest2);
  const strides = f32x4.splat(stride), corrections = f32x4.splat(correction), epsilons = f32x4.splat(epsilon);
  const row = <usize>count << 2;
  for (let i: i32 = 0; i < count; i += count - i >= 4 ? 4 : 1) {
    const at = <usize>i << 2;
    const left = count - i;
    const w = take(weights + at, left);
    const g = fma(scales, take(gradient + at, left), f32x4.mul(pulls, w));
    const m = fma(betas1, take(state + at, left), f32x4.mul(rests1, g));
    const v = fma(betas2, take(state + row + at, left), f32x4.mul(f32x4.mul(rests2, g), g));
    put(nextState + at, left, m);
    put(nextState + row + at, left, v);
    let peak = v;
    if (moments == 3) {
      peak = f32x4.max(take(state + 2 * row + at, left), v);
      put(nextState + 2 * row + at, left, peak);
    }
    const root = f32x4.add(f32x4.div(f32x4.sqrt(peak), corrections), epsilons);
    const step = f32x4.mul(strides, f32x4.div(m, root));
    put(next + at, left, f32x4.sub(f32x4.sub(w, f32x4.mul(fades, w)), step));
  }
}
