// Pixel-level metrics over many anomaly maps, pooled over all images, normal ones included. Scores are compared as the
// 32-bit floats they are: nothing is binned or sampled. For more pixels than memory holds, see binned.ts.
import { checkLimit } from './area.js';
import { type ConfusionCounts, checkThreshold, type ThresholdRule } from './confusion.js';
import type { PrCurve, RocCurve } from './curves.js';
import { checkChoice, checkMaskThreshold, MetricError } from './errors.js';
import { firstKeyAt, floatOfKey, sortKeys } from './float-keys.js';
import { binarisationThreshold, binarised, rankSampledAupro } from './im-iad.js';
import { ausproAt, type OfficialAuspro, type RefinementRule, refinedThresholds } from './official-spro.js';
import { type Aupimo, type AupimoOptions, aupimoOf } from './pimo.js';
import { type OverlapCurve, pixelOverlap, pixelPr, pixelRoc } from './pixel-curves.js';
import { checkPixelState, type PixelState } from './pixel-state.js';
import { countFlagged, type PixelImage, readImage, type StoredImage, storeImage } from './pixel-store.js';
import { type PixelLevelMetrics, RankingSums } from './ranking-sums.js';
import { sortPixels, walkPixelGroups } from './sorted-pixels.js';
import { type MeanIou, meanIou, type Overlaps, overlapsAt } from './thresholded.js';

/** `im-iad`: what that benchmark did, for comparison with its numbers; name it beside every value. */
export type Protocol = 'continuous' | 'im-iad';

export interface PixelSelection {
  /** Indices of the images to pool, each at most once; default all. */
  readonly images?: readonly number[] | undefined;
}

export interface AreaLimits {
  /** Upper false-positive rate of AUPRO, in (0, 1]; default 0.3. */
  readonly fprLimit?: number;
  /** Upper false-positive rate of AUsPRO, in (0, 1]; default 0.05. */
  readonly sproLimit?: number;
}

export interface PixelResultOptions extends PixelSelection, AreaLimits {
  /** `continuous` (default), or `im-iad`: all metrics on maps binarised at 0.5 of their rescaled range, rank-sampled AUPRO. */
  readonly protocol?: Protocol;
}

export interface CurveOptions extends PixelSelection {
  /** Thins the curve to at most so many points, at even steps along it; default every point. */
  readonly maxPoints?: number;
}

export interface AuproOptions extends PixelSelection {
  /** In (0, 1]; default 0.3. */
  readonly limit?: number;
  /** `im-iad`: the curve at 100 ranks of the normal pixels, the code of MVTec 3D-AD as that benchmark runs it. */
  readonly variant?: 'exact' | 'im-iad';
}

export interface AusproOptions extends PixelSelection {
  /** In (0, 1]; default 0.05. */
  readonly limit?: number;
  /** Only channels of this type, on the good images and those that have such a channel. */
  readonly defect?: string;
}

export interface PixelOptions {
  /** Mask values at or above it are anomalous. Default: masks are 0 and 1, and any other value is an error. */
  readonly maskThreshold?: number;
}

/**
 * Takes one map at a time, then gives exact pooled metrics for all images or for any choice of them (one defect type with all
 * good images, say). Keeps 4 bytes per normal and 8 per anomalous pixel, and 4 per pixel that can add to a channel's sPRO; a
 * result takes twice that on top while it runs, and time linear in the normal pixels chosen. Regions are found once, when the
 * image is added. All methods throw MetricError `BAD_ARGUMENT` for an option out of range, and with the index for an image that
 * is unknown or chosen twice. No value but that of
 * `officialAuspro` depends on the order of images, to the last bit.
 */
export class PixelAccumulator {
  readonly #images: StoredImage[] = [];
  readonly #warnings: string[] = [];
  readonly #maskThreshold: number | undefined;

  constructor({ maskThreshold }: PixelOptions = {}) {
    checkMaskThreshold('PixelAccumulator', maskThreshold);
    this.#maskThreshold = maskThreshold;
  }

  /** A copy from what {@link toState} gave, in this thread or another. */
  static fromState(state: PixelState, options: PixelOptions = {}): PixelAccumulator {
    const pixels = new PixelAccumulator(options);
    const { images, warnings } = checkPixelState(state);
    pixels.#images.push(...images);
    pixels.#warnings.push(...warnings);
    return pixels;
  }

  /** Images added so far; the index of the next one. */
  get length(): number {
    return this.#images.length;
  }

  /** Defect channels that saturate at other areas than they were told to. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /**
   * Nothing of the arrays is kept.
   * @throws MetricError with this image's index: `SHAPE`, `NOT_FINITE`, `BAD_LABEL`, `BAD_ARGUMENT`. The image is then not added.
   */
  add(image: PixelImage): void {
    const read = readImage('PixelAccumulator.add', image, this.#maskThreshold, this.length);
    this.#images.push(storeImage(read));
    this.#warnings.push(...read.warnings);
  }

  /** Adds images as they come, from memory or read from disk one by one. Throws as {@link add}, at the first fault. */
  async addAll(images: Iterable<PixelImage> | AsyncIterable<PixelImage>): Promise<void> {
    for await (const image of images) this.add(image);
  }

  /** Adds what another one holds, its images after the own ones. */
  merge(other: PixelAccumulator): void {
    const before = this.length;
    for (const image of [...other.#images]) this.#images.push(image);
    for (const warning of [...other.#warnings]) {
      this.#warnings.push(warning.replace(/^image (\d+)/, (_, index) => `image ${Number(index) + before}`));
    }
  }

  /** Plain data to post to another thread or to store. Shares its arrays with this accumulator, which never writes to them. */
  toState(): PixelState {
    return { kind: 'iad-tf/pixels@1', images: [...this.#images], warnings: [...this.#warnings] };
  }

  /**
   * AUROC, step-wise AP, trapezoidal AUPR, F1-max with its lowest threshold, AUPRO and AUsPRO, from one sort. AUPRO as MVTec AD
   * defines it (Bergmann et al. 2021, IJCV 129): regions are the 8-connected components of each mask, the curve has one point
   * per distinct score, with linear interpolation at the limit. AUROC is null with one class of pixels only, AP and F1-max
   * without anomalous pixels, AUPRO without a region or a normal pixel, AUsPRO without a channel or a normal pixel. All are
   * null in protocol `im-iad` if no map has a range.
   */
  result({
    images,
    fprLimit = 0.3,
    sproLimit = 0.05,
    protocol = 'continuous',
  }: PixelResultOptions = {}): PixelLevelMetrics {
    checkLimit('PixelAccumulator.result', fprLimit);
    checkLimit('PixelAccumulator.result', sproLimit);
    checkChoice('PixelAccumulator.result', 'protocol', protocol, ['continuous', 'im-iad']);
    const chosen = this.#select(images);
    if (protocol === 'continuous') return rankingOf(chosen, fprLimit, sproLimit);
    const threshold = binarisationThreshold(chosen);
    if (threshold === null) return rankingOf([], fprLimit, sproLimit);
    const zeroOne = binarised(chosen, threshold);
    return { ...rankingOf(zeroOne, fprLimit, sproLimit), aupro: rankSampledAupro(zeroOne, fprLimit) };
  }

  /** The score from which protocol `im-iad` calls a pixel 1; null if no map has a range. */
  imIadThreshold({ images }: PixelSelection = {}): number | null {
    return binarisationThreshold(this.#select(images));
  }

  /** Name the limit with the value: `aupro@0.3`. A constant map gives limit / 2. Null without a region or a normal pixel. */
  aupro({ images, limit = 0.3, variant = 'exact' }: AuproOptions = {}): number | null {
    checkLimit('PixelAccumulator.aupro', limit);
    checkChoice('PixelAccumulator.aupro', 'variant', variant, ['exact', 'im-iad']);
    const chosen = this.#select(images);
    return variant === 'exact' ? rankingOf(chosen, limit, 1).aupro : rankSampledAupro(chosen, limit);
  }

  /**
   * Area under the saturated per-region-overlap curve (Bergmann et al. 2022, IJCV 130), exact, over the limit. Null without a
   * channel or a normal pixel, and where an image with a defect came without channels.
   */
  auspro({ images, limit = 0.05, defect }: AusproOptions = {}): number | null {
    checkLimit('PixelAccumulator.auspro', limit);
    return rankingOf(this.#withDefect(images, defect), 1, limit, defect).auspro;
  }

  /** AUsPRO at the thresholds of the data sets' evaluation code: see official-spro.ts. Null as {@link auspro}. */
  officialAuspro({
    images,
    limit = 0.05,
    defect,
    ...options
  }: AusproOptions & {
    readonly rule?: RefinementRule;
    readonly refineOn?: readonly number[];
  } = {}): OfficialAuspro | null {
    checkLimit('PixelAccumulator.officialAuspro', limit);
    const thresholds = refinedThresholds(this.#select(options.refineOn ?? images), options.rule ?? 'loco');
    return thresholds && ausproAt(this.#withDefect(images, defect), thresholds, limit, defect);
  }

  /** See {@link AupimoOptions}. Only images without a defect count as normal. */
  aupimo({ images, ...options }: AupimoOptions & PixelSelection = {}): Aupimo {
    const chosen = images ?? this.#images.map((_, i) => i);
    return aupimoOf(this.#select(images), chosen, options);
  }

  /** Collinear points kept. Null with one class of pixels only. */
  rocCurve({ images, maxPoints }: CurveOptions = {}): RocCurve | null {
    return pixelRoc(sortPixels(this.#select(images)), maxPoints);
  }

  /** Null without anomalous pixels. */
  prCurve({ images, maxPoints }: CurveOptions = {}): PrCurve | null {
    return pixelPr(sortPixels(this.#select(images)), maxPoints);
  }

  /** Null without a region or a normal pixel. */
  proCurve({ images, maxPoints }: CurveOptions = {}): OverlapCurve | null {
    return pixelOverlap(sortPixels(this.#select(images)), 'regions', maxPoints);
  }

  /** Null as {@link auspro}. */
  sproCurve({ images, maxPoints, defect }: CurveOptions & { readonly defect?: string } = {}): OverlapCurve | null {
    return pixelOverlap(sortPixels(this.#withDefect(images, defect), defect), 'channels', maxPoints);
  }

  /**
   * Pixel counts at one threshold; see `confusionRates` for IoU and the like.
   * @param threshold in units of the maps, compared as a 64-bit number; not NaN
   */
  confusion(threshold: number, rule: ThresholdRule = '>=', { images }: PixelSelection = {}): ConfusionCounts {
    checkThreshold('PixelAccumulator.confusion', threshold, rule);
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

  /** IoU per image, in place of the pooled one of {@link confusion}. */
  meanIou(threshold: number, rule: ThresholdRule = '>=', { images }: PixelSelection = {}): MeanIou {
    checkThreshold('PixelAccumulator.meanIou', threshold, rule);
    return meanIou(this.#select(images), firstKeyAt(threshold, rule));
  }

  /** Mean overlap of regions (PRO) and of channels (sPRO) at one threshold. */
  overlap(threshold: number, rule: ThresholdRule = '>', { images }: PixelSelection = {}): Overlaps {
    checkThreshold('PixelAccumulator.overlap', threshold, rule);
    return overlapsAt(this.#select(images), firstKeyAt(threshold, rule));
  }

  /**
   * The threshold that leaves at least a share `tnr` of the normal pixels of the images unflagged, where score > threshold is
   * flagged: the k-th smallest, k = ceil(tnr n − 1e-9) clamped to 1..n. Null without a normal pixel. Choose images that took
   * no part in fitting, and judge it by `confusion(threshold, '>')` on others.
   */
  thresholdAtTnr(tnr: number, { images }: PixelSelection = {}): number | null {
    if (!(tnr >= 0 && tnr <= 1)) {
      throw new MetricError('BAD_ARGUMENT', `PixelAccumulator.thresholdAtTnr: tnr is ${tnr}, not in [0, 1]`);
    }
    const normal = sortKeys(this.#select(images).map((image) => image.normal));
    const count = normal.length;
    if (count === 0) return null;
    return floatOfKey(normal[Math.min(Math.max(Math.ceil(tnr * count - 1e-9), 1), count) - 1]!);
  }

  #withDefect(images: readonly number[] | undefined, defect: string | undefined): readonly StoredImage[] {
    const chosen = this.#select(images);
    if (defect === undefined) return chosen;
    const has = ({ channels }: StoredImage) => channels?.some((channel) => channel.defect === defect) ?? true;
    return chosen.filter((image) => image.anomalous.length === 0 || has(image));
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

function rankingOf(
  images: readonly StoredImage[],
  fprLimit: number,
  sproLimit: number,
  defect?: string,
): PixelLevelMetrics {
  const sorted = sortPixels(images, defect);
  const { normal, anomalous, regions, channels } = sorted;
  const counts = { positives: anomalous.length / 2, negatives: normal.length, regions, channels };
  const sums = new RankingSums(counts, fprLimit, sproLimit);
  walkPixelGroups(sorted, (key, positives, negatives, overlap, saturating) =>
    sums.add(key, positives, negatives, overlap, saturating),
  );
  return sums.value();
}

/** {@link PixelAccumulator.result} of all images at once. Throws as it and {@link PixelAccumulator.add}. */
export function pixelMetrics(
  images: Iterable<PixelImage>,
  { maskThreshold, ...options }: PixelOptions & Omit<PixelResultOptions, 'images'> = {},
): PixelLevelMetrics {
  const pixels = new PixelAccumulator(maskThreshold === undefined ? {} : { maskThreshold });
  for (const image of images) pixels.add(image);
  return pixels.result(options);
}
