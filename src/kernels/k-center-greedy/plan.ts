// Sizes of kCenterGreedy, as plain numbers.

/** A point's reduced form; catch-up.inline.as.ts has the same layout. `free` are the places of the two norms. */
export const REDUCED = { width: 64, first: 32, free: [31, 63] } as const;

/** Points that are projected at a time; prepare.as.ts has the same number. */
const PROJECT_ROWS = 2048;

/** Points per block whose largest distance is kept. catch-up.inline.as.ts has the same number. */
export const BLOCK = 256;

/**
 * A point catches up with the centres until its distance is below this share of the largest. Lower means fewer visits, each longer;
 * the picks do not depend on it.
 */
export const CATCH_UP_MARGIN = 0.98;

/** Floats of scratch for reducing the points, with room to align them. */
export function prepareScratch(depth: number): number {
  return 4 * depth + PROJECT_ROWS * (REDUCED.width + 2) + 2;
}

/** The power of two from a unit up: float32 holds it without loss. */
export function unitFor(tight: number): number {
  return tight > 0 ? 2 ** Math.ceil(Math.log2(tight)) : 1;
}

/** Fewer picks, and fewer pairs of a row and a pick, take less time one by one than the bounds take to prepare. */
const BOUNDS_PAY = { picks: 64, pairs: 4e6 } as const;

/** Whether lower bounds shall be prepared (1), or every pick be one pass over all points (0). The picks do not depend on it. */
export function boundsPay(rows: number, picks: number): 0 | 1 {
  return picks >= BOUNDS_PAY.picks && rows * picks >= BOUNDS_PAY.pairs ? 1 : 0;
}

/** Rows that are copied to threads at a time. */
export const COPY_ROWS = 16_384;

/** Bytes of a cache line where threads meet; threads.as.ts has the same number. */
export const ROOM_LINE = 64;

/** Milliseconds that one slice of centres should take, so that events, progress and abort get their turn. */
const SLICE_MS = 40;

/** Centres of the next slice, from how the last one went; the first has 8. */
export function sliceSize(last: number | undefined, elapsedMs: number): number {
  if (last === undefined) return 8;
  const wanted = (last * SLICE_MS) / Math.max(elapsedMs, 1);
  return Math.max(1, Math.round(Math.min(wanted, 2 * last, 8192)));
}

/** Parts of a stream's rows: a block of new rows takes two, a reduced one takes one. */
export const STREAM_SHARES = 8;

/** Larger blocks cost time with the square of their size, and gain little. */
const MOST_STREAM_BLOCK = 16_384;

/** Rows that a block of a stream which keeps `maxRows` rows is reduced to. */
export function streamBlock(maxRows: number): number {
  return Math.min(Math.floor(maxRows / STREAM_SHARES), MOST_STREAM_BLOCK);
}

/** Threads of a GPU that add up one row: 8 where it has so many groups of four numbers (or numbers), else fewer, a power of two. */
export function gpuLanes(depth: number): number {
  const units = depth % 4 === 0 ? depth / 4 : depth;
  return 2 ** Math.min(3, Math.floor(Math.log2(units)));
}

/** Rows that a GPU binds at once: all, or a multiple of 1024, the largest block of a workgroup. */
export function gpuPartRows(rows: number, depth: number, bindingBytes: number): number {
  const most = Math.floor(bindingBytes / (4 * depth));
  return rows <= most ? rows : Math.max(1024, Math.floor(most / 1024) * 1024);
}
