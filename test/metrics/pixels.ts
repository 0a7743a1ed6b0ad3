// Pixels of images in an accumulator, and numbers that may be undefined.
import { expect } from 'vitest';
import { PixelAccumulator, type PixelImage } from '../../src/metrics/index.js';

/** All images, one after the other. */
export function accumulate(images: readonly PixelImage[]): PixelAccumulator {
  const pixels = new PixelAccumulator();
  for (const image of images) pixels.add(image);
  return pixels;
}

/** Within rounding, or both undefined. */
export function expectClose(found: number | null | undefined, expected: number | null): void {
  if (typeof found !== 'number' || expected === null) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThan(1e-12);
}
