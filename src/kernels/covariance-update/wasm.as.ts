// covarianceUpdate and covarianceMerge on the memory of tfjs's wasm backend. Rows in scratch are padded with zeros to a multiple of 8.
import { outerTile } from '../wasm/rank.inline.as';

/** Deviations multiplied out at a time; plan.ts knows it too. */
const CHUNK: i32 = 64;

/** out[width] = x[depth] - a[depth], then zeros. */
@inline
function difference(x: usize, a: usize, out: usize, depth: usize, width: usize): void {
  let d: usize = 0;
  for (; d + 4 <= depth; d += 4) {
    v128.store(out + (d << 2), f32x4.sub(v128.load(x + (d << 2)), v128.load(a + (d << 2))));
  }
  for (; d < depth; d++) store<f32>(out + (d << 2), load<f32>(x + (d << 2)) - load<f32>(a + (d << 2)));
  for (; d < width; d++) store<f32>(out + (d << 2), 0);
}

/** out += the outer products of `count` rows, on packed triangles; reads `known` (none where 0) instead of `out`. */
function addOuter(rows: usize, count: i32, depth: i32, stride: usize, known: usize, out: usize, tile: usize): void {
  for (let i: i32 = 0; i < depth; i += 4) {
    const rowCount = min(4, depth - i);
    for (let j: i32 = 0; j < i + rowCount; j += 8) {
      outerTile(rows + (<usize>i << 2), rows + (<usize>j << 2), stride, count, tile);
      for (let r: i32 = 0; r < rowCount; r++) {
        const at = (<usize>(((i + r) * (i + r + 1)) >> 1) + <usize>j) << 2;
        const from = tile + (<usize>r << 5);
        const columns = min(8, i + r + 1 - j);
        if (columns == 8) {
          let low = v128.load(from);
          let high = v128.load(from, 16);
          if (known) {
            low = f32x4.add(low, v128.load(known + at));
            high = f32x4.add(high, v128.load(known + at, 16));
          }
          v128.store(out + at, low);
          v128.store(out + at, high, 16);
        } else {
          for (let c: usize = 0; c < <usize>max(columns, 0); c++) {
            const before = known ? load<f32>(known + at + (c << 2)) : 0;
            store<f32>(out + at + (c << 2), before + load<f32>(from + (c << 2)));
          }
        }
      }
    }
  }
}

/**
 * Offsets moved by one batch, and what that adds to the scatter: offset += (mean - offset) keep; shiftRow = (mean - offset) shift.
 * @param offset of the batches before; 0 if there are none
 * @param mean padded; also `shiftRow`
 */
@inline
function moveOffset(offset: usize, mean: usize, shiftRow: usize, depth: i32, shift: f32, keep: f32, out: usize): void {
  for (let d: usize = 0; d < <usize>depth << 2; d += 4) {
    const before = offset ? load<f32>(offset + d) : 0;
    const apart = load<f32>(mean + d) - before;
    store<f32>(shiftRow + d, apart * shift);
    store<f32>(out + d, before + apart * keep);
  }
}

/**
 * @param features of the first position that counts; images lie `imageBytes` apart
 * @param anchor with offset and scatter of the batches before; 0 if there are none
 * @param shift sqrt(n B / (n + B)) and keep = B / (n + B) for n images before
 * @param scratch (CHUNK + 3) rows of `width` floats, and 32 floats
 */
export function covarianceUpdate(
  features: usize, batch: i32, imageBytes: usize, count: i32, depth: i32, width: i32,
  anchor: usize, offset: usize, scatter: usize, shift: f32, keep: f32, scratch: usize,
  anchorOut: usize, offsetOut: usize, scatterOut: usize,
): void {
  const bytes = <usize>depth << 2;
  const stride = <usize>width << 2;
  const packed = <usize>((depth * (depth + 1)) >> 1) << 2;
  const mean = scratch;
  const part = mean + stride;
  const rows = part + stride;
  const tile = rows + <usize>(CHUNK + 1) * stride;
  for (let p: usize = 0; p < <usize>count; p++) {
    const x = features + p * bytes;
    const origin = anchorOut + p * bytes;
    memory.copy(origin, anchor ? anchor + p * bytes : x, bytes);
    memory.fill(mean, 0, stride);
    for (let from: i32 = 0; from < batch; from += CHUNK) {
      memory.fill(part, 0, stride);
      for (let b = from; b < min(batch, from + CHUNK); b++) {
        difference(x + <usize>b * imageBytes, origin, rows, depth, width);
        for (let d: usize = 0; d < stride; d += 16) {
          v128.store(part + d, f32x4.add(v128.load(part + d), v128.load(rows + d)));
        }
      }
      const share = f32x4.splat(1 / <f32>batch);
      for (let d: usize = 0; d < stride; d += 16) {
        v128.store(mean + d, f32x4.add(v128.load(mean + d), f32x4.mul(share, v128.load(part + d))));
      }
    }
    let known = scatter ? scatter + p * packed : 0;
    const out = scatterOut + p * packed;
    for (let from: i32 = 0; from < batch; from += CHUNK) {
      let used = min(CHUNK, batch - from);
      for (let k: i32 = 0; k < used; k++) {
        const row = rows + <usize>k * stride;
        difference(x + <usize>(from + k) * imageBytes, origin, row, depth, width);
        for (let d: usize = 0; d < stride; d += 16) {
          v128.store(row + d, f32x4.sub(v128.load(row + d), v128.load(mean + d)));
        }
      }
      if (from == 0) {
        const row = rows + <usize>used * stride;
        memory.fill(row, 0, stride);
        moveOffset(offset ? offset + p * bytes : 0, mean, row, depth, shift, keep, offsetOut + p * bytes);
        if (offset) used++;
      }
      addOuter(rows, used, depth, stride, known, out, tile);
      known = out;
    }
  }
}

/**
 * @param shift sqrt(n m / (n + m)) and keep = m / (n + m) for n and m images
 * @param scratch 2 rows of `width` floats, and 32 floats
 */
export function covarianceMerge(
  count: i32, depth: i32, width: i32, anchor: usize, offset: usize, scatter: usize,
  otherAnchor: usize, otherOffset: usize, otherScatter: usize, shift: f32, keep: f32, scratch: usize,
  anchorOut: usize, offsetOut: usize, scatterOut: usize,
): void {
  const bytes = <usize>depth << 2;
  const stride = <usize>width << 2;
  const packed = <usize>((depth * (depth + 1)) >> 1) << 2;
  const mean = scratch;
  const row = mean + stride;
  const tile = row + stride;
  memory.fill(row, 0, stride);
  memory.copy(anchorOut, anchor, <usize>count * bytes);
  for (let p: usize = 0; p < <usize>count; p++) {
    difference(otherAnchor + p * bytes, anchor + p * bytes, mean, depth, width);
    for (let d: usize = 0; d < bytes; d += 4) {
      store<f32>(mean + d, load<f32>(mean + d) + load<f32>(otherOffset + p * bytes + d));
    }
    moveOffset(offset + p * bytes, mean, row, depth, shift, keep, offsetOut + p * bytes);
    addOuter(row, 1, depth, stride, scatter + p * packed, scatterOut + p * packed, tile);
  }
  const end = <usize>count * packed;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    v128.store(scatterOut + at, f32x4.add(v128.load(scatterOut + at), v128.load(otherScatter + at)));
  }
  for (; at < end; at += 4) store<f32>(scatterOut + at, load<f32>(scatterOut + at) + load<f32>(otherScatter + at));
}
