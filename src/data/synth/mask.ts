// The pixel-exact truth of a defect.
//
// Rule: the part is rendered twice, with and without the defect, under the same light, camera and pose. A pixel is anomalous
// where any channel differs by VISIBLE_LEVELS or more before sensor noise; gaps narrower than about three frame units are
// closed. A logical defect adds the whole outline of each place at fault: of the component that is extra, of the place where one is
// missing, of both places of one that was moved. Shadows that came or went count as changed pixels.
import { outlineDistance, type Placement } from './kinds/kind.js';
import type { Pose, Surface } from './surface.js';

/** Levels of 255; noise has a standard deviation of about two, so this is three times the noise. */
export const VISIBLE_LEVELS = 6;

/** 1 where two renders differ visibly. `good` and `bad` are interleaved RGB levels of length 3 * size * size. */
export function changedPixels(good: Float32Array, bad: Float32Array, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  for (let i = 0; i < mask.length; i++) {
    const red = Math.abs(good[3 * i]! - bad[3 * i]!);
    const green = Math.abs(good[3 * i + 1]! - bad[3 * i + 1]!);
    const blue = Math.abs(good[3 * i + 2]! - bad[3 * i + 2]!);
    if (red >= VISIBLE_LEVELS || green >= VISIBLE_LEVELS || blue >= VISIBLE_LEVELS) mask[i] = 1;
  }
  return mask;
}

/** Morphological closing by a square of side 2 * radius + 1. */
export function close(mask: Uint8Array, size: number, radius: number): Uint8Array {
  const grown = spread(spread(mask, size, 1, size, radius, 1), size, size, 1, radius, 1);
  return spread(spread(grown, size, 1, size, radius, 0), size, size, 1, radius, 0);
}

/** Sets the pixels inside a component's outline. */
export function addOutline(mask: Uint8Array, surface: Surface, part: Placement, pose: Pose): void {
  const { size, unit } = surface;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const distance = outlineDistance(part, pose, (column + 0.5) * unit, (row + 0.5) * unit);
      if (distance <= 0) mask[row * size + column] = 1;
    }
  }
}

/** Share of the pixels that are set, 0..1. */
export function areaOf(mask: Uint8Array): number {
  let count = 0;
  for (const value of mask) count += value;
  return count / mask.length;
}

/** Along one axis: a pixel takes `value` where any pixel within `radius` has it. Beyond the frame there is nothing. */
function spread(
  mask: Uint8Array,
  size: number,
  step: number,
  nextLine: number,
  radius: number,
  value: 0 | 1,
): Uint8Array {
  const out = new Uint8Array(mask.length).fill(1 - value);
  for (let line = 0; line < size; line++) {
    for (let k = 0; k < size; k++) {
      if (mask[line * nextLine + k * step] !== value) continue;
      const to = Math.min(size - 1, k + radius);
      for (let j = Math.max(0, k - radius); j <= to; j++) out[line * nextLine + j * step] = value;
    }
  }
  return out;
}
