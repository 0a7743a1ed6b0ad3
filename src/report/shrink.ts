// Reduces a case to the size of a picture in a report, so that dozens of large images fit in memory and in one page.
import type { Image, Mask } from '../data/types.js';
import type { ReportCase } from './types.js';

/**
 * The case with its longer side at most `maxSide` pixels: the image by averaging areas, the map and the masks by their
 * largest value, so that a defect of one pixel does not vanish. Smaller cases are returned as they are.
 */
export function shrinkCase(item: ReportCase, maxSide: number): ReportCase {
  const { width, height } = item.image;
  const factor = maxSide / Math.max(width, height);
  if (factor >= 1) return item;
  const to = scaled({ width, height }, factor);
  const mask = (from: Mask | null): Mask | null =>
    from && { ...to, data: largest(from.data, width, height, to, new Uint8Array(to.width * to.height)) };
  return {
    id: item.id,
    image: average(item.image, to),
    map: largest(item.map, width, height, to, new Float32Array(to.width * to.height)),
    mask: mask(item.mask),
    truth: mask(item.truth),
  };
}

/** The image with its longer side at most `maxSide` pixels, by averaging areas. */
export function shrinkImage(image: Image, maxSide: number): Image {
  const factor = maxSide / Math.max(image.width, image.height);
  return factor >= 1 ? image : average(image, scaled(image, factor));
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function scaled({ width, height }: Size, factor: number): Size {
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

function average(image: Image, to: Size): Image {
  const data = new Uint8Array(3 * to.width * to.height);
  forEachBox(image.width, image.height, to, (target, top, bottom, left, right) => {
    const count = (bottom - top) * (right - left);
    for (let k = 0; k < 3; k++) {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += image.data[3 * (y * image.width + x) + k]!;
      }
      data[3 * target + k] = Math.round(sum / count);
    }
  });
  return { ...to, data };
}

function largest<A extends Float32Array | Uint8Array>(from: A, width: number, height: number, to: Size, into: A): A {
  forEachBox(width, height, to, (target, top, bottom, left, right) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) best = Math.max(best, from[y * width + x]!);
    }
    into[target] = best;
  });
  return into;
}

/** Calls back once per target pixel with the source pixels it covers, in whole pixels. */
function forEachBox(
  width: number,
  height: number,
  to: Size,
  visit: (target: number, top: number, bottom: number, left: number, right: number) => void,
): void {
  for (let y = 0, target = 0; y < to.height; y++) {
    const top = Math.floor((y * height) / to.height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / to.height));
    for (let x = 0; x < to.width; x++, target++) {
      const left = Math.floor((x * width) / to.width);
      visit(target, top, bottom, left, Math.max(left + 1, Math.floor(((x + 1) * width) / to.width)));
    }
  }
}
