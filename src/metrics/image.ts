// Image-level ranking metrics. Everywhere: scores `[N]` finite and larger = more anomalous, labels `[N]` 1 anomalous and
// 0 normal, P anomalous and N normal items; an item is predicted anomalous when its score >= threshold; results are
// fractions in 0..1, and null is "undefined for this input". All are O(n log n), exact for ties, and throw MetricError:
// `SHAPE` (lengths differ), `NOT_FINITE` (NaN or infinite score) or `BAD_LABEL`, with the `index` of the image at fault.
import { checkChoice } from './errors.js';
import { AveragePrecisionSum, BestF1, PrTrapezoidSum, RocArea } from './sums.js';
import { type RankedScores, rankScores, walkTieGroups } from './tie-groups.js';

export interface ImageLevelMetrics {
  readonly auroc: number | null;
  /** Step-wise average precision. */
  readonly ap: number | null;
  /** Trapezoidal area under precision–recall: another number than the AP. */
  readonly prAucTrapezoid: number | null;
  /** Oracle value: its threshold comes from the labels. */
  readonly f1Max: number | null;
  readonly f1MaxThreshold: number | null;
}

/**
 * Area under the ROC curve: the share of (anomalous, normal) pairs in the right order, ties counting half (Hanley and
 * McNeil 1982). A constant score gives exactly 0.5. Null with one class only.
 * @param variant `mvtec-official`: what the evaluation code of MVTec LOCO AD and AutoVI gives, which over-values ties between
 *   the classes (a constant score over one image of each gives 1). For comparison only.
 */
export function auroc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  variant: 'exact' | 'mvtec-official' = 'exact',
): number | null {
  checkChoice('auroc', 'variant', variant, ['exact', 'mvtec-official']);
  const ranked = rankScores('auroc', scores, labels);
  if (variant === 'mvtec-official') return officialAuroc(ranked);
  const area = new RocArea();
  walkTieGroups(ranked, (_score, positives, negatives) => area.add(positives, negatives));
  return area.value();
}

/**
 * From the lowest score, normal ones first: the code adds a curve point after the first item of a tie group, not after its
 * last, so that the rest of the group counts with the next point.
 */
function officialAuroc({ normal, anomalous }: RankedScores): number | null {
  if (normal.length === 0 || anomalous.length === 0) return null;
  const groups: { readonly positives: number; readonly negatives: number }[] = [];
  walkTieGroups({ normal, anomalous }, (_score, positives, negatives) => groups.push({ positives, negatives }));
  let [fp, tp, doubled] = [normal.length, anomalous.length, 0];
  let [fpBefore, tpBefore] = [fp, tp];
  const point = (x: number, y: number) => {
    doubled += (fpBefore - x) * (tpBefore + y);
    [fpBefore, tpBefore] = [x, y];
  };
  for (const { positives, negatives } of groups.reverse()) {
    if (negatives > 0) point(fp - 1, tp);
    else point(fp, tp - 1);
    fp -= negatives;
    tp -= positives;
  }
  point(0, 0);
  return doubled / (2 * normal.length * anomalous.length);
}

/**
 * Step-wise average precision Σ (R_g − R_{g−1}) P_g over tie groups, with recall R and precision P: scikit-learn's
 * `average_precision_score`. A constant score gives the prevalence. Null without anomalous items, 1 without normal ones.
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  const sum = new AveragePrecisionSum();
  const ranked = rankScores('averagePrecision', scores, labels);
  walkTieGroups(ranked, (_score, positives, negatives) => sum.add(positives, negatives));
  return sum.value();
}

/**
 * Trapezoidal area under the precision–recall curve, from precision 1 at recall 0. Another number than
 * {@link averagePrecision}, above or below it: never mix the two in one table. Null without anomalous items, 1 without
 * normal ones.
 */
export function prAucTrapezoid(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  const sum = new PrTrapezoidSum();
  const ranked = rankScores('prAucTrapezoid', scores, labels);
  walkTieGroups(ranked, (_score, positives, negatives) => sum.add(positives, negatives));
  return sum.value();
}

/**
 * Largest F1 = 2TP / (2TP + FP + FN) over the distinct scores as thresholds, and the lowest threshold that attains it
 * (compared exactly). An oracle value: the threshold is chosen on the labels. Null without anomalous items; 1 at the
 * lowest score without normal ones.
 */
export function f1Max(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): { readonly f1: number; readonly threshold: number } | null {
  const ranked = rankScores('f1Max', scores, labels);
  const best = new BestF1(ranked.anomalous.length);
  walkTieGroups(ranked, (score, positives, negatives) => best.add(score, positives, negatives));
  return best.value();
}

/** {@link auroc}, {@link averagePrecision}, {@link prAucTrapezoid} and {@link f1Max} from one sort. */
export function imageMetrics(scores: ArrayLike<number>, labels: ArrayLike<number>): ImageLevelMetrics {
  const ranked = rankScores('imageMetrics', scores, labels);
  const area = new RocArea();
  const precision = new AveragePrecisionSum();
  const trapezoid = new PrTrapezoidSum();
  const best = new BestF1(ranked.anomalous.length);
  walkTieGroups(ranked, (score, positives, negatives) => {
    area.add(positives, negatives);
    precision.add(positives, negatives);
    trapezoid.add(positives, negatives);
    best.add(score, positives, negatives);
  });
  const f1 = best.value();
  return {
    auroc: area.value(),
    ap: precision.value(),
    prAucTrapezoid: trapezoid.value(),
    f1Max: f1?.f1 ?? null,
    f1MaxThreshold: f1?.threshold ?? null,
  };
}
