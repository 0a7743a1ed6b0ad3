// How many images mahalanobisBatched solves for in one pass over the factors.

/** Images per pass of the wasm kernel: their residuals, 4 D bytes each, stay in the second-level cache. */
export function wasmGroup(batch: number, depth: number): number {
  const fits = Math.floor(2 ** 18 / (4 * depth));
  return 8 * Math.max(1, Math.min(Math.ceil(batch / 8), Math.floor(fits / 8)));
}
