// Sizes of covarianceUpdate's scratch memory and the weights of two sets of images.

/** Deviations that the wasm kernel multiplies out at a time. */
export const CHUNK = 64;

/** Floats of the wasm kernel's scratch: rows of deviations (one more for the shift of the mean), two rows of sums and one tile. */
export function updateScratch(depth: number): number {
  return (CHUNK + 3) * paddedDepth(depth) + 32;
}

export function mergeScratch(depth: number): number {
  return 2 * paddedDepth(depth) + 32;
}

/** Row length of the scratch: whole tiles. */
export function paddedDepth(depth: number): number {
  return Math.ceil(depth / 8) * 8;
}

/**
 * How the mean of m images joins that of n: the mean moves by `keep` times their difference, and the scatter grows by the outer
 * product of `shift` times it (Chan, Golub, LeVeque, 1983).
 */
export function joining(n: number, m: number): { shift: number; keep: number } {
  return { shift: Math.sqrt((n / (n + m)) * m), keep: m / (n + m) };
}
