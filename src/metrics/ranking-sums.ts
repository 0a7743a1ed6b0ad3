// All pixel-level metrics from one walk over tie groups.
import { floatOfKey } from './float-keys.js';
import type { ImageLevelMetrics } from './image.js';
import { AveragePrecisionSum, BestF1, ProArea, PrTrapezoidSum, RocArea } from './sums.js';

/** Fractions in 0..1, null where undefined. */
export interface PixelLevelMetrics extends ImageLevelMetrics {
  /** Area under the per-region-overlap curve up to the false-positive-rate limit, over the limit. */
  readonly aupro: number | null;
  /** The same of the saturated overlap of the defect channels; null where an image with a defect came without channels. */
  readonly auspro: number | null;
}

/** What the sums must know beforehand. */
export interface PixelCounts {
  readonly positives: number;
  readonly negatives: number;
  readonly regions: number;
  readonly channels: number;
}

/** All pixel-level metrics over tie groups given by key. */
export class RankingSums {
  readonly #roc = new RocArea();
  readonly #precision = new AveragePrecisionSum();
  readonly #trapezoid = new PrTrapezoidSum();
  readonly #best: BestF1;
  readonly #pro: ProArea;
  readonly #spro: ProArea;

  constructor({ positives, negatives, regions, channels }: PixelCounts, fprLimit: number, sproLimit: number) {
    this.#best = new BestF1(positives);
    this.#pro = new ProArea(regions, negatives, fprLimit);
    this.#spro = new ProArea(channels, negatives, sproLimit);
  }

  add(key: number, positives: number, negatives: number, overlap: number, saturating: number): void {
    this.#roc.add(positives, negatives);
    this.#precision.add(positives, negatives);
    this.#trapezoid.add(positives, negatives);
    this.#best.add(key, positives, negatives);
    this.#pro.add(overlap, negatives);
    this.#spro.add(saturating, negatives);
  }

  value(): PixelLevelMetrics {
    const f1 = this.#best.value();
    return {
      auroc: this.#roc.value(),
      ap: this.#precision.value(),
      prAucTrapezoid: this.#trapezoid.value(),
      f1Max: f1?.f1 ?? null,
      f1MaxThreshold: f1 === null ? null : floatOfKey(f1.threshold),
      aupro: this.#pro.value(),
      auspro: this.#spro.value(),
    };
  }
}
