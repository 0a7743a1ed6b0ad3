// Scores and labels as tie groups: all items of one score enter a curve together, highest score first, so that no metric
// depends on the order of tied items.
import { MetricError } from './errors.js';

/** The scores of each class, ascending. -0 is stored as 0, so equal scores are equal bits. */
export interface RankedScores {
  readonly normal: Float64Array;
  readonly anomalous: Float64Array;
}

/** Called once per distinct score, from the highest: the items of each class that have it. */
export type TieGroupVisitor = (score: number, positives: number, negatives: number) => void;

/**
 * Checks, splits by class and sorts, O(n log n).
 * @throws MetricError `SHAPE`, `NOT_FINITE` or `BAD_LABEL`, the latter two with the index of the image
 */
export function rankScores(caller: string, scores: ArrayLike<number>, labels: ArrayLike<number>): RankedScores {
  if (scores.length !== labels.length) {
    throw new MetricError('SHAPE', `${caller}: ${scores.length} scores and ${labels.length} labels`);
  }
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label !== 0 && label !== 1) {
      throw new MetricError('BAD_LABEL', `${caller}: label ${label} of image ${i} is neither 0 nor 1`, i);
    }
    positives += label;
  }
  const normal = new Float64Array(scores.length - positives);
  const anomalous = new Float64Array(positives);
  let n = 0;
  let p = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = checkScore(caller, scores, i);
    if (labels[i] === 1) anomalous[p++] = score;
    else normal[n++] = score;
  }
  return { normal: normal.sort(), anomalous: anomalous.sort() };
}

/** The score at `index`, -0 as 0. Throws `NOT_FINITE` with the index. */
export function checkScore(caller: string, scores: ArrayLike<number>, index: number): number {
  const score = scores[index];
  if (!Number.isFinite(score)) {
    throw new MetricError('NOT_FINITE', `${caller}: score of image ${index} is ${score}`, index);
  }
  return score! + 0;
}

export function walkTieGroups({ normal, anomalous }: RankedScores, visit: TieGroupVisitor): void {
  let n = normal.length - 1;
  let p = anomalous.length - 1;
  while (n >= 0 || p >= 0) {
    const score = Math.max(n >= 0 ? normal[n]! : -Infinity, p >= 0 ? anomalous[p]! : -Infinity);
    const lastNormal = n;
    const lastAnomalous = p;
    while (n >= 0 && normal[n] === score) n--;
    while (p >= 0 && anomalous[p] === score) p--;
    visit(score, lastAnomalous - p, lastNormal - n);
  }
}
