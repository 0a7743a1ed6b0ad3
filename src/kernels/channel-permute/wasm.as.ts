// Channels in another order: four rows share each look at the order, four channels each store.

@inline
function pick(row: usize, a: i32, b: i32, c: i32, d: i32): v128 {
  let four = v128.load32_zero(row + (<usize>a << 2));
  four = v128.load_lane<f32>(row + (<usize>b << 2), four, 1);
  four = v128.load_lane<f32>(row + (<usize>c << 2), four, 2);
  return v128.load_lane<f32>(row + (<usize>d << 2), four, 3);
}

/** y[r][c] = x[r][order[c]] for x, y [rows, channels] */
export function channelPermute(x: usize, order: usize, rows: i32, channels: i32, y: usize): void {
  const bytes = <usize>channels << 2;
  let r: i32 = 0;
  for (; r + 4 <= rows; r += 4) {
    const x1 = x + bytes, x2 = x1 + bytes, x3 = x2 + bytes;
    let to = y;
    let o = order;
    for (const end = order + (bytes & ~15); o < end; o += 16) {
      const a = load<i32>(o), b = load<i32>(o, 4), c = load<i32>(o, 8), d = load<i32>(o, 12);
      v128.store(to, pick(x, a, b, c, d));
      v128.store(to + bytes, pick(x1, a, b, c, d));
      v128.store(to + 2 * bytes, pick(x2, a, b, c, d));
      v128.store(to + 3 * bytes, pick(x3, a, b, c, d));
      to += 16;
    }
    for (const end = order + bytes; o < end; o += 4) {
      const from = <usize>load<i32>(o) << 2;
      store<f32>(to, load<f32>(x + from));
      store<f32>(to + bytes, load<f32>(x1 + from));
      store<f32>(to + 2 * bytes, load<f32>(x2 + from));
      store<f32>(to + 3 * bytes, load<f32>(x3 + from));
      to += 4;
    }
    x += 4 * bytes;
    y += 4 * bytes;
  }
  for (; r < rows; r++) {
    for (let c: usize = 0; c < bytes; c += 4) store<f32>(y + c, load<f32>(x + (<usize>load<i32>(order + c) << 2)));
    x += bytes;
    y += bytes;
  }
}
