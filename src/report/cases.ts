// Which test images a report shows, and what became of each: the mistakes come first.
import type { Evaluation, ImageResult } from '../benchmark/types.js';

/** `pass` is a good image that was not flagged; `unlabelled` one whose label is unknown. */
export type CaseKind = 'false-alarm' | 'miss' | 'hit' | 'pass' | 'unlabelled';

/** What the model's threshold made of an image. Without a threshold, good counts as `false-alarm`, anomalous as `miss`. */
export function caseKind({ label, isAnomalous }: ImageResult): CaseKind {
  if (label === -1) return 'unlabelled';
  if (label === 0) return isAnomalous === false ? 'pass' : 'false-alarm';
  return isAnomalous === true ? 'hit' : 'miss';
}

export interface CaseCounts {
  /** Good images flagged, the highest scores first. */
  readonly falseAlarms: number;
  /** Anomalous images passed, the lowest scores first. */
  readonly misses: number;
  /** Anomalous images flagged, the highest scores first. */
  readonly hits: number;
}

/**
 * Ids of the images worth showing, false alarms first, then misses, then hits, at most as many of each as asked for.
 * Ties keep the order of ids. Without a threshold: the good images with the highest scores, the anomalous ones with the
 * lowest, and then those with the highest.
 */
export function selectCases(evaluation: Evaluation, counts: CaseCounts): string[] {
  const of = (kind: CaseKind) => evaluation.images.filter((image) => caseKind(image) === kind);
  const falseAlarms = of('false-alarm').sort(byScore(-1)).slice(0, counts.falseAlarms);
  const missed = of('miss').sort(byScore(1));
  const misses = missed.slice(0, counts.misses);
  const flagged = evaluation.operatingPoint === null ? missed.slice(counts.misses) : of('hit');
  const hits = flagged.sort(byScore(-1)).slice(0, counts.hits);
  return [...falseAlarms, ...misses, ...hits].map(({ id }) => id);
}

function byScore(sign: 1 | -1): (a: ImageResult, b: ImageResult) => number {
  return (a, b) => sign * (a.score - b.score) || (a.id < b.id ? -1 : 1);
}
