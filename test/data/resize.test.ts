import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeImage, resizeBilinear, resizeNearest } from '../../src/data/index.js';
import { bitsOf, bytesOf, fixture, largestDifference } from './image-fixtures.js';

describe('resizeBilinear gives the bytes of Pillow', () => {
  test.each(fixture.resized)('$source to $width x $height', async ({ source, width, height, sha256, rgb }) => {
    const image = resizeBilinear(await decodeImage(bytesOf(fixture.sources[source]!)), width, height);
    if (rgb !== undefined) expect(largestDifference(image.data, bytesOf(rgb))).toBeLessThanOrEqual(1);
    expect(createHash('sha256').update(image.data).digest('hex')).toBe(sha256);
  });

  test('a constant image stays constant, and its own size is no work', () => {
    for (const value of [0, 1, 127, 254, 255]) {
      const image = { width: 13, height: 7, data: new Uint8Array(3 * 13 * 7).fill(value) };
      for (const [width, height] of [
        [1, 1],
        [5, 20],
        [40, 3],
      ] as const) {
        expect(resizeBilinear(image, width, height).data.every((found) => found === value)).toBe(true);
      }
      expect(resizeBilinear(image, 13, 7).data).toBe(image.data);
    }
  });
});

describe('resizeNearest gives the pixels of Pillow', () => {
  test.each(fixture.nearest)('$width x $height to $to', ({ width, height, mask, to, result }) => {
    const resized = resizeNearest({ width, height, data: bitsOf(mask, width * height) }, ...to);
    expect(resized.data).toEqual(bitsOf(result, to[0] * to[1]));
  });
});
