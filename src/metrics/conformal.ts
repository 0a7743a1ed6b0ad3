// What good images alone promise: p-values and thresholds by split conformal prediction, with guarantees for finite samples.
// They hold for images that are exchangeable with the calibration images: drawn alike, and without a part in fitting.
import { betaQuantile } from './beta.js';
import { checkInside, checkShare } from './numbers.js';
import { checkScore } from './tie-groups.js';

export interface ConformalThreshold {
  /** Flag when score > threshold. */
  readonly threshold: number;
  /** Number of calibration scores. */
  readonly count: number;
  /**
   * Upper bound of the chance that a new good image is flagged, over both its draw and that of the calibration images:
   * (n + 1 − k) / (n + 1), met exactly where no scores tie.
   */
  readonly guaranteedRate: number;
  /**
   * Upper bound, with the chance `confidence` over the draw of the calibration images, of the share of all good images that this
   * very threshold flags: a quantile of Beta(n + 1 − k, k).
   */
  readonly boundedRate: number;
  /** Where there are too few scores for the wanted rate; the threshold then is the largest of them. */
  readonly warning: string | null;
}

export interface ConformalOptions {
  /** Of `boundedRate`; in (0, 1), default 0.95. */
  readonly confidence?: number;
}

/**
 * The threshold that flags a new good image with a chance of at most `falseAlarmRate`: the k-th smallest calibration score,
 * k = ceil((1 − rate)(n + 1) − 1e-9) clamped to 1..n (Vovk et al. 2005; Lei et al. 2018). It flags just the images with a
 * conformal p-value of at most the rate. `thresholdAtTnr` aims at the calibration scores themselves and may lie one rank lower.
 * Null without scores.
 * @param falseAlarmRate in [0, 1]
 * @throws MetricError `NOT_FINITE` (with the index), `BAD_ARGUMENT`
 */
export function conformalThreshold(
  normalScores: ArrayLike<number>,
  falseAlarmRate: number,
  { confidence = 0.95 }: ConformalOptions = {},
): ConformalThreshold | null {
  checkShare('conformalThreshold', 'the false-alarm rate', falseAlarmRate);
  checkInside('conformalThreshold', 'confidence', confidence);
  const sorted = ascending('conformalThreshold', normalScores);
  const count = sorted.length;
  if (count === 0) return null;
  const wanted = Math.ceil((1 - falseAlarmRate) * (count + 1) - 1e-9);
  const rank = Math.min(Math.max(wanted, 1), count);
  const few = `${count} normal scores are too few for a false-alarm rate of ${falseAlarmRate}; they guarantee 1 / ${count + 1}`;
  return {
    threshold: sorted[rank - 1]!,
    count,
    guaranteedRate: (count + 1 - rank) / (count + 1),
    boundedRate: betaQuantile(confidence, count + 1 - rank, rank),
    warning: wanted > count ? few : null,
  };
}

/**
 * Split-conformal p-values (1 + number of calibration scores >= score) / (n + 1), in (0, 1]. For a good image
 * P(p <= a) <= a, for every a and every n. Without calibration scores all are 1.
 * @throws MetricError `NOT_FINITE` with the index
 */
export function conformalPValues(normalScores: ArrayLike<number>, scores: ArrayLike<number>): Float64Array {
  const sorted = ascending('conformalPValues', normalScores);
  return Float64Array.from({ length: scores.length }, (_, i) => {
    const below = countBelow(sorted, checkScore('conformalPValues', scores, i));
    return (1 + sorted.length - below) / (sorted.length + 1);
  });
}

function ascending(caller: string, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: scores.length }, (_, i) => checkScore(caller, scores, i)).sort();
}

/** How many of the ascending values are < score. */
function countBelow(sorted: Float64Array, score: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
