// Slices picked by index.

/**
 * out[b][o][i] = x[b][o][indices[b][i]], slices of `bytes` bytes.
 * @param size slices of x along the picked axis, `count` those of out
 */
export function gatherSlices(
  x: usize, indices: usize, batch: i32, outer: i32, size: i32, count: i32, bytes: usize, out: usize,
): void {
  for (let b: i32 = 0; b < batch; b++) {
    for (let o: i32 = 0; o < outer; o++) {
      if (bytes == 4) {
        for (let i: i32 = 0; i < count; i++) {
          store<i32>(out, load<i32>(x + (<usize>load<i32>(indices + (<usize>i << 2)) << 2)));
          out += 4;
        }
      } else {
        for (let i: i32 = 0; i < count; i++) {
          memory.copy(out, x + <usize>load<i32>(indices + (<usize>i << 2)) * bytes, bytes);
          out += bytes;
        }
      }
      x += <usize>size * bytes;
    }
    indices += <usize>count << 2;
  }
}
