// The inner loop of every filter here: a weighted sum of rows that lie anywhere.

import { fma } from './fma.inline.as';

/**
 * out[i] = sum over t < count of weights[t] * (base + offsets[t])[i], for i < n, in the order of t.
 * @param offsets in bytes, i32 [count]
 */
@inline
export function weightedSum(
  base: usize, offsets: usize, weights: usize, count: i32, out: usize, n: i32,
): void {
  const end = <usize>count << 2;
  const bytes = <usize>n << 2;
  let i: usize = 0;
  for (; i + 128 <= bytes; i += 128) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    for (let t: usize = 0; t < end; t += 4) {
      const weight = v128.load32_splat(weights + t);
      const at = base + i + <usize>load<i32>(offsets + t);
      s0 = fma(weight, v128.load(at), s0);
      s1 = fma(weight, v128.load(at, 16), s1);
      s2 = fma(weight, v128.load(at, 32), s2);
      s3 = fma(weight, v128.load(at, 48), s3);
      s4 = fma(weight, v128.load(at, 64), s4);
      s5 = fma(weight, v128.load(at, 80), s5);
      s6 = fma(weight, v128.load(at, 96), s6);
      s7 = fma(weight, v128.load(at, 112), s7);
    }
    v128.store(out + i, s0);
    v128.store(out + i, s1, 16);
    v128.store(out + i, s2, 32);
    v128.store(out + i, s3, 48);
    v128.store(out + i, s4, 64);
    v128.store(out + i, s5, 80);
    v128.store(out + i, s6, 96);
    v128.store(out + i, s7, 112);
  }
  for (; i + 64 <= bytes; i += 64) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let t: usize = 0; t < end; t += 4) {
      const weight = v128.load32_splat(weights + t);
      const at = base + i + <usize>load<i32>(offsets + t);
      s0 = fma(weight, v128.load(at), s0);
      s1 = fma(weight, v128.load(at, 16), s1);
      s2 = fma(weight, v128.load(at, 32), s2);
      s3 = fma(weight, v128.load(at, 48), s3);
    }
    v128.store(out + i, s0);
    v128.store(out + i, s1, 16);
    v128.store(out + i, s2, 32);
    v128.store(out + i, s3, 48);
  }
  for (; i + 16 <= bytes; i += 16) {
    let sum = f32x4.splat(0);
    for (let t: usize = 0; t < end; t += 4) {
      sum = fma(v128.load32_splat(weights + t), v128.load(base + i + <usize>load<i32>(offsets + t)), sum);
    }
    v128.store(out + i, sum);
  }
  for (; i < bytes; i += 4) {
    let sum: f32 = 0;
    for (let t: usize = 0; t < end; t += 4) {
      sum += load<f32>(weights + t) * load<f32>(base + i + <usize>load<i32>(offsets + t));
    }
    store<f32>(out + i, sum);
  }
}
