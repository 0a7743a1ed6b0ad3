// How much of choleskyBatched goes into one dispatch.

/** Matrices per dispatch: 5e9 multiply-adds at most, which a weak GPU does within half a second. */
export function gpuMatrices(depth: number): number {
  return Math.max(1, Math.floor(5e9 / (depth ** 3 / 6 + 1)));
}
