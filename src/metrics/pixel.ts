// Pixel-level metrics over many anomaly maps, pooled over all images, normal ones included. Scores are compared as the
// 32-bit floats they are: nothing is binned or sampled.

import { type ConfusionCounts, checkThreshold, type ThresholdRule } from './confusion.js';
import { MetricError } from './errors.js';
import { firstKeyAt, floatOfKey, sortKeys } from './float-keys.js';
import type { ImageLevelMetrics } from './image.js';
import { countFlagged, type StoredImage, sortPairs, storeImage, walkPixelGroups } from './pixel-store.js';
import { AveragePrecisionSum, BestF1, ProArea, RocArea } from './sums.js';

/** Fractions in 0..1, null where undefined. */
export interface PixelLevelMetrics extends ImageLevelMetrics {
  /** Area under the per-region-overlap curve up to the false-positive-rate limit, over the limit. */
  readonly aupro: number | null;
}

export interface PixelSelection {
  /** Indices of the images to pool, each at most once; default all. */
  readonly images?: readonly number[];
}

export interface PixelResultOptions extends PixelSelection {
  /** Upper false-positive rate of AUPRO, in (0, 1]; default 0.3. */
  readonly fprLimit?: number;
}

/** One image for {@link pixelMetrics}; sizes as in {@link PixelAccumulator.add}. */
export interface PixelImage {
  readonly map: Float32Array;
  readonly mask: Uint8Array | null;
  readonly width: number;
  readonly height: number;
}

/**
 * Takes one map and mask at a time, then gives exact pooled metrics for all images or for any choice of them (one defect
 * type with all good images, say). Keeps 4 bytes per normal and 8 per anomalous pixel; a result takes twice that on top
 * while it runs, and time linear in the normal pixels chosen. Regions are found once, when the image is added.
 */
export class PixelAccumulator {
  readonly #images: StoredImage[] = [];

  /** Images added so far; the index of the next one. */
  get length(): number {
    return this.#images.length;
  }

  /**
   * @param map `[height * width]` row-major, finite, larger = more anomalous; not kept
   * @param mask `[height * width]`, 1 anomalous, 0 normal; null: the image has no defect
   * @throws MetricError with this image's index: `SHAPE`, `NOT_FINITE`, `BAD_LABEL`, `BAD_ARGUMENT` (map is not a
   *   Float32Array). The image is then not added.
   */
  add(map: Float32Array, mask: Uint8Array | null, width: number, height: number): void {
    this.#images.push(storeImage(map, mask, width, height, this.#images.length));
  }

  /**
   * AUROC, step-wise AP, F1-max with its lowest threshold, and AUPRO as MVTec AD defines it (Bergmann et al. 2021, IJCV
   * 129): regions are the 8-connected components of each mask, the curve has one point per distinct score, with linear
   * interpolation at the limit. AUROC is null with one class of pixels only, AP and F1-max without anomalous pixels,
   * AUPRO without a region or a normal pixel. The value does not depend on the order of images, to the last bit.
   * @throws MetricError `BAD_ARGUMENT` (limit, or an image index that is unknown or given twice)
   */
  result({ images, fprLimit = 0.3 }: PixelResultOptions = {}): PixelLevelMetrics {
    if (!(fprLimit > 0 && fprLimit <= 1)) {
      throw new MetricError('BAD_ARGUMENT', `PixelAccumulator.result: fprLimit is ${fprLimit}, not in (0, 1]`);
    }
    const chosen = this.#select(images);
    const normal = sortKeys(chosen.map((image) => image.normal));
    const anomalous = sortPairs(chosen.map((image) => image.anomalous));
    const regions = chosen.reduce((sum, image) => sum + image.regions, 0);

    const roc = new RocArea();
    const precision = new AveragePrecisionSum();
    const best = new BestF1(anomalous.length / 2);
    const pro = new ProArea(regions, normal.length, fprLimit);
    walkPixelGroups(normal, anomalous, (key, positives, negatives, overlap) => {
      roc.add(positives, negatives);
      precision.add(positives, negatives);
      best.add(key, positives, negatives);
      pro.add(overlap, negatives);
    });
    const f1 = best.value();
    return {
      auroc: roc.value(),
      ap: precision.value(),
      f1Max: f1?.f1 ?? null,
      f1MaxThreshold: f1 === null ? null : floatOfKey(f1.threshold),
      aupro: pro.value(),
    };
  }

  /**
   * Pixel counts at one threshold; see `confusionRates` for IoU and the like.
   * @param threshold in units of the maps, compared as a 64-bit number; not NaN
   * @throws MetricError `BAD_ARGUMENT`
   */
  confusion(threshold: number, rule: ThresholdRule = '>=', { images }: PixelSelection = {}): ConfusionCounts {
    checkThreshold('PixelAccumulator.confusion', threshold);
    const first = firstKeyAt(threshold, rule);
    const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
    for (const image of this.#select(images)) {
      const { hits, falseAlarms } = countFlagged(image, first);
      counts.falsePositives += falseAlarms;
      counts.trueNegatives += image.normal.length - falseAlarms;
      counts.truePositives += hits;
      counts.falseNegatives += image.anomalous.length / 2 - hits;
    }
    return counts;
  }

  #select(indices: readonly number[] | undefined): readonly StoredImage[] {
    if (indices === undefined) return this.#images;
    const seen = new Set<number>();
    return indices.map((index) => {
      const image = this.#images[index];
      if (image === undefined || seen.has(index)) {
        const fault = image === undefined ? `not one of the ${this.length} added` : 'given twice';
        throw new MetricError('BAD_ARGUMENT', `PixelAccumulator: image ${index} is ${fault}`, index);
      }
      seen.add(index);
      return image;
    });
  }
}

/**
 * {@link PixelAccumulator.result} of all images at once.
 * @throws MetricError as {@link PixelAccumulator.add} and {@link PixelAccumulator.result}
 */
export function pixelMetrics(images: Iterable<PixelImage>, options: { fprLimit?: number } = {}): PixelLevelMetrics {
  const pixels = new PixelAccumulator();
  for (const { map, mask, width, height } of images) pixels.add(map, mask, width, height);
  return pixels.result(options);
}

/** The AUPRO of {@link pixelMetrics}. Always name the limit with the value: `aupro@0.3`. A constant map gives limit / 2. */
export function aupro(images: Iterable<PixelImage>, fprLimit = 0.3): number | null {
  return pixelMetrics(images, { fprLimit }).aupro;
}
