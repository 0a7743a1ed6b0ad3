// A forgetting matrix as a Vega-Lite specification: what each task is worth after learning each further one.
import type { TopLevelSpec } from 'vega-lite';
import type { BenchmarkReport } from '../../benchmark/report/index.js';
import { chart } from '../chart-parts.js';

type Matrix = BenchmarkReport['matrices'][number];

const LIGHT = '#e6eff8';
const DARK = '#1c5a9e';

/** Darker is better; all matrices of a page have the same scale, from 0.5, which is guessing, to 1. */
export function matrixSpec({ tasks, values, method }: Matrix): TopLevelSpec | null {
  const cells = values.flatMap((row, i) =>
    row.map((value, j) => ({ after: tasks[i]!, on: tasks[j]!, value, shown: value === null ? '–' : value.toFixed(3) })),
  );
  if (tasks.length < 2 || cells.length === 0) return null;
  const small = tasks.length > 8;
  const x = {
    field: 'on',
    type: 'nominal',
    title: 'tested on',
    sort: [...tasks],
    axis: { orient: 'top', labelAngle: tasks.length > 4 ? -40 : 0, labelLimit: 110, domain: false, ticks: false },
  } as const;
  const y = {
    field: 'after',
    type: 'nominal',
    title: 'after learning',
    sort: [...tasks],
    axis: { labelLimit: 130, domain: false, ticks: false },
  } as const;
  return chart(`Forgetting matrix of ${method}, image AUROC`, {
    width: { step: small ? 38 : 54 },
    height: { step: small ? 24 : 34 },
    data: { values: cells },
    layer: [
      {
        mark: { type: 'rect', stroke: 'currentColor', strokeOpacity: 0.15 },
        encoding: {
          x,
          y,
          color: {
            condition: { test: 'datum.value === null', value: 'transparent' },
            field: 'value',
            type: 'quantitative',
            scale: { domain: [0.5, 1], range: [LIGHT, DARK], clamp: true },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', fontSize: small ? 10 : 12 },
        encoding: {
          x,
          y,
          text: { field: 'shown' },
          color: {
            condition: [
              { test: 'datum.value === null', value: 'currentColor' },
              { test: 'datum.value > 0.85', value: '#ffffff' },
            ],
            value: '#1b2330',
          },
        },
      },
    ],
  });
}
