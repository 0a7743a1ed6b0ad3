// The cells of all tables as CSV, a line each, for spreadsheets and scripts: RFC 4180, UTF-8.
import type { BenchmarkReport, ReportCell } from '../../benchmark/report/index.js';

const COLUMNS = [
  'dataset',
  'setting',
  'metric',
  'table',
  'row',
  'method',
  'mean',
  'sd',
  'repeats',
  'wanted',
  'undefined',
  'failed',
  'missing',
  'served',
  'marked',
  'p',
  'published',
  'published_std',
  'difference',
  'published_source',
  'published_table',
  'train',
  'learned_from',
] as const;

/**
 * Empty is what `null` is in report.json. Of published numbers the first. Settings tables repeat other tables and are left out, but for
 * the mean of four settings. The numbers of images are there in rows of categories.
 */
export function csvText({ tables, datasets }: BenchmarkReport): string {
  const lines = tables.flatMap(({ dataset, setting: own, metric, kind, columns, rows: all }) => {
    const isOverview = kind === 'settings';
    const setting = isOverview ? 'mean-of-four' : own;
    const rows = isOverview ? all.filter((row) => row.kind === 'mean-of-four') : all;
    const { references = [], images = [] } = datasets.find(({ name }) => name === dataset) ?? {};
    return rows.flatMap((row) =>
      row.cells.map((cell, i) => {
        const [published] = cell.published;
        const reference = published && references[published.reference];
        const used = images.find((each) => {
          return row.kind === 'category' && each.setting === setting && each.category === row.name;
        });
        const learned = used?.learnedFrom.find(({ method }) => method === columns[i]);
        return [
          ...[dataset, setting, metric, kind, row.name, columns[i]].map(textField),
          ...figures(cell, row.repeats),
          ...[published?.value, published?.std, published?.difference].map(numberField),
          ...[reference?.source, reference?.table].map(textField),
          ...[used?.train, learned?.images].map(textField),
        ].join(',');
      }),
    );
  });
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function figures(cell: ReportCell, wanted: number): string[] {
  const { mean, sd, repeats, undefinedIn, failed, missing, served, marked, p } = cell;
  const counts = [mean, sd, repeats, wanted, undefinedIn, failed, missing].map(numberField);
  return [...counts, `${served}`, `${marked}`, numberField(p)];
}

function numberField(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : `${value}`;
}

/** Names come from outside: an apostrophe keeps a spreadsheet from taking one for a formula. */
function textField(value: string | null | undefined): string {
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
