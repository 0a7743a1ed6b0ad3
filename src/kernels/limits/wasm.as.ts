// What this machine can do at most, for the benchmark: multiply-adds in registers, and a copy.
import { fma } from '../wasm/fma.inline.as';

/** 12 chains of `rounds` vector multiply-adds, as many as registers hold: 96 x rounds floating-point operations. Gives back their sum. */
export function limitMultiplyAdd(rounds: i32): f32 {
  const factor = f32x4.splat(0.999);
  const term = f32x4.splat(0.001);
  let a = term, b = term, c = term, d = term, e = term, f = term;
  let g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
  for (let round: i32 = 0; round < rounds; round++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
    i = fma(i, factor, term);
    j = fma(j, factor, term);
    k = fma(k, factor, term);
    l = fma(l, factor, term);
  }
  const left = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
  const right = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(k, l));
  return f32x4.extract_lane(f32x4.add(left, right), 0);
}

export function limitCopy(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
