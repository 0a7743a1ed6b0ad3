// The charts of counts as Vega-Lite specifications: score histogram and bars by defect type.
import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation } from '../benchmark/types.js';
import { ANOMALOUS, chart, dashed, GOOD, type Labelled, type Layer, labelled, PIXELS } from './chart-parts.js';

const BARS = 32;

/** Counts of good and anomalous images by score, with the model's threshold; null without a labelled image. */
export function histogramSpec(evaluation: Evaluation): TopLevelSpec | null {
  const images = labelled(evaluation);
  if (images.length === 0) return null;
  const threshold = evaluation.operatingPoint?.threshold ?? null;
  const rule = threshold === null ? [] : [thresholdLayer(threshold)];
  return chart('Image scores of good and of anomalous test images', {
    layer: [
      {
        data: { values: histogram(images, threshold) },
        mark: { type: 'bar', opacity: 0.72 },
        encoding: {
          x: { field: 'from', type: 'quantitative', bin: 'binned', title: 'image score', scale: { nice: false } },
          x2: { field: 'to' },
          y: { field: 'count', type: 'quantitative', title: 'images', stack: null, axis: { tickMinStep: 1 } },
          color: classColor,
        },
      },
      ...rule,
    ],
  });
}

/** Metrics of each defect type as bars, hardest first; null without a defect type. */
export function perDefectSpec(evaluation: Evaluation): TopLevelSpec | null {
  const values = Object.entries(evaluation.perDefect)
    .sort(([, a], [, b]) => (a.image.auroc ?? 2) - (b.image.auroc ?? 2))
    .flatMap(([defect, { image, pixel }]) => [
      { defect, metric: 'image AUROC', value: image.auroc },
      { defect, metric: 'caught', value: caughtShare(evaluation, defect) },
      { defect, metric: 'AUPRO', value: pixel?.aupro ?? null },
    ])
    .filter(({ value }) => value !== null);
  if (values.length === 0) return null;
  const defects = [...new Set(values.map(({ defect }) => defect))];
  const metrics = ['image AUROC', 'caught', 'AUPRO'].filter((name) => values.some(({ metric }) => metric === name));
  const colors: Record<string, string> = { 'image AUROC': GOOD, caught: ANOMALOUS, AUPRO: PIXELS };
  const y = {
    field: 'defect',
    type: 'nominal',
    title: null,
    sort: defects,
    axis: { labelLimit: 120, domain: false },
  } as const;
  const yOffset = { field: 'metric', sort: metrics } as const;
  return chart('Image AUROC, share caught and AUPRO by defect type', {
    height: { step: metrics.length > 1 ? 13 : 26 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          y,
          yOffset,
          x: { field: 'value', type: 'quantitative', title: null, scale: { domain: [0, 1] } },
          color: {
            field: 'metric',
            type: 'nominal',
            title: null,
            scale: { domain: metrics, range: metrics.map((name) => colors[name] ?? GOOD) },
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 10, color: 'currentColor' },
        encoding: { y, yOffset, x: { field: 'value', type: 'quantitative' }, text: { field: 'value', format: '.3f' } },
      },
    ],
  });
}

/** Share of a defect type's images that the model's threshold flags, 0..1; null without one. */
export function caughtShare(evaluation: Evaluation, defect: string): number | null {
  const images = evaluation.images.filter(({ label, defectType }) => label === 1 && defectType === defect);
  if (evaluation.operatingPoint === null || images.length === 0) return null;
  return images.filter(({ isAnomalous }) => isAnomalous === true).length / images.length;
}

interface Bar {
  readonly class: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Equal bars of both classes, open on the left; one edge lies on the threshold, so no bar straddles it. */
function histogram(images: readonly Labelled[], threshold: number | null): Bar[] {
  const scores = images.map(({ score }) => score);
  const low = scores.reduce((a, b) => Math.min(a, b));
  const high = scores.reduce((a, b) => Math.max(a, b));
  const width = (high - low) / BARS || Math.max(1e-6, Math.abs(low) * 0.01);
  const edge = threshold ?? low;
  const bars = new Map<string, { class: string; at: number; count: number }>();
  for (const { label, score } of images) {
    // `score > threshold` is what flags an image, so a score on an edge belongs to the bar on its left.
    const at = Math.ceil((score - edge) / width) - 1;
    const key = `${label} ${at}`;
    const bar = bars.get(key) ?? { class: label === 1 ? 'anomalous' : 'good', at, count: 0 };
    bar.count++;
    bars.set(key, bar);
  }
  return [...bars.values()].map(({ class: name, at, count }) => {
    return { class: name, from: edge + at * width, to: edge + (at + 1) * width, count };
  });
}

const classColor = {
  field: 'class',
  type: 'nominal',
  title: null,
  scale: { domain: ['good', 'anomalous'], range: [GOOD, ANOMALOUS] },
} as const;

function thresholdLayer(threshold: number): Layer {
  return {
    data: { values: [{ threshold }] },
    encoding: { x: { field: 'threshold', type: 'quantitative' } },
    layer: [
      { mark: { type: 'rule', ...dashed, opacity: 1 } },
      {
        mark: { type: 'text', align: 'left', baseline: 'top', dx: 5, color: 'currentColor', text: 'threshold' },
        encoding: { y: { value: 0 } },
      },
    ],
  };
}
