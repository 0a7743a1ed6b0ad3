// PIMO (Bertoldo et al. 2024): the true-positive rate of each anomalous image against the false-positive rate that all share,
// which is taken on normal images alone; and its area over the logarithm of that rate, AUPIMO.
import { checkChoice, MetricError } from './errors.js';
import { firstKeyAt, floatOfKey, sortKeys } from './float-keys.js';
import { countFrom, HIGH } from './pairs.js';
import type { StoredImage } from './pixel-store.js';

export interface AupimoOptions {
  /** Lower and upper bound of the shared false-positive rate, 0 < lower < upper <= 1; default [1e-5, 1e-4]. */
  readonly fprBounds?: readonly [number, number];
  /**
   * `exact` (default): every distinct score of a normal image is a threshold. `anomalib`: evenly spaced ones between the
   * lowest and the highest, and the points of the curve nearest to the bounds in place of the bounds.
   */
  readonly variant?: 'exact' | 'anomalib';
  /** Thresholds of variant `anomalib`; default 300,000. */
  readonly thresholds?: number;
  /** Variant `anomalib`: a value even from 30 points or fewer. */
  readonly force?: boolean;
}

export interface Aupimo {
  /** Mean over the anomalous images, in 0..1; null where undefined, for the reason given. */
  readonly aupimo: number | null;
  /** One per anomalous image. */
  readonly perImage: readonly { readonly image: number; readonly aupimo: number }[];
  /** Points of the shared rate that the areas were taken from. */
  readonly points: number;
  /** The shared rates between which they were taken; null where undefined. */
  readonly fprRange: readonly [number, number] | null;
  readonly reason: string | null;
  readonly warnings: readonly string[];
}

const DEFAULT_BOUNDS = [1e-5, 1e-4] as const;
const DEFAULT_THRESHOLDS = 300_000;

/** @param indices what the images are called in the result */
export function aupimoOf(images: readonly StoredImage[], indices: readonly number[], options: AupimoOptions): Aupimo {
  const { fprBounds: [low, high] = DEFAULT_BOUNDS, variant = 'exact', thresholds = DEFAULT_THRESHOLDS } = options;
  checkChoice('aupimo', 'variant', variant, ['exact', 'anomalib']);
  if (!(low > 0 && low < high && high <= 1)) {
    throw new MetricError('BAD_ARGUMENT', `aupimo: fprBounds are ${low} and ${high}, not 0 < lower < upper <= 1`);
  }
  if (!Number.isSafeInteger(thresholds) || thresholds < 2) {
    throw new MetricError('BAD_ARGUMENT', `aupimo: thresholds is ${thresholds}, not a whole number >= 2`);
  }
  const normal = images.filter(({ anomalous, normal: keys }) => anomalous.length === 0 && keys.length > 0);
  const anomalous = images.flatMap((image, i) =>
    image.anomalous.length > 0 ? [{ image: indices[i]!, keys: anomalousKeys(image) }] : [],
  );
  if (normal.length === 0) return undefinedFor('there is no normal image');
  if (anomalous.length === 0) return undefinedFor('there is no anomalous pixel');
  const curve =
    variant === 'exact'
      ? exactCurve(normal, low, high)
      : evenCurve(normal, low, high, thresholds, options.force ?? false);
  if ('reason' in curve) return undefinedFor(curve.reason);
  const { keys, fpr, warnings } = curve;
  const logs = fpr.map(Math.log);
  const span = Math.log(high / low);
  const perImage = anomalous.map(({ image, keys: own }) => {
    const tpr = keys.map((key) => countFrom(own, key) / own.length);
    const area =
      variant === 'exact'
        ? areaBetween(logs, tpr, Math.log(low), Math.log(high))
        : areaBetween(logs, tpr, logs[0]!, logs.at(-1)!);
    return { image, aupimo: Math.min(Math.max(area / span, 0), 1) };
  });
  return {
    aupimo: perImage.reduce((sum, { aupimo }) => sum + aupimo, 0) / perImage.length,
    perImage,
    points: fpr.length,
    fprRange: variant === 'exact' ? [low, high] : [fpr[0]!, fpr.at(-1)!],
    reason: null,
    warnings,
  };
}

function undefinedFor(reason: string): Aupimo {
  return { aupimo: null, perImage: [], points: 0, fprRange: null, reason, warnings: [] };
}

/** Ascending. */
function anomalousKeys({ anomalous }: StoredImage): Uint32Array {
  return Uint32Array.from({ length: anomalous.length / 2 }, (_, i) => anomalous[2 * i + HIGH]!).sort();
}

/** Thresholds as keys, an image's pixel being flagged from them on, and the rising shared rates at them, all positive. */
interface SharedCurve {
  readonly keys: readonly number[];
  readonly fpr: readonly number[];
  readonly warnings: readonly string[];
}

/** Mean over images of the share of an image's pixels from a key on. Images of one size share a sorted list. */
class SharedRate {
  readonly #images: number;
  readonly #bySize: readonly { readonly size: number; readonly keys: Uint32Array }[];

  constructor(normal: readonly StoredImage[]) {
    this.#images = normal.length;
    this.#bySize = [...new Set(normal.map(({ normal: keys }) => keys.length))].map((size) => ({
      size,
      keys: sortKeys(normal.flatMap(({ normal: keys }) => (keys.length === size ? [keys] : []))),
    }));
  }

  from(key: number): number {
    let sum = 0;
    for (const { size, keys } of this.#bySize) sum += countFrom(keys, key) / size;
    return sum / this.#images;
  }

  /** The highest key below `limit` that a pixel has; -1 if none. */
  nextBelow(limit: number): number {
    let next = -1;
    for (const { keys } of this.#bySize) {
      const below = keys.length - countFrom(keys, limit);
      if (below > 0) next = Math.max(next, keys[below - 1]!);
    }
    return next;
  }
}

/** From the last point at or below the lower bound to the first at or above the upper one. */
function exactCurve(normal: readonly StoredImage[], low: number, high: number): SharedCurve | { reason: string } {
  const rate = new SharedRate(normal);
  const keys: number[] = [];
  const fpr: number[] = [];
  for (let key = rate.nextBelow(2 ** 32); key >= 0; key = rate.nextBelow(key)) {
    const shared = rate.from(key);
    if (fpr.length === 0 && shared > low) {
      return {
        reason: `the smallest shared false-positive rate is ${shared}, above the lower bound ${low}: too few normal pixels`,
      };
    }
    if (shared <= low) keys.length = fpr.length = 0;
    keys.push(key);
    fpr.push(shared);
    if (shared >= high) break;
  }
  return { keys, fpr, warnings: [] };
}

function evenCurve(
  normal: readonly StoredImage[],
  low: number,
  high: number,
  count: number,
  force: boolean,
): SharedCurve | { reason: string } {
  const rate = new SharedRate(normal);
  const highest = floatOfKey(rate.nextBelow(2 ** 32));
  const lowest = normal.reduce((least, { normal: keys }) => Math.min(least, floatOfKey(lowestKey(keys))), Infinity);
  const keyAt = (i: number) => firstKeyAt(lowest + ((highest - lowest) * i) / (count - 1), '>=');
  // From the highest rate to the lowest; the first index wins a tie.
  const rates = Float64Array.from({ length: count }, (_, i) => rate.from(keyAt(i)));
  if (low < rates[count - 1]!) return { reason: `no threshold has a shared false-positive rate as low as ${low}` };
  const from = nearest(rates, high);
  const to = nearest(rates, low);
  if (from >= to) return { reason: 'one threshold is nearest to both bounds; give more thresholds' };
  const warnings: string[] = [];
  for (const [bound, at] of [
    [low, to],
    [high, from],
  ] as const) {
    if (Math.abs(rates[at]! - bound) > 0.01 * bound) warnings.push(`the bound ${bound} is met by ${rates[at]} only`);
  }
  const keys: number[] = [];
  const fpr: number[] = [];
  for (let i = to; i >= from; i--) {
    if (rates[i] === 0) continue;
    keys.push(keyAt(i));
    fpr.push(rates[i]!);
  }
  const few = `${fpr.length} points between the bounds`;
  if (fpr.length <= 30 && !force) return { reason: `${few}, not more than 30; give more thresholds` };
  if (fpr.length < 300) warnings.push(`${few}, fewer than 300: the areas may be inaccurate`);
  return { keys, fpr, warnings };
}

function lowestKey(keys: Uint32Array): number {
  let low = keys[0]!;
  for (let i = 1; i < keys.length; i++) if (keys[i]! < low) low = keys[i]!;
  return low;
}

function nearest(rates: Float64Array, level: number): number {
  let best = 0;
  for (let i = 1; i < rates.length; i++) if (Math.abs(rates[i]! - level) < Math.abs(rates[best]! - level)) best = i;
  return best;
}

/** Trapezoidal area under rising points from `low` to `high`, which lie within them, with linear interpolation at both. */
function areaBetween(x: readonly number[], y: readonly number[], low: number, high: number): number {
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    const from = Math.max(x[i - 1]!, low);
    const to = Math.min(x[i]!, high);
    if (to <= from) continue;
    const slope = (y[i]! - y[i - 1]!) / (x[i]! - x[i - 1]!);
    area += (to - from) * (y[i - 1]! + slope * ((from + to) / 2 - x[i - 1]!));
  }
  return area;
}
