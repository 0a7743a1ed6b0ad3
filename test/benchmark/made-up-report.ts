// The parts of a report of made-up results.
import { expect } from 'vitest';
import {
  type BenchmarkReport,
  benchmarkReport,
  type ReportCell,
  type ReportTable,
} from '../../src/benchmark/report/index.js';
import { type MadeUpJob, madeUpResults } from './made-up.js';

/** The report of made-up results. */
export async function reportOf(...args: Parameters<typeof madeUpResults>): Promise<BenchmarkReport> {
  return benchmarkReport(await madeUpResults(...args));
}

/** The one table of its kind, metric and setting. */
export function table(
  report: BenchmarkReport,
  kind: ReportTable['kind'],
  metric = 'image_auroc',
  setting?: string,
): ReportTable {
  const found = report.tables.filter((each) => {
    return each.kind === kind && each.metric === metric && (setting === undefined || each.setting === setting);
  });
  expect(found).toHaveLength(1);
  return found[0]!;
}

export function cellOf({ rows, columns }: ReportTable, row: string, column: string): ReportCell {
  const found = rows.find(({ name }) => name === row)?.cells[columns.indexOf(column)];
  expect(found).toBeDefined();
  return found!;
}

/** A job for every repeat that gives a value. */
export const repeats = (job: Omit<MadeUpJob, 'gives'>, values: readonly number[]): MadeUpJob[] =>
  values.map((gives, repeat) => ({ ...job, repeat, gives }));
