// Confusion counts at one threshold, and the rates that follow from them.
import { checkChoice, MetricError } from './errors.js';
import { rankScores } from './tie-groups.js';

/** How a score is held against a threshold: curves use `>=`, a model's own decision is `>`. */
export type ThresholdRule = '>=' | '>';

/** Whole numbers of images or pixels. */
export interface ConfusionCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/** Fractions in 0..1; null where the denominator is zero, except IoU and Dice, which then are 1. */
export interface ConfusionRates {
  readonly precision: number | null;
  /** TPR. */
  readonly recall: number | null;
  readonly fpr: number | null;
  readonly fnr: number | null;
  readonly tnr: number | null;
  /** TP / (TP + FP + FN). */
  readonly iou: number;
  /** 2TP / (2TP + FP + FN), the F1 at this threshold. */
  readonly dice: number;
}

/**
 * Counts at a threshold. Inputs as in image.ts.
 * @param threshold any number but NaN; infinities flag nothing or everything
 * @throws MetricError `SHAPE`, `NOT_FINITE`, `BAD_LABEL`, `BAD_ARGUMENT` (threshold NaN, unknown rule)
 */
export function confusionCounts(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
  rule: ThresholdRule = '>=',
): ConfusionCounts {
  checkThreshold('confusionCounts', threshold, rule);
  const { normal, anomalous } = rankScores('confusionCounts', scores, labels);
  const falsePositives = countFlagged(normal, threshold, rule);
  const truePositives = countFlagged(anomalous, threshold, rule);
  return {
    truePositives,
    falsePositives,
    trueNegatives: normal.length - falsePositives,
    falseNegatives: anomalous.length - truePositives,
  };
}

/** Throws `BAD_ARGUMENT` for NaN, and for a rule that is none. */
export function checkThreshold(caller: string, threshold: number, rule: ThresholdRule): void {
  checkChoice(caller, 'the rule', rule, ['>=', '>']);
  if (Number.isNaN(threshold)) throw new MetricError('BAD_ARGUMENT', `${caller}: the threshold is NaN`);
}

export function confusionRates(counts: ConfusionCounts): ConfusionRates {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  return {
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    fpr: ratio(fp, fp + tn),
    fnr: ratio(fn, fn + tp),
    tnr: ratio(tn, fp + tn),
    iou: ratio(tp, tp + fp + fn) ?? 1,
    dice: ratio(2 * tp, 2 * tp + fp + fn) ?? 1,
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function countFlagged(scores: Float64Array, threshold: number, rule: ThresholdRule): number {
  let count = 0;
  for (const score of scores) if (rule === '>=' ? score >= threshold : score > threshold) count++;
  return count;
}
