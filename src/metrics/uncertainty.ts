// How far a metric may be off because the test set is a sample: DeLong's interval of the AUROC, and the bootstrap for any metric.
import { normalTwoSided } from './beta.js';
import { MetricError } from './errors.js';
import { auroc } from './image.js';
import { checkFinite, checkInside, checkWhole, moments, quantile } from './numbers.js';
import { PixelAccumulator } from './pixel.js';
import { Draws } from './sampling.js';
import { RocArea } from './sums.js';
import { type RankedScores, rankScores, walkTieGroups } from './tie-groups.js';

export interface Interval {
  /** The metric on the data as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Of the value. */
  readonly standardError: number;
  readonly confidence: number;
}

export interface DelongOptions {
  /** In (0, 1), default 0.95. */
  readonly confidence?: number;
}

/**
 * AUROC with the standard error of DeLong, DeLong and Clarke-Pearson (1988), ties counting half, O(n log n). The interval is the
 * normal one, cut at 0 and 1: with few images, or an AUROC near 1, it is too narrow, and where no pair is out of order it is a
 * point and says nothing. Null with fewer than two images of a class.
 * @throws MetricError `SHAPE`, `NOT_FINITE`, `BAD_LABEL`, `BAD_ARGUMENT`
 */
export function delongInterval(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  { confidence = 0.95 }: DelongOptions = {},
): Interval | null {
  checkInside('delongInterval', 'confidence', confidence);
  const ranked = rankScores('delongInterval', scores, labels);
  const area = new RocArea();
  walkTieGroups(ranked, (_score, positives, negatives) => area.add(positives, negatives));
  const value = area.value();
  if (value === null || ranked.normal.length < 2 || ranked.anomalous.length < 2) return null;
  const standardError = Math.sqrt(delongVariance(ranked, value));
  const margin = normalTwoSided(confidence) * standardError;
  return {
    value,
    low: Math.max(0, value - margin),
    high: Math.min(1, value + margin),
    standardError,
    confidence,
  };
}

/** The share of normal images below each anomalous one varies, and that of anomalous images above each normal one. */
function delongVariance(ranked: RankedScores, value: number): number {
  const [normals, anomalies] = [ranked.normal.length, ranked.anomalous.length];
  let [hits, falseAlarms, ofAnomalous, ofNormal] = [0, 0, 0, 0];
  walkTieGroups(ranked, (_score, positives, negatives) => {
    const below = (normals - falseAlarms - negatives / 2) / normals;
    const above = (hits + positives / 2) / anomalies;
    ofAnomalous += positives * (below - value) ** 2;
    ofNormal += negatives * (above - value) ** 2;
    hits += positives;
    falseAlarms += negatives;
  });
  return ofAnomalous / (anomalies - 1) / anomalies + ofNormal / (normals - 1) / normals;
}

export interface BootstrapOptions {
  /** In (0, 1), default 0.95. */
  readonly confidence?: number;
  /** At least 2. Default 2000 for images, 200 for pixels: enough for a standard error, few for the ends of a 95 % interval. */
  readonly resamples?: number;
  /** Default 0. The same seed gives the same interval. */
  readonly seed?: number;
}

export interface BootstrapInterval extends Interval {
  /** Resamples in which the metric was defined; the interval is theirs. */
  readonly resamples: number;
}

/**
 * Percentile bootstrap (Efron 1979) of an image-level metric: each resample draws as many normal and as many anomalous images as
 * there are, with replacement within each class. Where the class is all right or all wrong in the data it is so in all
 * resamples, and the interval is too narrow. One evaluation of the metric per resample. Null where the metric is.
 * @param metric such as `auroc` (default) or `averagePrecision`; it is handed arrays that the next resample overwrites
 * @throws MetricError `SHAPE`, `NOT_FINITE`, `BAD_LABEL`, `BAD_ARGUMENT`; what the metric throws
 */
export function bootstrapImages(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  metric: (scores: Float64Array, labels: Uint8Array) => number | null = auroc,
  { resamples = 2000, ...options }: BootstrapOptions = {},
): BootstrapInterval | null {
  const { normal, anomalous } = rankScores('bootstrapImages', scores, labels);
  const drawn = new Float64Array(normal.length + anomalous.length);
  drawn.set(normal);
  drawn.set(anomalous, normal.length);
  const kinds = new Uint8Array(drawn.length).fill(1, normal.length);
  return bootstrap(
    'bootstrapImages',
    { ...options, resamples },
    () => metric(drawn, kinds),
    (draws) => {
      for (let i = 0; i < normal.length; i++) drawn[i] = normal[draws.below(normal.length)]!;
      for (let i = 0; i < anomalous.length; i++) {
        drawn[normal.length + i] = anomalous[draws.below(anomalous.length)]!;
      }
      return metric(drawn, kinds);
    },
  );
}

/**
 * Percentile bootstrap of a pixel-level metric. Whole images are drawn, for the pixels of one are not independent: as many
 * without and as many with a defect as there are. The maps are not copied, but the metric is evaluated once per resample, so it
 * takes `resamples` times as long as the value itself. The order of images decides which are drawn. Null where the metric is.
 * @param metric such as `(pixels) => pixels.aupro()`
 * @throws MetricError `BAD_ARGUMENT`; what the metric throws
 */
export function bootstrapPixels(
  pixels: PixelAccumulator,
  metric: (pixels: PixelAccumulator) => number | null,
  { resamples = 200, ...options }: BootstrapOptions = {},
): BootstrapInterval | null {
  const state = pixels.toState();
  const normal = state.images.filter(({ anomalous }) => anomalous.length === 0);
  const anomalous = state.images.filter((image) => image.anomalous.length > 0);
  return bootstrap(
    'bootstrapPixels',
    { ...options, resamples },
    () => metric(pixels),
    (draws) => {
      const images = [normal, anomalous].flatMap((stratum) => stratum.map(() => stratum[draws.below(stratum.length)]!));
      return metric(PixelAccumulator.fromState({ ...state, images }));
    },
  );
}

function bootstrap(
  caller: string,
  { confidence = 0.95, resamples, seed = 0 }: BootstrapOptions & { readonly resamples: number },
  original: () => number | null,
  resample: (draws: Draws) => number | null,
): BootstrapInterval | null {
  checkInside(caller, 'confidence', confidence);
  checkWhole(caller, 'resamples', resamples, 2);
  if (!Number.isSafeInteger(seed)) throw new MetricError('BAD_ARGUMENT', `${caller}: seed is ${seed}, no whole number`);
  const value = original();
  if (value === null) return null;
  checkFinite(caller, 'the metric', value);
  const draws = new Draws(seed);
  const found: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const one = resample(draws);
    if (one !== null) found.push(checkFinite(caller, `the metric of resample ${i}`, one));
  }
  if (found.length < 2) return null;
  const sorted = Float64Array.from(found).sort();
  return {
    value,
    low: quantile(sorted, (1 - confidence) / 2),
    high: quantile(sorted, (1 + confidence) / 2),
    standardError: Math.sqrt(moments(sorted).squares / (sorted.length - 1)),
    confidence,
    resamples: sorted.length,
  };
}
