// Image AUROC of each type of defect as bars, a group for each type, a bar for each method, as a Vega-Lite specification.
import type { TopLevelSpec } from 'vega-lite';
import type { BenchmarkReport } from '../../benchmark/report/index.js';
import { chart, type Layer } from '../chart-parts.js';
import type { Look } from './palette.js';

type Defect = BenchmarkReport['defects'][number];

/** Methods in a chart from which on bars go without their values. */
const CROWDED = 5;

/** The hardest type first; null where no value is defined. */
export function defectsSpec(defects: readonly Defect[], looks: ReadonlyMap<string, Look>): TopLevelSpec | null {
  const values = defects.flatMap(({ defect, method, images, imageAuroc: { mean } }) =>
    mean === null ? [] : [{ type: `${defect} (${images})`, method, value: mean }],
  );
  if (values.length === 0) return null;
  const methods = [...looks.keys()].filter((label) => values.some(({ method }) => method === label));
  const mean = (type: string) => {
    const own = values.filter((each) => each.type === type).map(({ value }) => value);
    return own.reduce((a, b) => a + b) / own.length;
  };
  const types = [...new Set(values.map(({ type }) => type))].sort((a, b) => mean(a) - mean(b) || (a < b ? -1 : 1));
  const y = {
    field: 'type',
    type: 'nominal',
    title: null,
    sort: types,
    axis: { labelLimit: 150, domain: false },
  } as const;
  const yOffset = { field: 'method', sort: methods } as const;
  const columns = methods.reduce((sum, label) => sum + label.length + 4, 0) > 60 ? 3 : methods.length;
  const bars: Layer = {
    mark: { type: 'bar' },
    encoding: {
      y,
      yOffset,
      x: { field: 'value', type: 'quantitative', title: 'image AUROC', scale: { domain: [0, 1] } },
      color: {
        field: 'method',
        type: 'nominal',
        title: null,
        scale: { domain: methods, range: methods.map((label) => looks.get(label)?.color ?? 'currentColor') },
        legend: { columns, labelLimit: 200 },
      },
    },
  };
  const figures: Layer = {
    mark: { type: 'text', align: 'left', dx: 4, fontSize: 10, color: 'currentColor' },
    encoding: { y, yOffset, x: { field: 'value', type: 'quantitative' }, text: { field: 'value', format: '.3f' } },
  };
  const crowded = methods.length > CROWDED;
  return chart('Image AUROC by type of defect', {
    height: { step: methods.length === 1 ? 26 : crowded ? 7 : 13 },
    data: { values },
    layer: crowded ? [bars] : [bars, figures],
  });
}
