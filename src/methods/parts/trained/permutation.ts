// Orders of channels, as they are drawn once and kept in model files.
import * as z from 'zod';

/** An order of `size` things: each of 0 .. size - 1 once. */
export function permutation(size: number): z.ZodType<number[]> {
  return z
    .array(
      z
        .int()
        .min(0)
        .max(size - 1),
    )
    .length(size)
    .refine((order) => new Set(order).size === size, { error: 'must name each channel once' });
}
