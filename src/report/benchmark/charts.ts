// All charts of a benchmark's report as SVG, dataset by dataset.
import type { TopLevelSpec } from 'vega-lite';
import { type BenchmarkReport, grouped } from '../../benchmark/report/index.js';
import { renderChart } from '../charts.js';
import { compactSvg } from './compact-svg.js';
import { costSpec } from './cost-spec.js';
import { curvesSpec } from './curves-spec.js';
import { defectsSpec } from './defects-spec.js';
import { matrixSpec } from './matrix-spec.js';
import { looksOf } from './palette.js';

/** A chart with its caption. */
export interface ChartFigure {
  readonly title: string;
  readonly text: string;
  /** Null where the records do not define it; `text` then says why. */
  readonly svg: string | null;
}

export interface DatasetFigures {
  /** Quality against latency and memory. */
  readonly cost: readonly ChartFigure[];
  readonly curves: readonly ChartFigure[];
  readonly matrices: readonly ChartFigure[];
  readonly defects: readonly ChartFigure[];
}

/** By the name of the dataset. SVGs are transparent and draw their ink in `currentColor`. */
export async function renderBenchmarkCharts(report: BenchmarkReport): Promise<ReadonlyMap<string, DatasetFigures>> {
  const figures = new Map<string, DatasetFigures>();
  for (const { name } of report.datasets) figures.set(name, await figuresOf(report, name));
  return figures;
}

async function figuresOf(report: BenchmarkReport, dataset: string): Promise<DatasetFigures> {
  const looks = looksOf(report.methods.map(({ label }) => label));
  const own = <T extends { readonly dataset: string }>(items: readonly T[]) =>
    items.filter((item) => item.dataset === dataset);
  const titleOf = (id: string) => report.settings.find((setting) => setting.id === id)?.title ?? id;
  const draw = async (title: string, text: string, spec: TopLevelSpec | null, missing = 'Undefined.') => {
    const svg = spec && compactSvg(await renderChart(spec), title);
    return { title, text: svg === null ? missing : text, svg };
  };

  const all = own(report.efficiency);
  const points = all.filter(({ setting }) => setting === all[0]?.setting);
  const where = points[0] ? titleOf(points[0].setting) : '';
  const busy = points.some(({ parallel }) => parallel > 1) ? ' Several jobs ran at once, which slows all of them.' : '';
  const latencies = points.flatMap(({ method, auroc, latency }) =>
    auroc === null || latency === null ? [] : [{ method, auroc, cost: latency }],
  );
  const peaks = points.flatMap(({ method, auroc, peakMemory }) =>
    auroc === null || peakMemory === null ? [] : [{ method, auroc, cost: peakMemory }],
  );
  const cost = [
    await draw(
      'Quality against latency',
      `Top left is best. Setting: ${where}. Reading and decoding left out.${busy}`,
      costSpec('latency', latencies, looks),
      'Not measured: features came from a cache.',
    ),
    await draw(
      'Quality against memory',
      `Top left is best. Setting: ${where}. The largest resident set of a job, training included.`,
      costSpec('memory', peaks, looks),
      'Not known: jobs shared a process. With --jobs each has one of its own.',
    ),
  ];

  const curves: ChartFigure[] = [];
  for (const panel of grouped(own(report.curves), (curve) => `${curve.kind} ${curve.panel}`)) {
    const { kind, panel: name } = panel[0];
    const what = kind === 'shots' ? 'Few training images' : 'Noise in the training images';
    const bars = 'Bars: one standard deviation over the repeats.';
    const text = kind === 'shots' ? bars : `${bars} The noise is taken from the test images, which are fewer for it.`;
    curves.push(await draw(`${what}: ${name}`, text, curvesSpec(panel, looks)));
  }

  const matrices: ChartFigure[] = [];
  for (const matrix of own(report.matrices)) {
    if (matrix.metric !== 'image_auroc') continue;
    const kept = matrix.learned.at(-1) ?? '';
    const runs = matrix.repeats > 1 ? `, mean of ${matrix.repeats} repeats` : '';
    const text = `Image AUROC on each task after each further one${runs}.${kept === '' ? '' : ` Kept in the end: ${kept}.`}`;
    matrices.push(await draw(`${matrix.method}, ${titleOf(matrix.setting)}`, text, matrixSpec(matrix)));
  }

  const defects: ChartFigure[] = [];
  for (const ofCategory of grouped(own(report.defects), ({ category }) => category)) {
    const { category, setting } = ofCategory[0];
    const text = `${titleOf(setting)}; the hardest type first, with its number of images.`;
    defects.push(await draw(category, text, defectsSpec(ofCategory, looks)));
  }
  return { cost, curves, matrices, defects };
}
