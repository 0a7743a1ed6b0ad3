// How affineCoupling is cut up on a GPU.

/** Invocations of a workgroup. */
export const GROUP = 256;
/** Elements that an invocation goes through. */
export const EACH = 8;

/** Workgroups per sample of so many elements; each gives a partial sum of the log-determinant. */
export function chunksOf(elements: number): number {
  return Math.ceil(elements / (GROUP * EACH));
}
