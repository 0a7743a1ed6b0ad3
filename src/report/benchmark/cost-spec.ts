// Quality against cost as a Vega-Lite specification: image AUROC over latency or over peak memory, a point for each method.
import type { TopLevelSpec } from 'vega-lite';
import { chart, type Layer } from '../chart-parts.js';
import type { Look } from './palette.js';
import { placeLabels } from './place-labels.js';
import { type Axis, quality, range } from './scales.js';

export interface CostPoint {
  readonly method: string;
  readonly auroc: number;
  /** Milliseconds, or bytes; above 0. */
  readonly cost: number;
}

const FRAME = { width: 420, height: 300 };

/** Cost on a logarithm; null without a point. */
export function costSpec(
  kind: 'latency' | 'memory',
  points: readonly CostPoint[],
  looks: ReadonlyMap<string, Look>,
): TopLevelSpec | null {
  const unit = kind === 'latency' ? 1 : 2 ** 20;
  const shown = points.filter(({ cost }) => cost > 0).map((point) => ({ ...point, cost: point.cost / unit }));
  if (shown.length === 0) return null;
  const costs = logRange(shown.map(({ cost }) => cost));
  const [low, high] = range(shown.map(({ auroc }) => auroc));
  const along = (cost: number) => (FRAME.width * Math.log(cost / costs.low)) / Math.log(costs.high / costs.low);
  const down = (auroc: number) => (FRAME.height * (high - auroc)) / (high - low);
  const places = placeLabels(
    shown.map(({ method, cost, auroc }) => ({ x: along(cost), y: down(auroc), text: method })),
    FRAME,
  );
  // A label is set by its pixels, so that it stands where it was found to fit.
  const labels = shown.map(
    ({ method }, i): Layer => ({
      data: { values: [{ method }] },
      mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: 11, color: 'currentColor' },
      encoding: { x: { value: places[i]!.x }, y: { value: places[i]!.y }, text: { field: 'method' } },
    }),
  );
  const x: Axis = {
    field: 'cost',
    type: 'quantitative',
    title: kind === 'latency' ? 'features and scoring per image' : 'peak memory of a job',
    scale: { type: 'log', domain: [costs.low, costs.high], nice: false },
    axis: { values: costs.ticks, labelExpr: kind === 'latency' ? LATENCY : MEMORY },
  };
  const marks = shown.map((point): Layer => {
    const { color = 'currentColor', shape = 'circle' } = looks.get(point.method) ?? {};
    return {
      data: { values: [point] },
      mark: { type: 'point', filled: true, size: 90, opacity: 1, color, shape },
      encoding: { x, y: quality('auroc', [low, high]) },
    };
  });
  return chart(`Image AUROC over ${kind} of each method`, { ...FRAME, layer: [...marks, ...labels] });
}

const LATENCY = "datum.value >= 1000 ? format(datum.value / 1000, '~g') + ' s' : format(datum.value, '~g') + ' ms'";
const MEMORY = "datum.value >= 1024 ? format(datum.value / 1024, '~g') + ' GiB' : format(datum.value, '~g') + ' MiB'";

/** Some room beyond the values on both sides, and powers of two within. */
function logRange(values: readonly number[]): { low: number; high: number; ticks: number[] } {
  const low = Math.min(...values) / 1.6;
  const high = Math.max(...values) * 1.6;
  const powers = Array.from({ length: 40 }, (_, i) => 2 ** (i - 10));
  return { low, high, ticks: powers.filter((tick) => tick >= low && tick <= high) };
}
