// Thresholds and p-values from held-out good images alone: no defect is needed, and none is looked at.

import { conformalPValues, thresholdAtTnr } from '../../metrics/index.js';
import type { Random } from '../../runtime/random.js';

/** What held-out good images say: enough to recompute thresholds for any wanted false-alarm rate. */
export interface Calibration {
  /** Image scores of the held-out good images, ascending. */
  readonly scores: Float32Array;
  /** Evenly spaced quantiles of the pixel scores of those images, ascending; first the minimum, last the maximum. */
  readonly pixelQuantiles: Float32Array;
}

/** Steps of the pixel quantile table: rates down to 1/4096 are told apart. */
const QUANTILE_STEPS = 4096;

/**
 * The image score that at most `rate` of the calibration scores exceed (`score > threshold` flags), as `thresholdAtTnr` defines
 * it. With n < 1 / rate it is the largest of them: the wanted rate cannot be told from so few images. Infinity without scores.
 */
export function thresholdAt(scores: Float32Array, rate: number): number {
  return thresholdAtTnr(scores, 1 - rate)?.threshold ?? Infinity;
}

/** The split-conformal p-value of one image score, as `conformalPValues` defines it. */
export function conformalPValue(scores: Float32Array, score: number): number {
  return conformalPValues(scores, [score])[0]!;
}

/** The pixel threshold for a wanted share of flagged pixels on good images, rounded up to the table's next quantile. */
export function pixelThresholdAt(quantiles: Float32Array, rate: number): number {
  return quantiles[Math.min(quantiles.length - 1, Math.ceil((1 - rate) * (quantiles.length - 1) - 1e-9))]!;
}

/** Wanted shares of good images, and of their pixels, that are flagged. */
export interface Rates {
  readonly falseAlarmRate: number;
  readonly pixelFalseAlarmRate: number;
}

/** Scores above `image` are flagged, map values above `pixel` are masked; `typicalPixel`: good images' median map value. */
export interface Thresholds {
  readonly image: number;
  readonly pixel: number;
  readonly typicalPixel: number;
}

export function thresholdsOf(calibration: Calibration, rates: Rates): Thresholds {
  return {
    image: thresholdAt(calibration.scores, rates.falseAlarmRate),
    pixel: pixelThresholdAt(calibration.pixelQuantiles, rates.pixelFalseAlarmRate),
    typicalPixel: pixelThresholdAt(calibration.pixelQuantiles, 0.5),
  };
}

/**
 * Upper bound of the conformal p-value of one pixel's map value, to the table's step of 1/4096, in (0, 1]. Pixels of one image are
 * not independent: it says how unusual the value is among good images' pixels, no more.
 */
export function conformalPixelPValue(quantiles: Float32Array, value: number): number {
  const steps = quantiles.length - 1;
  return Math.min(1, (steps + 2 - countBelow(quantiles, value)) / steps);
}

/** `count` of the values in random places, one from each of as many equal stretches; all of them if they are no more. */
export function samplePixels(values: Float32Array, count: number, random: Random): Float32Array {
  if (values.length <= count) return values;
  const stretch = values.length / count;
  return Float32Array.from({ length: count }, (_, i) => values[Math.floor((i + random.uniform()) * stretch)]!);
}

/** The quantile table of all `values` (consumed: sorted in place). */
export function quantileTable(values: Float32Array): Float32Array {
  values.sort();
  const last = values.length - 1;
  return Float32Array.from({ length: QUANTILE_STEPS + 1 }, (_, i) => values[Math.ceil((i * last) / QUANTILE_STEPS)]!);
}

/**
 * Joins two calibrations. Used when a model learns more good images: distances to a memory bank that has only grown can
 * only be smaller, so the earlier scores stay valid, on the safe side. To one that was chosen anew they may have risen.
 */
export function mergeCalibrations(earlier: Calibration, later: Calibration): Calibration {
  const weightEarlier = earlier.scores.length / (earlier.scores.length + later.scores.length);
  // Each table stands for its images' pixels: repeat entries in proportion to the images.
  const total = 64 * QUANTILE_STEPS;
  const repeated = new Float32Array(total);
  const split = Math.round(total * weightEarlier);
  for (let i = 0; i < total; i++) {
    const table = i < split ? earlier.pixelQuantiles : later.pixelQuantiles;
    const [at, of] = i < split ? [i, split] : [i - split, total - split];
    repeated[i] = table[Math.round((at * (table.length - 1)) / Math.max(1, of - 1))]!;
  }
  const scores = new Float32Array([...earlier.scores, ...later.scores]).sort();
  return { scores, pixelQuantiles: quantileTable(repeated) };
}

/** How many of the ascending values are < score. */
function countBelow(ascending: Float32Array, score: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
