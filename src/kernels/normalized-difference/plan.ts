// The two distances of normalizedDifference, and how many threads of a GPU share a location.

/** `squared`: half the squared L2 distance of the unit vectors. `cosine`: 1 - cosine. */
export type DifferenceKind = 'squared' | 'cosine';

/** A kind as a kernel's number. */
export const KINDS: readonly DifferenceKind[] = ['squared', 'cosine'];

/** Least norm that a vector is divided by: those of PyTorch's `normalize` and `cosine_similarity`. */
export const EPSILONS: readonly number[] = [1e-12, 1e-8];

/** Threads of a workgroup, which takes one location. */
export function workgroupSize(channels: number): 64 | 256 {
  return channels > 2048 ? 256 : 64;
}

/**
 * Vectors whose largest value is beyond these are multiplied by a power of two first, so that their squares neither overflow nor
 * vanish in float32.
 */
export const SCALING = { huge: 1e18, shrink: 2 ** -80, tiny: 1e-10, grow: 2 ** 80 };
