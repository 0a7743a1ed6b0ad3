// Pixel-level metrics over many anomaly maps, pooled over all images, normal ones included. Scores are compared as the
// 32-bit floats they are: nothing is binned or sampled.

import { connectedComponents } from './components.js';
import { type ConfusionCounts, checkThreshold, type ThresholdRule } from './confusion.js';
import { checkImageSize, MetricError } from './errors.js';
import { firstKeyAt, floatOfKey, keyOfBits, sortKeys } from './float-keys.js';
import type { ImageLevelMetrics } from './image.js';
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

interface StoredImage {
  /** Keys of the normal pixels. */
  readonly normal: Uint32Array;
  /** Two words per anomalous pixel, read as one 64-bit integer: key high, area of its region low. */
  readonly anomalous: Uint32Array;
  readonly regions: number;
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
    for (const { normal, anomalous } of this.#select(images)) {
      let flagged = 0;
      for (let i = 0; i < normal.length; i++) if (normal[i]! >= first) flagged++;
      let hits = 0;
      for (let i = HIGH; i < anomalous.length; i += 2) if (anomalous[i]! >= first) hits++;
      counts.falsePositives += flagged;
      counts.trueNegatives += normal.length - flagged;
      counts.truePositives += hits;
      counts.falseNegatives += anomalous.length / 2 - hits;
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

/** Position of the more significant half of a 64-bit integer in a Uint32Array: 1 where the low half comes first. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0]!;
const LOW = 1 - HIGH;

function storeImage(
  map: Float32Array,
  mask: Uint8Array | null,
  width: number,
  height: number,
  index: number,
): StoredImage {
  const caller = `PixelAccumulator.add: image ${index}`;
  if (map[Symbol.toStringTag] !== 'Float32Array') {
    throw new MetricError('BAD_ARGUMENT', `${caller}: the map is not a Float32Array`, index);
  }
  checkImageSize(caller, 'the map', map.length, width, height, index);
  if (mask !== null) checkImageSize(caller, 'the mask', mask.length, width, height, index);
  const bits = new Uint32Array(map.buffer, map.byteOffset, map.length);
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & EXPONENT) === EXPONENT) {
      throw new MetricError('NOT_FINITE', `${caller}: pixel ${i} of the map is ${map[i]}`, index);
    }
  }
  const positives = mask === null ? 0 : countOnes(mask, caller, index);
  if (mask === null || positives === 0) {
    const normal = new Uint32Array(bits.length);
    for (let i = 0; i < bits.length; i++) normal[i] = keyOfBits(bits[i]!);
    return { normal, anomalous: new Uint32Array(0), regions: 0 };
  }
  const { count, labels, areas } = connectedComponents(mask, width, height, 8);
  const normal = new Uint32Array(bits.length - positives);
  const anomalous = new Uint32Array(2 * positives);
  for (let i = 0, n = 0, p = 0; i < bits.length; i++) {
    const key = keyOfBits(bits[i]!);
    if (labels[i] === 0) {
      normal[n++] = key;
    } else {
      anomalous[p + HIGH] = key;
      anomalous[p + LOW] = areas[labels[i]! - 1]!;
      p += 2;
    }
  }
  return { normal, anomalous, regions: count };
}

/** All bits set in NaN and the infinities only. */
const EXPONENT = 0x7f800000;

function countOnes(mask: Uint8Array, caller: string, index: number): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) {
    const value = mask[i]!;
    if (value > 1) {
      throw new MetricError('BAD_LABEL', `${caller}: mask value ${value} at pixel ${i} is neither 0 nor 1`, index);
    }
    ones += value;
  }
  return ones;
}

/**
 * All pairs ascending by key, then by area. The second order fixes the order of summation, so that the sum of 1/area
 * cannot depend on the order of images.
 */
function sortPairs(chunks: readonly Uint32Array[]): Uint32Array {
  const pairs = new BigUint64Array(chunks.reduce((sum, chunk) => sum + chunk.length / 2, 0));
  const words = new Uint32Array(pairs.buffer);
  let at = 0;
  for (const chunk of chunks) {
    words.set(chunk, at);
    at += chunk.length;
  }
  pairs.sort();
  return words;
}

/**
 * Visits the tie groups from the highest score; the normal pixels between two scores of anomalous pixels come as one group
 * (see sums.ts). `overlap` is Σ 1/area over the anomalous pixels of the group.
 */
function walkPixelGroups(
  normal: Uint32Array,
  anomalous: Uint32Array,
  visit: (key: number, positives: number, negatives: number, overlap: number) => void,
): void {
  let n = normal.length - 1;
  let p = anomalous.length - 2;
  while (p >= 0) {
    const key = anomalous[p + HIGH]!;
    const before = n;
    while (n >= 0 && normal[n]! > key) n--;
    if (n < before) visit(normal[n + 1]!, 0, before - n, 0);

    const above = n;
    while (n >= 0 && normal[n] === key) n--;
    let overlap = 0;
    const last = p;
    while (p >= 0 && anomalous[p + HIGH] === key) {
      const area = anomalous[p + LOW]!;
      const lastOfArea = p;
      while (p >= 0 && anomalous[p + HIGH] === key && anomalous[p + LOW] === area) p -= 2;
      overlap += (lastOfArea - p) / 2 / area;
    }
    visit(key, (last - p) / 2, above - n, overlap);
  }
  if (n >= 0) visit(normal[0]!, 0, n + 1, 0);
}
