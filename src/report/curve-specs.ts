// The curves over all thresholds as Vega-Lite specifications: ROC, precision-recall, per-region overlap, and what a line sees of
// false alarms and misses.
import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation } from '../benchmark/types.js';
import { operatingCurve, prCurve, rocCurve } from '../metrics/index.js';
import { ANOMALOUS, chart, dashed, GOOD, type Layer, labelled, PIXELS } from './chart-parts.js';

/** Where AUPRO ends, and so its chart. */
const PRO_LIMIT = 0.3;

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
  const encoding = axes('false-positive rate', 'true-positive rate');
  return chart('ROC curve of the image scores', {
    layer: [diagonal(1, encoding), ...curveLayers(points, 'linear', operating, encoding)],
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
    layer: curveLayers(points, 'step-before', operating, axes('recall', 'precision')),
  });
}

/** Share of defects missed over false alarms per 1,000 good parts; null where one class is missing. */
export function operatingSpec(evaluation: Evaluation): TopLevelSpec | null {
  const { scores, labels } = scoresAndLabels(evaluation);
  const curve = operatingCurve(scores, labels);
  if (curve === null) return null;
  const points = Array.from(curve.falseAlarmsPer1000, (x, i) => ({ x, y: curve.missRate[i]! }));
  const at = evaluation.operatingPoint;
  const operating = at && {
    x: (1000 * at.falsePositives) / (at.falsePositives + at.trueNegatives),
    y: at.falseNegatives / (at.truePositives + at.falseNegatives),
  };
  const { x, y } = axes('false alarms per 1,000 good parts', 'share of defects missed');
  // The left end is where a line is run: a logarithm that has room for none at all.
  const few: Axis = {
    ...x,
    scale: { domain: [0, 1000], type: 'symlog' },
    axis: { values: [0, 1, 10, 100, 1000] },
  };
  return chart('Defects missed over false alarms, of the image scores', {
    // As many false alarms as a step has not reached yet buy nothing.
    layer: curveLayers(points, 'step-after', operating, { x: few, y }),
  });
}

/** Mean overlap of regions over the pixels' false-positive rate, as far as AUPRO counts it; null where it is undefined. */
export function proSpec({ proCurve }: Evaluation): TopLevelSpec | null {
  if (proCurve === null) return null;
  const points = withEnd(proCurve.fpr.map((x, i) => ({ x, y: proCurve.pro[i]! })));
  const at = proCurve.atThreshold;
  const operating = at !== null && at.fpr <= PRO_LIMIT ? { x: at.fpr, y: at.pro } : null;
  const encoding = axes('false-positive rate of the pixels', 'overlap of a region, mean', PRO_LIMIT);
  const area: Layer = {
    data: { values: points },
    mark: { type: 'area', color: PIXELS, opacity: 0.15, line: false },
    encoding,
  };
  return chart('Per-region overlap of the anomaly maps', {
    layer: [area, diagonal(PRO_LIMIT, encoding), ...curveLayers(points, 'linear', operating, encoding, PIXELS)],
  });
}

/** The curve up to the limit, with the point there that AUPRO interpolates. */
function withEnd(points: readonly Point[]): Point[] {
  const end = points.findIndex(({ x }) => x > PRO_LIMIT);
  const [before, after] = [points[end - 1], points[end]];
  if (before === undefined || after === undefined) return [...points];
  const y = before.y + ((PRO_LIMIT - before.x) / (after.x - before.x)) * (after.y - before.y);
  return [...points.slice(0, end), { x: PRO_LIMIT, y }];
}

function scoresAndLabels(evaluation: Evaluation): { scores: number[]; labels: number[] } {
  const images = labelled(evaluation);
  return { scores: images.map(({ score }) => score), labels: images.map(({ label }) => label) };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Axis {
  readonly field: string;
  readonly type: 'quantitative';
  readonly title: string;
  readonly scale: { readonly domain: number[]; readonly type?: 'symlog' };
  readonly axis?: { readonly values: number[] };
}

interface Axes {
  readonly x: Axis;
  readonly y: Axis;
}

/** Both from 0 to 1, or x to another end. */
function axes(x: string, y: string, xEnd = 1): Axes {
  const axis = (field: string, title: string, end: number) => {
    return { field, type: 'quantitative' as const, title, scale: { domain: [0, end] } };
  };
  return { x: axis('x', x, xEnd), y: axis('y', y, 1) };
}

/** What guessing gives. */
function diagonal(end: number, encoding: Axes): Layer {
  const values = [
    { x: 0, y: 0 },
    { x: end, y: end },
  ];
  return { data: { values }, mark: { type: 'line', ...dashed }, encoding };
}

/** The curve, and where the model's own threshold puts it. */
function curveLayers(
  points: readonly Point[],
  interpolate: 'linear' | 'step-before' | 'step-after',
  operating: Point | null,
  encoding: Axes,
  color = GOOD,
): Layer[] {
  const line: Layer = {
    data: { values: points.map((point, order) => ({ ...point, order })) },
    mark: { type: 'line', color, strokeWidth: 2, interpolate },
    // Sorting by x, the default, would tear vertical runs.
    encoding: { ...encoding, order: { field: 'order', type: 'quantitative' } },
  };
  if (operating === null) return [line];
  const { type, domain } = encoding.x.scale;
  const along = type === 'symlog' ? Math.log1p : (x: number) => x;
  // The label keeps inside the frame.
  const right = along(operating.x) > 0.6 * along(domain[1]!);
  const label = right ? ({ align: 'right', dx: -9 } as const) : ({ align: 'left', dx: 9 } as const);
  const dy = operating.y < 0.1 ? -10 : 12;
  const at: Layer = {
    data: { values: [operating] },
    layer: [
      { mark: { type: 'point', filled: true, size: 80, opacity: 1, color: ANOMALOUS }, encoding },
      { mark: { type: 'text', ...label, dy, color: 'currentColor', text: 'at the threshold' }, encoding },
    ],
  };
  return [line, at];
}
