// a * b + c, rounded once where the engine has relaxed SIMD (its module is built with the feature, the other one without), else
// twice. Only for kernels whose results are bounded, not for those that follow a reference bit for bit.

@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
