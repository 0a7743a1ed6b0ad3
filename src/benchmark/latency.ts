// How long one image takes, from what the predictions tell of themselves.
import type { PredictTimings } from '../methods/types.js';
import { latencySummary, throughput } from '../metrics/index.js';
import type { Evaluation } from './types.js';

type Timings = Evaluation['timings'];

/** Images that warm caches and compilers; of few images half are left. */
const WARM_UP = 10;

/** @param isCached whether features may have been read instead of computed: then times say nothing of the method */
export function predictTimings(
  images: readonly PredictTimings[],
  predictTotal: number,
  isCached: boolean,
): Omit<Timings, 'fit'> {
  const count = images.length;
  const mean = (stage: keyof PredictTimings) => images.reduce((sum, times) => sum + times[stage], 0) / count;
  return {
    predictTotal,
    perImage: { decode: mean('decode'), features: mean('features'), scoring: mean('scoring') },
    latency: isCached ? null : summary(images.map(({ features, scoring }) => features + scoring)),
    latencyWithDecoding: isCached
      ? null
      : summary(images.map(({ decode, features, scoring }) => decode + features + scoring)),
    imagesPerSecond: isCached ? null : (throughput(count, predictTotal)?.fps ?? null),
  };
}

function summary(times: readonly number[]): Timings['latency'] {
  if (times.length < 2) return null;
  const warmUp = Math.min(WARM_UP, Math.floor(times.length / 2));
  const found = latencySummary(times, warmUp);
  if (!found) return null;
  const { count, mean, sd, min, median, p90, p95, p99, max } = found;
  return { warmUp, count, mean, sd, min, median, p90, p95, p99, max };
}
