// Sizes of kCenterGreedy, as plain numbers.

/** A point's reduced form; wasm.as.ts has the same layout. `free` are the places of the two norms. */
export const REDUCED = { width: 64, first: 32, free: [31, 63] } as const;

/** Points that are projected at a time. */
export const PROJECT_ROWS = 2048;

/** Points per block whose largest distance is kept. wasm.as.ts has the same number. */
export const BLOCK = 256;

/**
 * A point catches up with the centres until its distance is below this share of the largest. Lower means fewer visits, each longer;
 * the picks do not depend on it.
 */
export const CATCH_UP_MARGIN = 0.98;

/** Multiplications and additions that the plain algorithm may cost: fewer than preparing the bounds takes. */
const PLAIN_OPERATIONS = 2e9;

/** Whether lower bounds shall be prepared (1), or every pick be one pass over all points (0). The picks do not depend on it. */
export function boundsPay(rows: number, depth: number, picks: number): 0 | 1 {
  return picks < 8 || 3 * rows * depth * picks < PLAIN_OPERATIONS ? 0 : 1;
}

/** Milliseconds that one slice of centres should take, so that events, progress and abort get their turn. */
const SLICE_MS = 40;

/** Centres of the next slice, from how the last one went; the first has 8. */
export function sliceSize(last: number | undefined, elapsedMs: number): number {
  if (last === undefined) return 8;
  const wanted = (last * SLICE_MS) / Math.max(elapsedMs, 1);
  return Math.max(1, Math.round(Math.min(wanted, 2 * last, 8192)));
}
