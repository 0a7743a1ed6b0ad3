// topKNeighbors on the memory of tfjs's wasm backend: row by row, or by sketches that rule out most rows.
import { squaredDistance } from '../wasm/distance.inline.as';
import { limitOf, padded, paddedDepth, reachOf, scalesOf, tile4x8Sketches } from './sketch.inline.as';
import { sketchRows } from './sketch.as';

@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/** Empties the lists of `count` queries. */
export function clearNeighbors(squared: usize, rows: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i++) {
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

/**
 * Adds a bank to lists that hold none of its rows or only earlier ones, by all distances.
 * @param first number of the bank's first row
 * @param blockRows bank rows that stay in the cache while all queries pass over them
 */
export function directNeighbors(
  queries: usize, queryCount: i32, depth: i32, k: i32, bank: usize, bankCount: i32, first: i32, blockRows: i32,
  squared: usize, rows: usize,
): void {
  const rowBytes = <usize>depth << 2;
  for (let from: i32 = 0; from < bankCount; from += blockRows) {
    const to = min(bankCount, from + blockRows);
    for (let q: i32 = 0; q < queryCount; q++) {
      const query = queries + <usize>q * rowBytes;
      const list = at(squared, q * k);
      const listRows = at(rows, q * k);
      let worst = load<f32>(at(list, k - 1));
      let row = bank + <usize>from * rowBytes;
      for (let i = from; i < to; i++) {
        const value = squaredDistance(query, row, depth, worst);
        if (value < worst) {
          insert(list, listRows, k, value, first + i);
          worst = load<f32>(at(list, k - 1));
        }
        row += rowBytes;
      }
    }
  }
}

/** values[4][count] of the queries from..from + 4 and the panels of the rows start..start + count. */
function fillValues(
  querySet: usize, queryCount: i32, from: i32, bankSet: usize, bankCount: i32, start: i32, count: i32, wide: i32,
  values: usize,
): void {
  const rowBytes = <usize>wide << 1;
  const query = querySet + <usize>from * rowBytes;
  const minus = at(scalesOf(querySet, queryCount, wide), from);
  const scales = at(scalesOf(bankSet, bankCount, wide), start);
  const terms = at(scales, padded(bankCount));
  const stride = <usize>count << 2;
  for (let i: i32 = 0; i < count; i += 8) {
    const panel = bankSet + <usize>(start + i) * rowBytes;
    tile4x8Sketches(query, rowBytes, panel, wide, minus, at(scales, i), at(terms, i), at(values, i), stride);
  }
}

/**
 * Adds a bank to lists that hold none of its rows or only earlier ones, by sketches.
 * @param wide numbers per sketch, a multiple of 4
 * @param first number of the bank's first row
 * @param limits for every query a distance that rows are to be below, float32, `limitStep` floats from one to the next; or 0
 * @param slack what squared distances may lose in rounding, as a factor
 * @param blockRows a multiple of 8
 * @param values scratch, 4 x blockRows floats
 */
export function searchSketches(
  queries: usize, querySet: usize, queryCount: i32, depth: i32, k: i32,
  bank: usize, bankSet: usize, bankCount: i32, wide: i32, first: i32,
  limits: usize, limitStep: i32, slack: f64, blockRows: i32, values: usize, squared: usize, rows: usize,
): void {
  const rowBytes = <usize>depth << 2;
  const queryTerms = at(scalesOf(querySet, queryCount, wide), padded(queryCount));
  const queryErrors = at(queryTerms, padded(queryCount));
  const bankErrors = at(scalesOf(bankSet, bankCount, wide), 2 * padded(bankCount));
  for (let start: i32 = 0; start < bankCount; start += blockRows) {
    const count = min(blockRows, padded(bankCount) - start);
    for (let q: i32 = 0; q < queryCount; q++) {
      if ((q & 3) == 0) fillValues(querySet, queryCount, q, bankSet, bankCount, start, count, wide, values);
      const term = load<f32>(at(queryTerms, q));
      // A query that is not finite has no neighbours.
      if (term == Infinity) continue;
      const list = at(squared, q * k);
      const listRows = at(rows, q * k);
      const own = at(values, (q & 3) * count);
      const query = queries + <usize>q * rowBytes;
      const error = load<f32>(at(queryErrors, q));
      let beat = load<f32>(at(list, k - 1));
      if (limits) beat = min(beat, load<f32>(at(limits, q * limitStep)));
      let reach = reachOf(beat, slack, error);
      let limit = f32x4.splat(limitOf(reach, term));
      let reach2 = f32x4.splat(<f32>(2 * reach));
      for (let i: i32 = 0; i < count; i += 4) {
        const e = v128.load(at(bankErrors, start + i));
        const value = f32x4.sub(v128.load(at(own, i)), f32x4.mul(e, f32x4.add(reach2, e)));
        let left = ~i32x4.bitmask(f32x4.gt(value, limit)) & 15;
        for (; left; left &= left - 1) {
          const row = start + i + ctz(left);
          if (row >= bankCount) break;
          const distance = squaredDistance(query, bank + <usize>row * rowBytes, depth, beat);
          if (distance < beat) {
            insert(list, listRows, k, distance, first + row);
            const worst = load<f32>(at(list, k - 1));
            if (worst < beat) {
              beat = worst;
              reach = reachOf(beat, slack, error);
              limit = f32x4.splat(limitOf(reach, term));
              reach2 = f32x4.splat(<f32>(2 * reach));
            }
          }
        }
      }
    }
  }
}

/**
 * searchSketches for a bank that has no sketches yet: they are made block by block.
 * @param centre what the queries' sketches are relative to
 * @param scratch bytes of sketches of blockRows rows, then 4 x blockRows floats
 */
export function topKNeighbors(
  queries: usize, querySet: usize, queryCount: i32, depth: i32, k: i32,
  bank: usize, bankCount: i32, first: i32, limits: usize, limitStep: i32, centre: usize, slack: f64, blockRows: i32, scratch: usize,
  squared: usize, rows: usize,
): void {
  const wide = paddedDepth(depth);
  const values = at(scalesOf(scratch, blockRows, wide), 3 * blockRows);
  for (let from: i32 = 0; from < bankCount; from += blockRows) {
    const count = min(blockRows, bankCount - from);
    const block = bank + (<usize>from * <usize>depth << 2);
    sketchRows(block, count, depth, centre, 0, 1, scratch, 0, count);
    searchSketches(
      queries, querySet, queryCount, depth, k, block, scratch, count, wide, first + from,
      limits, limitStep, slack, blockRows, values, squared, rows,
    );
  }
}

/**
 * limits[q] = a distance above those of k rows of the bank: of the k whose sketches are nearest. Infinity where there are none.
 * @param values scratch, 4 x blockRows floats
 * @param within ascending distances known from elsewhere, float32 [queryCount, k], that rows are to be below; or 0
 * @param squared scratch, as rows: the lists of all queries
 */
export function sketchLimits(
  queries: usize, querySet: usize, queryCount: i32, depth: i32, k: i32,
  bank: usize, bankSet: usize, bankCount: i32, wide: i32, blockRows: i32, values: usize,
  within: usize, squared: usize, rows: usize, limits: usize,
): void {
  clearNeighbors(squared, rows, queryCount * k);
  for (let start: i32 = 0; start < bankCount; start += blockRows) {
    const count = min(blockRows, padded(bankCount) - start);
    for (let q: i32 = 0; q < queryCount; q++) {
      if ((q & 3) == 0) fillValues(querySet, queryCount, q, bankSet, bankCount, start, count, wide, values);
      const list = at(squared, q * k);
      const listRows = at(rows, q * k);
      const own = at(values, (q & 3) * count);
      let worst = f32x4.splat(load<f32>(at(list, k - 1)));
      for (let i: i32 = 0; i < count; i += 4) {
        let less = i32x4.bitmask(f32x4.lt(v128.load(at(own, i)), worst));
        for (; less; less &= less - 1) {
          const value = load<f32>(at(own, i + ctz(less)));
          // Those that are never ruled out say nothing about how near they are.
          if (value > -Infinity && value < load<f32>(at(list, k - 1))) insert(list, listRows, k, value, start + i + ctz(less));
        }
        worst = f32x4.splat(load<f32>(at(list, k - 1)));
      }
    }
  }
  const rowBytes = <usize>depth << 2;
  for (let q: i32 = 0; q < queryCount; q++) {
    let limit: f32 = 0;
    for (let i: i32 = 0; i < k && limit < Infinity; i++) {
      const row = load<i32>(at(rows, q * k + i));
      if (row < 0) limit = Infinity;
      else {
        const value = squaredDistance(queries + <usize>q * rowBytes, bank + <usize>row * rowBytes, depth, Infinity);
        limit = value < Infinity ? max(limit, value) : Infinity;
      }
    }
    // The next float up, so that "below the limit" lets these rows themselves in.
    if (limit < Infinity) limit = reinterpret<f32>(reinterpret<i32>(limit) + 1);
    if (within) limit = min(limit, load<f32>(at(within, q * k + k - 1)));
    store<f32>(at(limits, q), limit);
  }
}
