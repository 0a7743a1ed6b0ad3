// What errors cost in use: false alarms against misses over all thresholds, and the cheapest threshold. An image is flagged when
// its score >= threshold. Inputs and errors as in image.ts.
import type { ConfusionCounts } from './confusion.js';
import { rocCurve } from './curves.js';
import { checkAmount, checkShare } from './numbers.js';
import { rankScores, walkTieGroups } from './tie-groups.js';

/** Arrays `[G + 1]` for G distinct scores; the first point flags nothing, at threshold +Infinity. */
export interface OperatingCurve {
  /** Good parts flagged of every 1,000; rising from 0 to 1,000. */
  readonly falseAlarmsPer1000: Float64Array;
  /** Share of the defective parts that is not flagged; falling from 1 to 0. */
  readonly missRate: Float64Array;
  /** Falling. */
  readonly thresholds: Float64Array;
}

/** Null with one class only. */
export function operatingCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): OperatingCurve | null {
  const curve = rocCurve(scores, labels);
  return (
    curve && {
      falseAlarmsPer1000: curve.fpr.map((rate) => 1000 * rate),
      missRate: curve.tpr.map((rate) => 1 - rate),
      thresholds: curve.thresholds,
    }
  );
}

/** In any currency; both finite and >= 0. */
export interface ErrorCosts {
  /** Of one defective part that passes. */
  readonly miss: number;
  /** Of one good part that is flagged. */
  readonly falseAlarm: number;
  /** Share of defective parts in use, in [0, 1]. Test sets hold far more of them; default: their share in the data. */
  readonly defectRate?: number;
}

/**
 * Expected cost of one part, (1 − d) · FPR · cost of a false alarm + d · FNR · cost of a miss, at defect rate d. Null without
 * parts, or without parts of a class that occurs at that defect rate.
 * @throws MetricError `BAD_ARGUMENT`
 */
export function expectedCost(counts: ConfusionCounts, costs: ErrorCosts): number | null {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  for (const [name, count] of Object.entries(counts)) checkAmount('expectedCost', name, count);
  const weights = errorWeights('expectedCost', costs, truePositives + falseNegatives, falsePositives + trueNegatives);
  return weights && weights.falseAlarm * falsePositives + weights.miss * falseNegatives;
}

export interface CheapestThreshold {
  /** Flag when score >= threshold; +Infinity: flag nothing. */
  readonly threshold: number;
  /** Expected cost of one part. */
  readonly cost: number;
  readonly counts: ConfusionCounts;
}

/**
 * The threshold of least {@link expectedCost} among the distinct scores and +Infinity, the lowest of equals. Like F1-max an oracle
 * value: it is chosen on the labels, so judge it on other images. Null as {@link expectedCost}.
 * @throws MetricError `SHAPE`, `NOT_FINITE`, `BAD_LABEL`, `BAD_ARGUMENT`
 */
export function cheapestThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  costs: ErrorCosts,
): CheapestThreshold | null {
  const ranked = rankScores('cheapestThreshold', scores, labels);
  const [positives, negatives] = [ranked.anomalous.length, ranked.normal.length];
  const weights = errorWeights('cheapestThreshold', costs, positives, negatives);
  if (weights === null) return null;
  let [truePositives, falsePositives] = [0, 0];
  let best: CheapestThreshold | null = null;
  const consider = (threshold: number) => {
    const falseNegatives = positives - truePositives;
    const cost = weights.falseAlarm * falsePositives + weights.miss * falseNegatives;
    if (best !== null && cost > best.cost) return;
    const counts = { truePositives, falsePositives, trueNegatives: negatives - falsePositives, falseNegatives };
    best = { threshold, cost, counts };
  };
  consider(Infinity);
  walkTieGroups(ranked, (score, p, n) => {
    truePositives += p;
    falsePositives += n;
    consider(score);
  });
  return best;
}

/** Expected cost that one error of each kind stands for; null where a class that occurs has no parts. */
function errorWeights(
  caller: string,
  { miss, falseAlarm, defectRate }: ErrorCosts,
  positives: number,
  negatives: number,
): { readonly miss: number; readonly falseAlarm: number } | null {
  checkAmount(caller, 'the cost of a miss', miss);
  checkAmount(caller, 'the cost of a false alarm', falseAlarm);
  if (defectRate !== undefined) checkShare(caller, 'the defect rate', defectRate);
  if (positives + negatives === 0) return null;
  const rate = defectRate ?? positives / (positives + negatives);
  if ((positives === 0 && rate > 0) || (negatives === 0 && rate < 1)) return null;
  return {
    miss: positives === 0 ? 0 : (rate * miss) / positives,
    falseAlarm: negatives === 0 ? 0 : ((1 - rate) * falseAlarm) / negatives,
  };
}
