// The small matrix product behind the bounds.

/** Products added in one float32 run before they join the total: keeps the rounding error small at any depth. */
const RUN: i32 = 64;

/** out[4][8] = start[8] + a[4][depth] * panel[depth][8]; `stride` is the byte distance of the output rows. */
@inline
export function tile4x8(
  a0: usize, a1: usize, a2: usize, a3: usize,
  panel: usize, depth: i32, start0: v128, start1: v128, out: usize, stride: usize,
): void {
  let t00 = start0, t01 = start1, t10 = start0, t11 = start1;
  let t20 = start0, t21 = start1, t30 = start0, t31 = start1;
  for (let done: i32 = 0; done < depth; done += RUN) {
    const end = <usize>min(depth, done + RUN) << 2;
    let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
    for (let d = <usize>done << 2; d < end; d += 4) {
      const p0 = v128.load(panel);
      const p1 = v128.load(panel, 16);
      panel += 32;
      let v = v128.load32_splat(a0 + d);
      s00 = f32x4.add(s00, f32x4.mul(v, p0));
      s01 = f32x4.add(s01, f32x4.mul(v, p1));
      v = v128.load32_splat(a1 + d);
      s10 = f32x4.add(s10, f32x4.mul(v, p0));
      s11 = f32x4.add(s11, f32x4.mul(v, p1));
      v = v128.load32_splat(a2 + d);
      s20 = f32x4.add(s20, f32x4.mul(v, p0));
      s21 = f32x4.add(s21, f32x4.mul(v, p1));
      v = v128.load32_splat(a3 + d);
      s30 = f32x4.add(s30, f32x4.mul(v, p0));
      s31 = f32x4.add(s31, f32x4.mul(v, p1));
    }
    t00 = f32x4.add(t00, s00);
    t01 = f32x4.add(t01, s01);
    t10 = f32x4.add(t10, s10);
    t11 = f32x4.add(t11, s11);
    t20 = f32x4.add(t20, s20);
    t21 = f32x4.add(t21, s21);
    t30 = f32x4.add(t30, s30);
    t31 = f32x4.add(t31, s31);
  }
  v128.store(out, t00);
  v128.store(out, t01, 16);
  v128.store(out + stride, t10);
  v128.store(out + stride, t11, 16);
  v128.store(out + 2 * stride, t20);
  v128.store(out + 2 * stride, t21, 16);
  v128.store(out + 3 * stride, t30);
  v128.store(out + 3 * stride, t31, 16);
}
