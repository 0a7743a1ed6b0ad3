// Speed and memory as tables print them, from what was measured elsewhere. State the hardware, threads, backend, precision and
// image size with every number.
import { MetricError } from './errors.js';
import { checkAmount, checkWhole, moments, quantile } from './numbers.js';

export interface LatencySummary {
  /** Measurements used, without the warm-up. */
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation; null for one measurement. */
  readonly sd: number | null;
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** Images per second, 1000 / mean; null where the mean is 0. */
  readonly fps: number | null;
  /** Where fewer than 50 measurements are left. */
  readonly warning: string | null;
}

/**
 * Time per image at batch size 1, tensor in, score and map out. Percentiles are linear between order statistics, at position
 * q (n − 1). Null if the warm-up leaves nothing.
 * @param milliseconds one value per image, in the order measured
 * @param warmUp how many of the first ones do not count
 * @throws MetricError `BAD_ARGUMENT`
 */
export function latencySummary(milliseconds: ArrayLike<number>, warmUp = 10): LatencySummary | null {
  checkWhole('latencySummary', 'warmUp', warmUp, 0);
  const all = Float64Array.from(milliseconds);
  all.forEach((value, i) => {
    checkMeasured('latencySummary', 'time', value, i);
  });
  const times = all.slice(warmUp).sort();
  const count = times.length;
  if (count === 0) return null;
  const { mean, squares } = moments(times);
  return {
    count,
    mean,
    sd: count < 2 ? null : Math.sqrt(squares / (count - 1)),
    min: times[0]!,
    median: quantile(times, 0.5),
    p90: quantile(times, 0.9),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    max: times[count - 1]!,
    fps: mean === 0 ? null : 1000 / mean,
    warning: count < 50 ? `${count} measurements are few: take 50, or all test images` : null,
  };
}

export interface Throughput {
  /** Milliseconds. */
  readonly perImage: number;
  readonly fps: number | null;
}

/**
 * The time of a whole prediction loop over its number of images, loading and batching included: what IM-IAD prints, there
 * comparable only as `imiad-total`. Not the latency of an image where several run at a time. Null without images.
 * @throws MetricError `BAD_ARGUMENT`
 */
export function throughput(images: number, milliseconds: number): Throughput | null {
  checkWhole('throughput', 'the number of images', images, 0);
  checkAmount('throughput', 'the time', milliseconds);
  if (images === 0) return null;
  return { perImage: milliseconds / images, fps: milliseconds === 0 ? null : (1000 * images) / milliseconds };
}

export interface MemorySummary {
  readonly peak: number;
  /** The peak over the first sample: what the work measured added to what was there before. */
  readonly risen: number;
}

/**
 * From samples of the resident set, or of GPU memory, taken before and during the work; the peak is one of the samples, so the
 * true one may lie between two of them. Null without samples.
 * @param bytes in the order measured
 * @throws MetricError `BAD_ARGUMENT`
 */
export function memorySummary(bytes: ArrayLike<number>): MemorySummary | null {
  if (bytes.length === 0) return null;
  let peak = 0;
  for (let i = 0; i < bytes.length; i++) peak = Math.max(peak, checkMeasured('memorySummary', 'sample', bytes[i]!, i));
  return { peak, risen: peak - bytes[0]! };
}

/**
 * Size of a memory bank: vectors x dimension x bytes of a value.
 * @throws MetricError `BAD_ARGUMENT`, also where the product is no safe integer
 */
export function bankBytes(vectors: number, dimension: number, bytesPerValue = 4): number {
  checkWhole('bankBytes', 'the number of vectors', vectors, 0);
  checkWhole('bankBytes', 'the dimension', dimension, 0);
  checkWhole('bankBytes', 'bytesPerValue', bytesPerValue, 1);
  const size = vectors * dimension * bytesPerValue;
  checkWhole('bankBytes', 'the size', size, 0);
  return size;
}

function checkMeasured(caller: string, what: string, value: number, index: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new MetricError('BAD_ARGUMENT', `${caller}: ${what} ${index} is ${value}, not a finite number >= 0`, index);
}
