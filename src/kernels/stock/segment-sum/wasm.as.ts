// Rows summed by segment: the gradient of gather.
import { addRow } from '../../wasm/rows.inline.as';

/** out[ids[i]] += x[i] for rows of `width` floats; ids outside 0..segments - 1 are dropped. */
export function segmentSum(x: usize, ids: usize, count: i32, width: i32, segments: i32, out: usize): void {
  const rowBytes = <usize>width << 2;
  memory.fill(out, 0, <usize>segments * rowBytes);
  for (let i: i32 = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id >= 0 && id < segments) addRow(out + <usize>id * rowBytes, x, width);
    x += rowBytes;
  }
}
