// The product behind covariances and factorisations: sums of outer products of rows, a 4 x 8 tile at a time.
import { fma } from './fma.inline.as';

/** out[4][8] = sum over k < count of left[k][0..3]^T right[k][0..7]; rows lie `stride` bytes apart. */
@inline
export function outerTile(left: usize, right: usize, stride: usize, count: i32, out: usize): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (let k: i32 = 0; k < count; k++) {
    const r0 = v128.load(right);
    const r1 = v128.load(right, 16);
    let l = v128.load32_splat(left);
    s00 = fma(l, r0, s00);
    s01 = fma(l, r1, s01);
    l = v128.load32_splat(left, 4);
    s10 = fma(l, r0, s10);
    s11 = fma(l, r1, s11);
    l = v128.load32_splat(left, 8);
    s20 = fma(l, r0, s20);
    s21 = fma(l, r1, s21);
    l = v128.load32_splat(left, 12);
    s30 = fma(l, r0, s30);
    s31 = fma(l, r1, s31);
    left += stride;
    right += stride;
  }
  v128.store(out, s00);
  v128.store(out, s01, 16);
  v128.store(out, s10, 32);
  v128.store(out, s11, 48);
  v128.store(out, s20, 64);
  v128.store(out, s21, 80);
  v128.store(out, s30, 96);
  v128.store(out, s31, 112);
}
