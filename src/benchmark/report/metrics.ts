// The metrics that a report has tables of: under the names that published numbers go by, and how to read them from an evaluation.
import type { Evaluation } from '../types.js';
import { isDone, type StudiedDataset } from './gather.js';

export interface ReportMetric {
  readonly id: string;
  readonly title: string;
  /** Variant and limit. */
  readonly note: string;
  /** Published datasets that it is reported for; default all. */
  readonly only?: readonly string[];
  /** What published numbers call it, where not `id` and the mean over the categories. */
  readonly published?: { readonly metric: string; readonly category: string };
  /** Null where undefined. */
  of(evaluation: Evaluation): number | null;
}

const AT_INPUT = "at the network's input size";
const GROUPS = ['logical', 'structural'] as const;

export const REPORT_METRICS: readonly ReportMetric[] = [
  { id: 'image_auroc', title: 'image AUROC', note: 'exact, ties half', of: ({ image }) => image.auroc },
  ...GROUPS.map(
    (group): ReportMetric => ({
      id: `image_auroc_${group}`,
      title: `image AUROC, ${group}`,
      note: `${group} anomalies against all good images`,
      only: ['mvtec_loco'],
      published: { metric: 'image_auroc', category: group },
      of: ({ saturated }) => saturated?.imageAuroc?.[group] ?? null,
    }),
  ),
  { id: 'image_ap', title: 'image AP', note: 'average precision, step-wise', of: ({ image }) => image.ap },
  {
    id: 'image_f1max',
    title: 'image F1-max (oracle)',
    note: 'largest F1 over all thresholds, which the test labels choose',
    of: ({ image }) => image.f1Max,
  },
  ...[0.99, 0.95, 0.9].map(
    (rate): ReportMetric => ({
      id: `image_tpr_at_tnr_${rate}`,
      title: `TPR at TNR ${rate}`,
      note: 'share of the anomalous test images found at a threshold that good images outside of the test set chose',
      only: ['autovi'],
      of: ({ normalPoints }) => normalPoints?.points.find(({ tnr }) => tnr === rate)?.tpr ?? null,
    }),
  ),
  { id: 'pixel_auroc', title: 'pixel AUROC', note: `exact, ${AT_INPUT}`, of: ({ pixel }) => pixel?.auroc ?? null },
  {
    id: 'pixel_ap',
    title: 'pixel AP',
    note: `average precision, step-wise, ${AT_INPUT}`,
    of: ({ pixel }) => pixel?.ap ?? null,
  },
  {
    id: 'pixel_f1max',
    title: 'pixel F1-max (oracle)',
    note: `largest F1 over all thresholds, which the test masks choose, ${AT_INPUT}`,
    of: ({ pixel }) => pixel?.f1Max ?? null,
  },
  {
    id: 'pixel_aupro_0.3',
    title: 'AUPRO@0.3',
    note: `per-region overlap, exact, up to a false-positive rate of 0.3, divided by it, ${AT_INPUT}`,
    of: ({ pixel }) => pixel?.aupro ?? null,
  },
  {
    id: 'pixel_auspro_0.05',
    title: 'AUsPRO@0.05',
    note: 'saturated overlap up to a false-positive rate of 0.05; of MVTec LOCO AD the mean of logical and structural anomalies',
    of: (evaluation) => {
      const at = overlapAt(evaluation, 0.05);
      return (at?.byGroup ? at.byGroup.mean : at?.auspro) ?? null;
    },
  },
  ...GROUPS.map(
    (group): ReportMetric => ({
      id: `pixel_auspro_0.05_${group}`,
      title: `AUsPRO@0.05, ${group}`,
      note: `${group} anomalies and all good images`,
      only: ['mvtec_loco'],
      published: { metric: 'pixel_auspro_0.05', category: group },
      of: (evaluation) => overlapAt(evaluation, 0.05)?.byGroup?.[group].auspro ?? null,
    }),
  ),
];

function overlapAt({ saturated }: Evaluation, wanted: number) {
  return saturated?.overlap.find(({ limit }) => limit === wanted);
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
