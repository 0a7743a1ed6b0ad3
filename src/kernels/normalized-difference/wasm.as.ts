// normalizedDifference: float32 SIMD where the norms are ordinary numbers, float64 for the locations where they are not.

import { fma } from '../wasm/fma.inline.as';

/** Sums of this many squares in float32 join a float64 total. */
const RUN: i32 = 4096;

/** Squared norms in this range are summed in float32, and no vector of them is clamped. */
const LEAST: f64 = 1e-15;
const MOST: f64 = 1e30;

@inline
function total(s0: v128, s1: v128, s2: v128, s3: v128): f64 {
  const v = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return (
    <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1) +
    (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3))
  );
}

function squares(a: usize, channels: i32): f64 {
  let sum: f64 = 0;
  for (let done: i32 = 0; done < channels; done += RUN) {
    const end = a + (<usize>min(channels - done, RUN) << 2);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; a + 64 <= end; a += 64) {
      const v0 = v128.load(a), v1 = v128.load(a, 16), v2 = v128.load(a, 32), v3 = v128.load(a, 48);
      s0 = fma(v0, v0, s0);
      s1 = fma(v1, v1, s1);
      s2 = fma(v2, v2, s2);
      s3 = fma(v3, v3, s3);
    }
    for (; a + 16 <= end; a += 16) {
      const v0 = v128.load(a);
      s0 = fma(v0, v0, s0);
    }
    sum += total(s0, s1, s2, s3);
    for (; a < end; a += 4) sum += <f64>load<f32>(a) * <f64>load<f32>(a);
  }
  return sum;
}

/** a / |a| - b / |b|; not fused, so that equal vectors give 0. */
@inline
function apart(a: usize, b: usize, ra: v128, rb: v128): v128 {
  return f32x4.sub(f32x4.mul(v128.load(a), ra), f32x4.mul(v128.load(b), rb));
}

@inline
function apart1(a: usize, b: usize, ra: f32, rb: f32): f32 {
  return load<f32>(a) * ra - load<f32>(b) * rb;
}

/** Sum of (a / |a| - b / |b|)^2, or of its product with a / |a|. */
@inline
function products(a: usize, b: usize, channels: i32, ra: f32, rb: f32, alongA: bool): f64 {
  const va = f32x4.splat(ra), vb = f32x4.splat(rb);
  let sum: f64 = 0;
  for (let done: i32 = 0; done < channels; done += RUN) {
    const end = a + (<usize>min(channels - done, RUN) << 2);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (; a + 64 <= end; a += 64, b += 64) {
      const e0 = apart(a, b, va, vb), e1 = apart(a + 16, b + 16, va, vb);
      const e2 = apart(a + 32, b + 32, va, vb), e3 = apart(a + 48, b + 48, va, vb);
      s0 = fma(e0, alongA ? f32x4.mul(v128.load(a), va) : e0, s0);
      s1 = fma(e1, alongA ? f32x4.mul(v128.load(a, 16), va) : e1, s1);
      s2 = fma(e2, alongA ? f32x4.mul(v128.load(a, 32), va) : e2, s2);
      s3 = fma(e3, alongA ? f32x4.mul(v128.load(a, 48), va) : e3, s3);
    }
    for (; a + 16 <= end; a += 16, b += 16) {
      const e0 = apart(a, b, va, vb);
      s0 = fma(e0, alongA ? f32x4.mul(v128.load(a), va) : e0, s0);
    }
    sum += total(s0, s1, s2, s3);
    for (; a < end; a += 4, b += 4) {
      const e = apart1(a, b, ra, rb);
      sum += <f64>e * <f64>(alongA ? load<f32>(a) * ra : e);
    }
  }
  return sum;
}

/** The square of the norm in float64 alone, which holds every float's square. */
function exactSquares(a: usize, channels: i32): f64 {
  let sum: f64 = 0;
  for (let c: usize = 0; c < <usize>channels << 2; c += 4) sum += <f64>load<f32>(a + c) * <f64>load<f32>(a + c);
  return sum;
}

/** The distance as the reference has it. */
function exactDifference(a: usize, b: usize, channels: i32, isCosine: i32, epsilon: f64): f64 {
  const normA = Math.sqrt(exactSquares(a, channels)), normB = Math.sqrt(exactSquares(b, channels));
  const overA = normA < epsilon ? epsilon : normA, overB = normB < epsilon ? epsilon : normB;
  let squared: f64 = 0, product: f64 = 0;
  for (let c: usize = 0; c < <usize>channels << 2; c += 4) {
    const u = <f64>load<f32>(a + c) / overA, v = <f64>load<f32>(b + c) / overB;
    squared += (u - v) * (u - v);
    product += u * v;
  }
  return isCosine && (normA < epsilon || normB < epsilon) ? 1 - product : 0.5 * squared;
}

@inline
function isOrdinary(aa: f64, bb: f64): bool {
  return aa > LEAST && aa < MOST && bb > LEAST && bb < MOST;
}

/** @param out [locations] */
export function normalizedDifference(
  a: usize, b: usize, locations: i32, channels: i32, isCosine: i32, epsilon: f64, out: usize,
): void {
  const bytes = <usize>channels << 2;
  for (let i: i32 = 0; i < locations; i++) {
    const aa = squares(a, channels), bb = squares(b, channels);
    const distance = isOrdinary(aa, bb)
      ? 0.5 * products(a, b, channels, <f32>(1 / Math.sqrt(aa)), <f32>(1 / Math.sqrt(bb)), false)
      : exactDifference(a, b, channels, isCosine, epsilon);
    store<f32>(out, <f32>distance);
    a += bytes;
    b += bytes;
    out += 4;
  }
}

function exactGradient(
  a: usize, b: usize, channels: i32, isCosine: i32, epsilon: f64, upstream: f64, out: usize,
): void {
  const normA = Math.sqrt(exactSquares(a, channels)), normB = Math.sqrt(exactSquares(b, channels));
  const isClamped = normA < epsilon;
  const overA = isClamped ? epsilon : normA, overB = normB < epsilon ? epsilon : normB;
  const keep: f64 = isClamped && isCosine ? 0 : 1;
  let along: f64 = 0;
  for (let c: usize = 0; c < <usize>channels << 2 && !isClamped; c += 4) {
    const u = <f64>load<f32>(a + c) / overA;
    along += (u - <f64>load<f32>(b + c) / overB) * u;
  }
  const scale = upstream / overA;
  for (let c: usize = 0; c < <usize>channels << 2; c += 4) {
    const u = <f64>load<f32>(a + c) / overA;
    store<f32>(out + c, <f32>(scale * (keep * u - <f64>load<f32>(b + c) / overB - u * along)));
  }
}

/**
 * @param upstream [locations]
 * @param out [locations, channels]
 */
export function normalizedDifferenceGradient(
  a: usize, b: usize, locations: i32, channels: i32, isCosine: i32, epsilon: f64, upstream: usize, out: usize,
): void {
  const bytes = <usize>channels << 2;
  for (let i: i32 = 0; i < locations; i++) {
    const aa = squares(a, channels), bb = squares(b, channels);
    const given = load<f32>(upstream);
    if (isOrdinary(aa, bb)) {
      const ra = <f32>(1 / Math.sqrt(aa)), rb = <f32>(1 / Math.sqrt(bb));
      const along = <f32>products(a, b, channels, ra, rb, true);
      const scale = given * ra;
      const va = f32x4.splat(ra), vb = f32x4.splat(rb), vt = f32x4.splat(along), vs = f32x4.splat(scale);
      let c: usize = 0;
      for (; c + 16 <= bytes; c += 16) {
        const u = f32x4.mul(v128.load(a + c), va);
        const e = f32x4.sub(u, f32x4.mul(v128.load(b + c), vb));
        v128.store(out + c, f32x4.mul(vs, f32x4.sub(e, f32x4.mul(u, vt))));
      }
      for (; c < bytes; c += 4) {
        store<f32>(out + c, scale * (apart1(a + c, b + c, ra, rb) - load<f32>(a + c) * ra * along));
      }
    } else {
      exactGradient(a, b, channels, isCosine, epsilon, given, out);
    }
    a += bytes;
    b += bytes;
    out += bytes;
    upstream += 4;
  }
}
