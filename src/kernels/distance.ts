// The squared L2 distance of the kernels, defined down to the float32 rounding, so that every implementation that follows
// it (plain, blocked, abandoned early, pruned) gives the same bits. wasm/distance.inline.as.ts is its twin.

/** Partial sums that run side by side; element d goes to lane d mod 16. */
export const LANES = 16;

/**
 * Sum of (a_d - b_d)^2 in float32: lane l adds the elements d = l, l + 16, ... in order, then the lanes are added as
 * v_j = (l_j + l_{j+4}) + (l_{j+8} + l_{j+12}) and (v_0 + v_2) + (v_1 + v_3). Every operation rounds to float32. Equal vectors give 0; the
 * sum never falls when elements are appended, which is what makes abandoning early exact.
 * @param lanes scratch of 16 floats
 */
export function squaredDistance(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  depth: number,
  lanes: Float32Array,
): number {
  lanes.fill(0);
  for (let d = 0; d < depth; d++) {
    const difference = Math.fround(a[aAt + d]! - b[bAt + d]!);
    const lane = d % LANES;
    // A double holds the sum or product of two floats well enough that rounding it to float32 equals the float32 operation.
    lanes[lane] = lanes[lane]! + Math.fround(difference * difference);
  }
  const { fround } = Math;
  const v = (j: number) => fround(fround(lanes[j]! + lanes[j + 4]!) + fround(lanes[j + 8]! + lanes[j + 12]!));
  return fround(fround(v(0) + v(2)) + fround(v(1) + v(3)));
}
