// ROC and precision–recall curves of image scores, one point per distinct score, highest first. Inputs and errors as in
// image.ts.
import { rankScores, walkTieGroups } from './tie-groups.js';

/** Arrays `[G + 1]` for G distinct scores; the first point is (0, 0) at threshold +Infinity. */
export interface RocCurve {
  /** False-positive rate, rising from 0 to 1. */
  readonly fpr: Float64Array;
  /** True-positive rate, rising from 0 to 1. */
  readonly tpr: Float64Array;
  /** Falling; predicted anomalous when score >= threshold. */
  readonly thresholds: Float64Array;
}

/** Arrays `[G]` for G distinct scores; no artificial end point is added. */
export interface PrCurve {
  readonly precision: Float64Array;
  /** Rising to 1. */
  readonly recall: Float64Array;
  /** Falling; predicted anomalous when score >= threshold. */
  readonly thresholds: Float64Array;
}

/** The ROC curve, collinear points kept. Null with one class only. */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve | null {
  const ranked = rankScores('rocCurve', scores, labels);
  const positives = ranked.anomalous.length;
  const negatives = ranked.normal.length;
  if (positives === 0 || negatives === 0) return null;
  const fpr = new Float64Array(scores.length + 1);
  const tpr = new Float64Array(scores.length + 1);
  const thresholds = new Float64Array(scores.length + 1);
  thresholds[0] = Infinity;
  let size = 1;
  let hits = 0;
  let falseAlarms = 0;
  walkTieGroups(ranked, (score, p, n) => {
    hits += p;
    falseAlarms += n;
    fpr[size] = falseAlarms / negatives;
    tpr[size] = hits / positives;
    thresholds[size++] = score;
  });
  return { fpr: fpr.slice(0, size), tpr: tpr.slice(0, size), thresholds: thresholds.slice(0, size) };
}

/** The precision–recall curve. Null without anomalous items. */
export function prCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): PrCurve | null {
  const ranked = rankScores('prCurve', scores, labels);
  const positives = ranked.anomalous.length;
  if (positives === 0) return null;
  const precision = new Float64Array(scores.length);
  const recall = new Float64Array(scores.length);
  const thresholds = new Float64Array(scores.length);
  let size = 0;
  let hits = 0;
  let predicted = 0;
  walkTieGroups(ranked, (score, p, n) => {
    hits += p;
    predicted += p + n;
    precision[size] = hits / predicted;
    recall[size] = hits / positives;
    thresholds[size++] = score;
  });
  return { precision: precision.slice(0, size), recall: recall.slice(0, size), thresholds: thresholds.slice(0, size) };
}
