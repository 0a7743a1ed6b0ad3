// Thresholds from normal scores alone, and what they do on anomalous ones. An image is flagged when score > threshold.
import { MetricError } from './errors.js';
import { checkScore } from './tie-groups.js';

export interface NormalThreshold {
  /** Flag when score > threshold. */
  readonly threshold: number;
  /** Share of the calibration scores that is not flagged; never below the target, also with ties. */
  readonly achievedTnr: number;
  /** Number of calibration scores. */
  readonly count: number;
  /** The threshold is the largest calibration score, as fewer than 1 / (1 − tnr) scores allow no finer one. Worth a warning. */
  readonly atMaximum: boolean;
}

export interface TprAtTnr extends NormalThreshold {
  /** Share of the anomalous scores that is flagged; null if there are none. */
  readonly tpr: number | null;
  /** 1 − TPR. */
  readonly fnr: number | null;
}

/**
 * The threshold with a true-negative rate of at least `tnr` on normal scores: the k-th smallest, k = ceil(tnr · n − 1e-9)
 * clamped to 1..n. Use scores that took no part in fitting. Null without scores.
 * @param tnr target, in [0, 1]
 * @throws MetricError `NOT_FINITE` (with the index), `BAD_ARGUMENT` (tnr out of range)
 */
export function thresholdAtTnr(normalScores: ArrayLike<number>, tnr: number): NormalThreshold | null {
  if (!(tnr >= 0 && tnr <= 1)) throw new MetricError('BAD_ARGUMENT', `thresholdAtTnr: tnr is ${tnr}, not in [0, 1]`);
  const sorted = sortedScores('thresholdAtTnr', normalScores);
  const count = sorted.length;
  if (count === 0) return null;
  const rank = Math.min(Math.max(Math.ceil(tnr * count - 1e-9), 1), count);
  const threshold = sorted[rank - 1]!;
  return { threshold, achievedTnr: 1 - countAbove(sorted, threshold) / count, count, atMaximum: rank === count };
}

/**
 * TPR on anomalous scores at the threshold that {@link thresholdAtTnr} sets on normal ones. Null without normal scores.
 * @throws MetricError as {@link thresholdAtTnr}
 */
export function tprAtTnr(
  normalScores: ArrayLike<number>,
  anomalousScores: ArrayLike<number>,
  tnr: number,
): TprAtTnr | null {
  const point = thresholdAtTnr(normalScores, tnr);
  const anomalous = sortedScores('tprAtTnr', anomalousScores);
  if (point === null) return null;
  if (anomalous.length === 0) return { ...point, tpr: null, fnr: null };
  const flagged = countAbove(anomalous, point.threshold);
  return { ...point, tpr: flagged / anomalous.length, fnr: (anomalous.length - flagged) / anomalous.length };
}

function sortedScores(caller: string, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: scores.length }, (_, i) => checkScore(caller, scores, i)).sort();
}

function countAbove(sorted: Float64Array, threshold: number): number {
  let first = sorted.length;
  while (first > 0 && sorted[first - 1]! > threshold) first--;
  return sorted.length - first;
}
