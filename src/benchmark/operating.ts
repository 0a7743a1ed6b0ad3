// What thresholds do that come from good images alone; no test image has a say in them.
import type { Dataset } from '../data/types.js';
import type { AnomalyMethod, CallOptions } from '../methods/types.js';
import { confusionCounts, tprAtTnr } from '../metrics/index.js';
import type { ImageResult, NormalPoints, OperatingPoint } from './types.js';

/** AutoVI's targets. */
const TNR_TARGETS = [0.99, 0.95, 0.9] as const;

/** What the model's own threshold does; null without one. */
export function operatingPoint(images: readonly ImageResult[], method: AnomalyMethod): OperatingPoint | null {
  const { thresholds } = method;
  if (!thresholds) return null;
  const scores = images.map(({ score }) => score);
  const labels = images.map(({ label }) => label);
  const counts = confusionCounts(scores, labels, thresholds.image, '>');
  return { threshold: thresholds.image, falseAlarmRate: method.config.falseAlarmRate, ...counts };
}

/**
 * The true-positive rates at thresholds that leave given shares of good images unflagged: of the dataset's validation images, or, where
 * it has none, of the training images that the method held out. Null where there are neither.
 * @throws IadError what `predictEach` throws
 */
export async function normalPoints(
  images: readonly ImageResult[],
  method: AnomalyMethod,
  { validation = [] }: Dataset,
  options: CallOptions,
): Promise<NormalPoints | null> {
  const good = validation.filter(({ label }) => label === 0);
  const scores: number[] = [];
  if (good.length > 0) {
    for await (const { score } of method.predictEach(good, { ...options, maps: 'input' })) scores.push(score);
  }
  const from = scores.length > 0 ? 'validation' : 'held-out';
  const normal = Array.from(from === 'validation' ? scores : (method.calibration?.scores ?? [])).sort((a, b) => a - b);
  const of = (wanted: 0 | 1) => images.filter(({ label }) => label === wanted).map(({ score }) => score);
  const points = TNR_TARGETS.flatMap((tnr) => {
    const point = tprAtTnr(normal, of(1), tnr, of(0));
    if (point === null) return [];
    const { threshold, achievedTnr, tpr, fnr, fpr, warning } = point;
    return [{ tnr, threshold, achievedTnr, tpr, fnr, fpr, warning }];
  });
  return normal.length === 0 ? null : { from, scores: normal, points };
}
