// Quality over training images or over noise as Vega-Lite specifications: a line for each method, with its deviation over repeats.
import type { TopLevelSpec } from 'vega-lite';
import type { BenchmarkReport } from '../../benchmark/report/index.js';
import { chart, type Layer } from '../chart-parts.js';
import type { Look } from './palette.js';
import { spread } from './place-labels.js';
import { type Axis, quality, range } from './scales.js';

export type Curve = BenchmarkReport['curves'][number];

const FRAME = { width: 330, height: 280 };
const LABELS = { gap: 14, left: 16 };

/** The curves of one panel; null without one. */
export function curvesSpec(curves: readonly Curve[], looks: ReadonlyMap<string, Look>): TopLevelSpec | null {
  const [first] = curves;
  if (!first) return null;
  const all = curves.flatMap(({ points }) =>
    points.flatMap(({ x, mean, sd }) => (mean === null ? [] : [{ x, low: mean - (sd ?? 0) }])),
  );
  const domain = range(all.map(({ low }) => low));
  const values = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  const along = alongX(first.kind === 'shots', values);
  // Side by side, or the bars of methods would cover each other.
  const step = Math.min(3, 24 / curves.length);
  const shown = curves.map(({ method, points }, i) => ({
    method,
    points: points.flatMap(({ x, mean, sd }) => {
      if (mean === null) return [];
      const shifted = along.shift(x, step * (i - (curves.length - 1) / 2));
      return [{ x: shifted, mean, low: mean - (sd ?? 0), high: Math.min(1, mean + (sd ?? 0)) }];
    }),
  }));
  const title = first.kind === 'shots' ? 'training images (shots)' : `noise, per cent ${first.panel}`;
  const x: Axis = {
    field: 'x',
    type: 'quantitative',
    title,
    scale: {
      domain: [...along.domain],
      nice: false,
      ...(first.kind === 'shots' && { type: 'log' as const, base: 2 }),
    },
    axis: { values, grid: false, labelExpr: "format(datum.value, '~g')" },
  };
  const y = quality('mean', domain);
  const ends = shown.map(({ points }) => points.at(-1)!);
  const down = (mean: number) => (FRAME.height * (domain[1] - mean)) / (domain[1] - domain[0]);
  const places = spread(
    ends.map(({ mean }) => down(mean)),
    LABELS.gap,
    0,
    FRAME.height,
  );
  const layers = shown.flatMap(({ method, points }, i): Layer[] => {
    const { color = 'currentColor', shape = 'circle' } = looks.get(method) ?? {};
    const at = places[i]!;
    return [
      { data: { values: points }, mark: { type: 'line', color, strokeWidth: 2 }, encoding: { x, y } },
      {
        data: { values: points },
        mark: { type: 'rule', color, opacity: 0.45, strokeWidth: 1.5 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, color, shape, size: 45, opacity: 1 },
        encoding: { x, y },
      },
      // From the end of the line to its name beside the frame.
      {
        data: { values: ends.slice(i, i + 1) },
        mark: { type: 'rule', color, opacity: 0.6 },
        encoding: { x, y, x2: { value: FRAME.width + LABELS.left - 3 }, y2: { value: at } },
      },
      {
        data: { values: [{ method }] },
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: 11, color: 'currentColor' },
        encoding: { x: { value: FRAME.width + LABELS.left }, y: { value: at }, text: { field: 'method' } },
      },
    ];
  });
  return chart(`Image AUROC over ${title}, ${first.panel}`, { ...FRAME, layer: layers });
}

/** The axis with some room at both ends, and moves along it by pixels. */
function alongX(isLog: boolean, values: readonly number[]) {
  const to = isLog ? Math.log2 : (x: number) => x;
  const from = isLog ? (x: number) => 2 ** x : (x: number) => x;
  const [first, last] = [to(values[0]!), to(values.at(-1)!)];
  const room = 0.06 * (last - first);
  const perPixel = (last - first + 2 * room) / FRAME.width;
  return {
    domain: [from(first - room), from(last + room)] as const,
    shift: (x: number, pixels: number) => from(to(x) + pixels * perPixel),
  };
}
