// The pixel-level curves, one point per distinct score of a pixel, highest first.
import { thinnedIndices } from './area.js';
import type { PrCurve, RocCurve } from './curves.js';
import { floatOfKey } from './float-keys.js';
import { type SortedPixels, walkPixelGroups } from './sorted-pixels.js';

/** Arrays `[G + 1]` for G distinct scores, or fewer where thinned; the first point is (0, 0) at threshold +Infinity. */
export interface OverlapCurve {
  /** False-positive rate, rising from 0 to 1. */
  readonly fpr: Float64Array;
  /** Mean overlap of the regions (PRO) or mean saturated overlap of the channels (sPRO), rising from 0 to 1. */
  readonly overlap: Float64Array;
  /** Falling; predicted anomalous when score >= threshold. */
  readonly thresholds: Float64Array;
}

export function pixelRoc(sorted: SortedPixels, maxPoints: number | undefined): RocCurve | null {
  const positives = sorted.anomalous.length / 2;
  const negatives = sorted.normal.length;
  if (positives === 0 || negatives === 0) return null;
  const points = pointsOf(sorted, true, (tp, fp) => [fp / negatives, tp / positives]);
  const { x, y, thresholds } = thinned(points, maxPoints);
  return { fpr: x, tpr: y, thresholds };
}

export function pixelPr(sorted: SortedPixels, maxPoints: number | undefined): PrCurve | null {
  const positives = sorted.anomalous.length / 2;
  if (positives === 0) return null;
  const points = pointsOf(sorted, false, (tp, fp) => [tp / positives, tp / (tp + fp)]);
  const { x, y, thresholds } = thinned(points, maxPoints);
  return { recall: x, precision: y, thresholds };
}

/** @param by over regions (PRO) or over channels (sPRO) */
export function pixelOverlap(
  sorted: SortedPixels,
  by: 'regions' | 'channels',
  maxPoints: number | undefined,
): OverlapCurve | null {
  const count = sorted[by];
  const negatives = sorted.normal.length;
  if (count === 0 || negatives === 0) return null;
  const points = pointsOf(sorted, true, (_tp, fp, overlap, saturating) => [
    fp / negatives,
    Math.min((by === 'regions' ? overlap : saturating) / count, 1),
  ]);
  const { x, y, thresholds } = thinned(points, maxPoints);
  return { fpr: x, overlap: y, thresholds };
}

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly thresholds: Float64Array;
}

/** @param place the point for what has been passed so far, from the highest score */
function pointsOf(
  sorted: SortedPixels,
  fromOrigin: boolean,
  place: (tp: number, fp: number, overlap: number, saturating: number) => readonly [number, number],
): Points {
  let size = fromOrigin ? 1 : 0;
  walkPixelGroups(sorted, () => size++, true);
  const x = new Float64Array(size);
  const y = new Float64Array(size);
  const thresholds = new Float64Array(size);
  if (fromOrigin) thresholds[0] = Infinity;
  let at = fromOrigin ? 1 : 0;
  let hits = 0;
  let falseAlarms = 0;
  let overlap = 0;
  let saturating = 0;
  walkPixelGroups(
    sorted,
    (key, positives, negatives, regions, channels) => {
      hits += positives;
      falseAlarms += negatives;
      overlap += regions;
      saturating += channels;
      [x[at], y[at]] = place(hits, falseAlarms, overlap, saturating);
      thresholds[at++] = floatOfKey(key);
    },
    true,
  );
  return { x, y, thresholds };
}

function thinned(points: Points, maxPoints: number | undefined): Points {
  if (maxPoints === undefined) return points;
  const kept = thinnedIndices(points.x, points.y, maxPoints);
  const pick = (values: Float64Array) => Float64Array.from(kept, (i) => values[i]!);
  return { x: pick(points.x), y: pick(points.y), thresholds: pick(points.thresholds) };
}
