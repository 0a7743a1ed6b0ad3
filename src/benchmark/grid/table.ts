// The results in a few columns: the mean over the seeds of every cell.
import { meanOverRepeats } from '../../metrics/index.js';
import { backboneName, canonical } from './job.js';
import type { JobOutcome, JobRecord } from './record.js';

export interface TableRow {
  readonly method: string;
  readonly backbone: string | null;
  readonly setting: string;
  readonly dataset: string;
  /** The category; of a job with several stages also what was learned last before. */
  readonly tested: string;
  /** Seeds that gave a result, and that failed. */
  readonly done: number;
  readonly failed: number;
  readonly imageAuroc: Figure;
  readonly pixelAuroc: Figure;
  readonly aupro: Figure;
}

/** Mean and sample standard deviation; null where undefined, `sd` also with one seed. */
export interface Figure {
  readonly mean: number | null;
  readonly sd: number | null;
}

interface Cell {
  readonly row: Pick<TableRow, 'method' | 'backbone' | 'setting' | 'dataset' | 'tested'>;
  readonly outcomes: JobOutcome[];
  failed: number;
}

/** Rows in the order in which their cells first appear. */
export function gridTable(records: readonly JobRecord[]): TableRow[] {
  const cells = new Map<string, Cell>();
  const cellOf = ({ description }: JobRecord, tested: string): Cell => {
    const { method, setting, standing, dataset } = description;
    // The seed is in the configuration too, and images differ by nothing that a row shows.
    const config = { ...method.config, seed: 0 };
    const key = canonical([method.name, config, setting.id, dataset.name, tested]);
    const words = standing === 'reference' ? `${setting.id} (reference)` : setting.id;
    const row = { method: method.name, backbone: backboneName(description), setting: words };
    const found = cells.get(key) ?? { row: { ...row, dataset: dataset.name, tested }, outcomes: [], failed: 0 };
    cells.set(key, found);
    return found;
  };
  for (const record of records) {
    if (record.status === 'failed') {
      cellOf(record, record.description.dataset.categories.join('+')).failed++;
      continue;
    }
    for (const outcome of record.outcomes) {
      const { after, on } = outcome;
      cellOf(record, after === on ? on : `${on} after ${after}`).outcomes.push(outcome);
    }
  }
  return [...cells.values()].map(({ row, outcomes, failed }) => {
    const figure = (of: (evaluation: JobOutcome['evaluation']) => number | null | undefined): Figure => {
      const { mean, sd } = meanOverRepeats(outcomes.map(({ evaluation }) => of(evaluation) ?? null));
      return { mean, sd };
    };
    return {
      ...row,
      done: outcomes.length,
      failed,
      imageAuroc: figure(({ image }) => image.auroc),
      pixelAuroc: figure(({ pixel }) => pixel?.auroc),
      aupro: figure(({ pixel }) => pixel?.aupro),
    };
  });
}

const HEAD = [
  'method',
  'backbone',
  'setting',
  'dataset',
  'tested',
  'seeds',
  'failed',
  'image AUROC',
  'pixel AUROC',
  'AUPRO@0.3',
];

/** For a terminal: columns of equal width. */
export function tableText(rows: readonly TableRow[]): string {
  const show = ({ mean, sd }: Figure) => {
    if (mean === null) return '-';
    return sd === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${sd.toFixed(4)}`;
  };
  const lines = rows.map((row) => [
    row.method,
    row.backbone ?? '-',
    row.setting,
    row.dataset,
    row.tested,
    `${row.done}`,
    `${row.failed}`,
    ...[row.imageAuroc, row.pixelAuroc, row.aupro].map(show),
  ]);
  const widths = HEAD.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)));
  const text = [HEAD, ...lines].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return text.join('\n');
}
