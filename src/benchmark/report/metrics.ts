// The metrics that a report has tables of: under the names that published numbers go by, and how to read them from an evaluation.
import { tprAtTnr } from '../../metrics/index.js';
import type { Evaluation } from '../types.js';
import { isDone, type StudiedDataset } from './gather.js';

export interface ReportMetric {
  /** As in `PublishedValue.metric`. */
  readonly id: string;
  readonly title: string;
  /** Variant and limit. */
  readonly note: string;
  /** Published datasets that it is reported for; default all. */
  readonly only?: readonly string[];
  /** Null where undefined. */
  of(evaluation: Evaluation): number | null;
}

export const REPORT_METRICS: readonly ReportMetric[] = [
  { id: 'image_auroc', title: 'image AUROC', note: 'exact, ties half', of: ({ image }) => image.auroc },
  { id: 'image_ap', title: 'image AP', note: 'average precision, step-wise', of: ({ image }) => image.ap },
  {
    id: 'image_f1max',
    title: 'image F1-max (oracle)',
    note: 'largest F1 over all thresholds, which the test labels choose',
    of: ({ image }) => image.f1Max,
  },
  ...[0.99, 0.95, 0.9].map(tprMetric),
  { id: 'pixel_auroc', title: 'pixel AUROC', note: 'exact', of: ({ pixel }) => pixel?.auroc ?? null },
  { id: 'pixel_ap', title: 'pixel AP', note: 'average precision, step-wise', of: ({ pixel }) => pixel?.ap ?? null },
  {
    id: 'pixel_f1max',
    title: 'pixel F1-max (oracle)',
    note: 'largest F1 over all thresholds, which the test masks choose',
    of: ({ pixel }) => pixel?.f1Max ?? null,
  },
  {
    id: 'pixel_aupro_0.3',
    title: 'AUPRO@0.3',
    note: 'per-region overlap, exact, up to a false-positive rate of 0.3, divided by it',
    of: ({ pixel }) => pixel?.aupro ?? null,
  },
];

/** AutoVI's operating points. */
function tprMetric(rate: number): ReportMetric {
  return {
    id: `image_tpr_at_tnr_${rate}`,
    title: `TPR at TNR ${rate}`,
    note: 'share of the anomalous test images found at the threshold that lets so many of the good test images pass',
    only: ['autovi'],
    of: ({ images }) => {
      const scoresOf = (wanted: 0 | 1) => images.flatMap(({ label, score }) => (label === wanted ? [score] : []));
      return tprAtTnr(scoresOf(0), scoresOf(1), rate)?.tpr ?? null;
    },
  };
}

/** Those that are defined somewhere in a dataset. */
export function metricsOf({ id, studies }: StudiedDataset): ReportMetric[] {
  const evaluations = studies.flatMap(({ jobs }) =>
    jobs.flatMap(({ record }) => (isDone(record) ? record.outcomes.map(({ evaluation }) => evaluation) : [])),
  );
  return REPORT_METRICS.filter(({ only, of }) => {
    if (only && (id === null || !only.includes(id))) return false;
    return evaluations.some((evaluation) => of(evaluation) !== null);
  });
}
