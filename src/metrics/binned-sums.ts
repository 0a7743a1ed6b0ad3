// The pixel-level metrics over intervals of scores in place of tie groups, and how far they can be from the exact ones: within
// an interval the order of the pixels is unknown.
import { type PixelCounts, type PixelLevelMetrics, RankingSums } from './ranking-sums.js';

/** The exact metric differs from the value beside it by at most this; null where that is. */
export type ErrorBounds = { readonly [Metric in keyof Omit<PixelLevelMetrics, 'f1MaxThreshold'>]: number | null };

export class BinnedSums {
  readonly #sums: RankingSums;
  readonly #counts: PixelCounts;
  readonly #fprLimit: number;
  readonly #sproLimit: number;
  readonly #exact: boolean;
  #hits = 0;
  #falseAlarms = 0;
  #pairs = 0;
  #ap = 0;
  #trapezoid = 0;
  #bestInside = 0;
  #pro = 0;
  #spro = 0;

  /** @param exact an interval holds one score only */
  constructor(counts: PixelCounts, fprLimit: number, sproLimit: number, exact: boolean) {
    this.#sums = new RankingSums(counts, fprLimit, sproLimit);
    this.#counts = counts;
    this.#fprLimit = fprLimit;
    this.#sproLimit = sproLimit;
    this.#exact = exact;
  }

  add(key: number, positives: number, negatives: number, overlap: number, saturating: number): void {
    this.#sums.add(key, positives, negatives, overlap, saturating);
    // No anomalous pixel, one alone, or nothing but anomalous ones so far: the order makes no difference.
    const ordered = positives === 0 || (negatives === 0 && (positives === 1 || this.#falseAlarms === 0));
    if (!this.#exact && !ordered) this.#widen(positives, negatives, overlap, saturating);
    this.#hits += positives;
    this.#falseAlarms += negatives;
  }

  value(): PixelLevelMetrics {
    return this.#sums.value();
  }

  bounds(): ErrorBounds {
    const { positives, negatives, regions, channels } = this.#counts;
    const { auroc, ap, prAucTrapezoid, f1Max, aupro, auspro } = this.value();
    const half = (area: number, count: number, limit: number) => area / (2 * limit * count * negatives);
    return {
      auroc: auroc === null ? null : this.#pairs / (2 * positives * negatives),
      ap: ap === null ? null : this.#ap / positives,
      prAucTrapezoid: prAucTrapezoid === null ? null : this.#trapezoid / positives,
      f1Max: f1Max === null ? null : Math.max(this.#bestInside - f1Max, 0),
      aupro: aupro === null ? null : half(this.#pro, regions, this.#fprLimit),
      auspro: auspro === null ? null : half(this.#spro, channels, this.#sproLimit),
    };
  }

  /** Best order: the anomalous pixels of the interval first. Worst: the normal ones first. */
  #widen(positives: number, negatives: number, overlap: number, saturating: number): void {
    const [hits, falseAlarms] = [this.#hits, this.#falseAlarms];
    this.#pairs += positives * negatives;
    const best = (hits + positives) / (hits + positives + falseAlarms);
    this.#ap += positives * (best - (hits + 1) / (hits + 1 + falseAlarms + negatives));
    // The trapezoid takes in the precision before the first anomalous pixel as well; it starts from 1.
    const before = hits + falseAlarms === 0 ? 1 : hits / (hits + falseAlarms);
    this.#trapezoid += positives * (Math.max(best, before) - hits / (hits + falseAlarms + negatives));
    this.#bestInside = Math.max(
      this.#bestInside,
      (2 * (hits + positives)) / (hits + positives + falseAlarms + this.#counts.positives),
    );
    const fpr = falseAlarms / this.#counts.negatives;
    // An interval that the limit cuts counts whole.
    if (fpr < this.#fprLimit) this.#pro += negatives * overlap;
    if (fpr < this.#sproLimit) this.#spro += negatives * saturating;
  }
}
