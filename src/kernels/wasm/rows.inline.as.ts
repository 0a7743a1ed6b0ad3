// Rows of floats added up, four at a time.

import { fma } from './fma.inline.as';

/** to[i] += weight * from[i]. */
@inline
export function addScaled(to: usize, from: usize, weight: f32, count: i32): void {
  const end = to + (<usize>count << 2);
  const splat = f32x4.splat(weight);
  for (; to + 16 <= end; to += 16) {
    v128.store(to, fma(splat, v128.load(from), v128.load(to)));
    from += 16;
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(to) + weight * load<f32>(from));
    from += 4;
  }
}

/** to[i] += from[i]. */
@inline
export function addRow(to: usize, from: usize, count: i32): void {
  const end = to + (<usize>count << 2);
  for (; to + 16 <= end; to += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    from += 16;
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    from += 4;
  }
}

/** to[i] += a[i] * b[i]. */
@inline
export function addProducts(to: usize, a: usize, b: usize, count: i32): void {
  const end = to + (<usize>count << 2);
  for (; to + 16 <= end; to += 16) {
    v128.store(to, fma(v128.load(a), v128.load(b), v128.load(to)));
    a += 16;
    b += 16;
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(to) + load<f32>(a) * load<f32>(b));
    a += 4;
    b += 4;
  }
}
