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
  /** Where there are fewer than 1 / (1 − tnr) scores: the threshold then is the largest of them. */
  readonly warning: string | null;
}

export interface TprAtTnr extends NormalThreshold {
  /** Share of the anomalous scores that is flagged; null if there are none. */
  readonly tpr: number | null;
  /** 1 − TPR. */
  readonly fnr: number | null;
  /** Share of the normal test scores that is flagged; null if there are none. */
  readonly fpr: number | null;
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
  const few = `${count} normal scores are too few for a true-negative rate of ${tnr}; the threshold is their largest`;
  const warning = rank === count ? few : null;
  return { threshold, achievedTnr: 1 - countAbove(sorted, threshold) / count, count, warning };
}

/**
 * TPR on anomalous scores, and FPR on normal test scores, at the threshold that {@link thresholdAtTnr} sets on normal ones. Say
 * with the value which those were: validation images, the normal test images (`test-roc`), or the training images (`train`,
 * optimistic for methods that keep them). Null without normal scores.
 * @throws MetricError as {@link thresholdAtTnr}
 */
export function tprAtTnr(
  normalScores: ArrayLike<number>,
  anomalousScores: ArrayLike<number>,
  tnr: number,
  normalTestScores: ArrayLike<number> = [],
): TprAtTnr | null {
  const point = thresholdAtTnr(normalScores, tnr);
  const anomalous = sortedScores('tprAtTnr', anomalousScores);
  const normal = sortedScores('tprAtTnr', normalTestScores);
  if (point === null) return null;
  const hits = countAbove(anomalous, point.threshold);
  return {
    ...point,
    tpr: share(hits, anomalous.length),
    fnr: share(anomalous.length - hits, anomalous.length),
    fpr: share(countAbove(normal, point.threshold), normal.length),
  };
}

/**
 * Mean + `sigmas` population standard deviations of normal scores, the rule of MVTec AD 2 for binary maps: an item is flagged
 * when score > threshold. Null without scores.
 * @throws MetricError `NOT_FINITE` (with the index), `BAD_ARGUMENT` (sigmas is not finite)
 */
export function thresholdAtSigma(normalScores: ArrayLike<number>, sigmas = 3): number | null {
  if (!Number.isFinite(sigmas)) throw new MetricError('BAD_ARGUMENT', `thresholdAtSigma: sigmas is ${sigmas}`);
  const count = normalScores.length;
  if (count === 0) return null;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const score = checkScore('thresholdAtSigma', normalScores, i);
    const from = score - mean;
    mean += from / (i + 1);
    squares += from * (score - mean);
  }
  return mean + sigmas * Math.sqrt(squares / count);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sortedScores(caller: string, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: scores.length }, (_, i) => checkScore(caller, scores, i)).sort();
}

function countAbove(sorted: Float64Array, threshold: number): number {
  let first = sorted.length;
  while (first > 0 && sorted[first - 1]! > threshold) first--;
  return sorted.length - first;
}
