// The charts of an evaluation as Vega-Lite specifications: plain data made from the record alone.
import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation, ImageResult } from '../benchmark/types.js';
import { prCurve, rocCurve } from '../metrics/index.js';

// Blue and vermilion keep apart for colour-blind eyes and stand on light and on dark ground.
const GOOD = '#3b82d6';
const ANOMALOUS = '#e2592b';
const PIXELS = '#2a9d8f';
const WIDTH = 380;
const HEIGHT = 260;
const BARS = 32;

/** An image whose label is known. */
type Labelled = ImageResult & { readonly label: 0 | 1 };

function labelled(evaluation: Evaluation): Labelled[] {
  return evaluation.images.filter((image): image is Labelled => image.label !== -1);
}

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

/** True-positive rate over false-positive rate; null where one class is missing. */
export function rocSpec(evaluation: Evaluation): TopLevelSpec | null {
  const { scores, labels } = scoresAndLabels(evaluation);
  const curve = rocCurve(scores, labels);
  if (curve === null) return null;
  const points = Array.from(curve.fpr, (x, i) => ({ x, y: curve.tpr[i]! }));
  const at = evaluation.operatingPoint;
  const operating = at && {
    x: at.falsePositives / (at.falsePositives + at.trueNegatives),
    y: at.truePositives / (at.truePositives + at.falseNegatives),
  };
  const chance = {
    data: {
      values: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
    },
    mark: { type: 'line', ...dashed },
  } as const;
  return chart('ROC curve of the image scores', {
    layer: [
      { ...chance, encoding: unitSquare('false-positive rate', 'true-positive rate') },
      ...curveLayers(points, 'linear', operating, 'false-positive rate', 'true-positive rate'),
    ],
  });
}

/** Precision over recall, step-wise as average precision sums it; null without anomalous images. */
export function precisionRecallSpec(evaluation: Evaluation): TopLevelSpec | null {
  const { scores, labels } = scoresAndLabels(evaluation);
  const curve = prCurve(scores, labels);
  if (curve === null) return null;
  const points = Array.from(curve.recall, (x, i) => ({ x, y: curve.precision[i]! }));
  // The first step reaches back to recall 0.
  points.unshift({ x: 0, y: curve.precision[0]! });
  const at = evaluation.operatingPoint;
  const flagged = at ? at.truePositives + at.falsePositives : 0;
  const operating =
    at && flagged > 0
      ? { x: at.truePositives / (at.truePositives + at.falseNegatives), y: at.truePositives / flagged }
      : null;
  return chart('Precision-recall curve of the image scores', {
    layer: curveLayers(points, 'step-before', operating, 'recall', 'precision'),
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

function scoresAndLabels(evaluation: Evaluation): { scores: number[]; labels: number[] } {
  const images = labelled(evaluation);
  return { scores: images.map(({ score }) => score), labels: images.map(({ label }) => label) };
}

const dashed = { color: 'currentColor', opacity: 0.6, strokeDash: [5, 4], strokeWidth: 1.2 };

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

interface Point {
  readonly x: number;
  readonly y: number;
}

function unitSquare(x: string, y: string) {
  const axis = (field: string, title: string) => {
    return { field, type: 'quantitative' as const, title, scale: { domain: [0, 1] } };
  };
  return { x: axis('x', x), y: axis('y', y) };
}

/** The curve, and where the model's own threshold puts it. */
function curveLayers(
  points: readonly Point[],
  interpolate: 'linear' | 'step-before',
  operating: Point | null,
  x: string,
  y: string,
): Layer[] {
  const encoding = unitSquare(x, y);
  const line: Layer = {
    data: { values: points.map((point, order) => ({ ...point, order })) },
    mark: { type: 'line', color: GOOD, strokeWidth: 2, interpolate },
    // Sorting by x, the default, would tear vertical runs.
    encoding: { ...encoding, order: { field: 'order', type: 'quantitative' } },
  };
  if (operating === null) return [line];
  // The label keeps inside the frame.
  const label = operating.x > 0.6 ? ({ align: 'right', dx: -9 } as const) : ({ align: 'left', dx: 9 } as const);
  const at: Layer = {
    data: { values: [operating] },
    layer: [
      { mark: { type: 'point', filled: true, size: 80, opacity: 1, color: ANOMALOUS }, encoding },
      { mark: { type: 'text', ...label, dy: 12, color: 'currentColor', text: 'at the threshold' }, encoding },
    ],
  };
  return [line, at];
}

type Layered = Extract<TopLevelSpec, { layer: unknown }>;
type Layer = Layered['layer'][number];

/** Adds the look that all charts share. `currentColor` lets the page around them choose light or dark. */
function chart(description: string, body: Omit<Layered, 'config'>): TopLevelSpec {
  return {
    description,
    width: WIDTH,
    height: HEIGHT,
    padding: 4,
    background: 'transparent',
    ...body,
    config: {
      font: 'Inter, system-ui, sans-serif',
      view: { stroke: null },
      axis: {
        labelColor: 'currentColor',
        titleColor: 'currentColor',
        titleFontWeight: 'normal',
        domainColor: 'currentColor',
        domainOpacity: 0.5,
        tickColor: 'currentColor',
        tickOpacity: 0.5,
        gridColor: 'currentColor',
        gridOpacity: 0.1,
        tickCount: 6,
        labelFlush: false,
      },
      legend: { labelColor: 'currentColor', orient: 'top', symbolType: 'square', offset: 8 },
    },
  };
}
