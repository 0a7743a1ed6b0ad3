// topKNeighbors and the pruned search of NeighborIndex on the memory of tfjs's wasm backend.
import { squaredDistance } from '../wasm/distance.inline.as';
import { tile4x8 } from '../wasm/tile.inline.as';

@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

function clear(squared: usize, rows: usize, k: i32): void {
  for (let i: i32 = 0; i < k; i++) {
    store<f32>(at(squared, i), Infinity);
    store<i32>(at(rows, i), -1);
  }
}

/** Puts a value that is below the last one behind all that are not above it: the earlier row wins a tie. */
function insert(squared: usize, rows: usize, k: i32, value: f32, row: i32): void {
  let i = k - 1;
  for (; i > 0 && load<f32>(at(squared, i - 1)) > value; i--) {
    store<f32>(at(squared, i), load<f32>(at(squared, i - 1)));
    store<i32>(at(rows, i), load<i32>(at(rows, i - 1)));
  }
  store<f32>(at(squared, i), value);
  store<i32>(at(rows, i), row);
}

/** @param blockRows bank rows that stay in the cache while all queries pass over them */
export function topKNeighbors(
  queries: usize, queryCount: i32, bank: usize, bankCount: i32, depth: i32, k: i32, blockRows: i32,
  squared: usize, rows: usize,
): void {
  const rowBytes = <usize>depth << 2;
  const listBytes = <usize>k << 2;
  for (let q: i32 = 0; q < queryCount; q++) clear(squared + <usize>q * listBytes, rows + <usize>q * listBytes, k);
  for (let from: i32 = 0; from < bankCount; from += blockRows) {
    const to = min(bankCount, from + blockRows);
    for (let q: i32 = 0; q < queryCount; q++) {
      const query = queries + <usize>q * rowBytes;
      const list = squared + <usize>q * listBytes;
      const listRows = rows + <usize>q * listBytes;
      let worst = load<f32>(at(list, k - 1));
      let row = bank + <usize>from * rowBytes;
      for (let i = from; i < to; i++) {
        const value = squaredDistance(query, row, depth, worst);
        if (value < worst) {
          insert(list, listRows, k, value, i);
          worst = load<f32>(at(list, k - 1));
        }
        row += rowBytes;
      }
    }
  }
}

/** A bound that the distances of k different rows do not reach: those with the k smallest lower bounds. */
function upperBound(
  query: usize, bank: usize, bankCount: i32, depth: i32, k: i32, bounds: usize, squared: usize, rows: usize,
): f32 {
  clear(squared, rows, k);
  let worst: f32 = Infinity;
  let limit = f32x4.splat(worst);
  for (let i: i32 = 0; i < bankCount; i += 4) {
    if (!v128.any_true(f32x4.lt(v128.load(at(bounds, i)), limit))) continue;
    for (let j = i; j < min(i + 4, bankCount); j++) {
      const value = load<f32>(at(bounds, j));
      if (value < worst) {
        insert(squared, rows, k, value, j);
        worst = load<f32>(at(squared, k - 1));
      }
    }
    limit = f32x4.splat(worst);
  }
  let bound: f32 = 0;
  for (let i: i32 = 0; i < k; i++) {
    const row = load<i32>(at(rows, i));
    if (row < 0) return Infinity;
    const value = squaredDistance(query, bank + (<usize>row * <usize>depth << 2), depth, Infinity);
    if (!(value < Infinity)) return Infinity;
    if (value > bound) bound = value;
  }
  // The next float up, so that "below the bound" lets these rows themselves in.
  return reinterpret<f32>(reinterpret<i32>(bound) + 1);
}

/**
 * @param reduced queries in the basis, times the cross factor [queryCount rounded up to tileQueries, width]
 * @param queryTerms [queryCount]
 * @param panels the bank in the basis, in panels of 8 rows; bankTerms has Infinity for the absent rows of the last one
 * @param bounds scratch, tileQueries x (bankCount rounded up to 8) floats
 */
export function prunedNeighbors(
  queries: usize, queryCount: i32, bank: usize, bankCount: i32, depth: i32, k: i32,
  reduced: usize, queryTerms: usize, panels: usize, bankTerms: usize, width: i32, tileQueries: i32, bounds: usize,
  squared: usize, rows: usize,
): void {
  const rowBytes = <usize>depth << 2;
  const listBytes = <usize>k << 2;
  const reducedBytes = <usize>width << 2;
  const boundsBytes = (<usize>((bankCount + 7) & ~7)) << 2;
  const panelBytes = <usize>width << 5;
  for (let from: i32 = 0; from < queryCount; from += tileQueries) {
    const to = min(queryCount, from + tileQueries);
    for (let i: i32 = 0; i < bankCount; i += 8) {
      const panel = panels + <usize>(i >> 3) * panelBytes;
      const start0 = v128.load(at(bankTerms, i));
      const start1 = v128.load(at(bankTerms, i + 4));
      for (let q = from; q < to; q += 4) {
        const a = reduced + <usize>q * reducedBytes;
        tile4x8(
          a, a + reducedBytes, a + 2 * reducedBytes, a + 3 * reducedBytes, panel, width, start0, start1,
          bounds + <usize>(q - from) * boundsBytes + (<usize>i << 2), boundsBytes,
        );
      }
    }
    for (let q = from; q < to; q++) {
      const query = queries + <usize>q * rowBytes;
      const list = squared + <usize>q * listBytes;
      const listRows = rows + <usize>q * listBytes;
      const own = bounds + <usize>(q - from) * boundsBytes;
      const limit = upperBound(query, bank, bankCount, depth, k, own, list, listRows);
      clear(list, listRows, k);
      let beat = limit;
      const term = f32x4.splat(load<f32>(at(queryTerms, q)));
      for (let i: i32 = 0; i < bankCount; i += 4) {
        const out = f32x4.gt(f32x4.add(v128.load(at(own, i)), term), f32x4.splat(beat));
        if (i32x4.all_true(out)) continue;
        const mask = i32x4.bitmask(out);
        for (let j: i32 = 0; j < 4 && i + j < bankCount; j++) {
          if (mask & (1 << j)) continue;
          const value = squaredDistance(query, bank + <usize>(i + j) * rowBytes, depth, beat);
          if (value < beat) {
            insert(list, listRows, k, value, i + j);
            const worst = load<f32>(at(list, k - 1));
            if (worst < beat) beat = worst;
          }
        }
      }
    }
  }
}
