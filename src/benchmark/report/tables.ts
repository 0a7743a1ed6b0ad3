// The tables of a dataset: categories x methods for every setting, and settings x methods.
import { type Contender, isDone, type StudiedDataset, type Study } from './gather.js';
import { capNotes } from './images.js';
import { forgettingOf, isContinual } from './matrices.js';
import { REPORT_METRICS, type ReportMetric } from './metrics.js';
import type { References } from './references.js';
import { meanCell, row, valueCell, valuesOf } from './rows.js';
import type { ReportCell, ReportRow, ReportTable } from './schema.js';
import { categoriesTitle, meanTitle, repeatsTitle, settingTitle } from './titles.js';

/** All tables of a dataset, metric by metric; none of a metric that is defined nowhere in it. */
export function tablesOf(dataset: StudiedDataset, methods: readonly Contender[], references: References): ReportTable[] {
  const columns = methods.filter((method) => dataset.studies.some(({ jobs }) => jobs.some((job) => job.method === method)));
  return metricsOf(dataset).flatMap((metric) => {
    const tables = dataset.studies.map((study) => studyTable({ dataset, study, metric, columns, references }));
    const overview = settingsTable(dataset, metric, columns, tables);
    return overview ? [overview, ...tables] : tables;
  });
}

export function metricsOf({ id, studies }: StudiedDataset): ReportMetric[] {
  const evaluations = studies.flatMap(({ jobs }) =>
    jobs.flatMap(({ record }) => (isDone(record) ? record.outcomes.map(({ evaluation }) => evaluation) : [])),
  );
  return REPORT_METRICS.filter(({ only, of }) => {
    if (only && (id === null || !only.includes(id))) return false;
    return evaluations.some((evaluation) => of(evaluation) !== null);
  });
}

export interface TablePlace {
  readonly dataset: StudiedDataset;
  readonly study: Study;
  readonly metric: ReportMetric;
  readonly columns: readonly Contender[];
  readonly references: References;
}

function studyTable(place: TablePlace): ReportTable {
  const { dataset, study, metric, columns } = place;
  const continual = isContinual(study);
  const rows = continual ? continualRows(place) : categoryRows(place);
  return {
    kind: continual ? 'continual' : 'categories',
    dataset: dataset.name,
    setting: study.settingId,
    metric: metric.id,
    title: titled(dataset, metric, [settingTitle(study.setting), repeatsTitle(study), categoriesTitle(dataset)]),
    columns: columns.map(({ label }) => label),
    rows,
    undefinedCells: rows.flatMap(({ cells }) => cells).filter(({ undefinedIn }) => undefinedIn > 0).length,
    notes: [...capNotes(study), ...absenceNotes(columns, rows)],
  };
}

function titled(dataset: StudiedDataset, metric: ReportMetric, parts: readonly string[]): string {
  return [dataset.name, metric.title, ...parts.filter((part) => part !== '')].join('; ');
}

function categoryRows({ dataset, study, metric, columns, references }: TablePlace): ReportRow[] {
  const perMethod = columns.map((method) =>
    dataset.categories.map((category) => valuesOf(study, method, category, metric)),
  );
  const rows = dataset.categories.map((category, i) => {
    const cells = perMethod.map((of) => valueCell(of[i]!));
    return row(category, 'category', 'higher', cells, (at, mean) =>
      references.find(study, columns[at]!, metric.id, category, mean),
    );
  });
  if (dataset.categories.length < 2) return rows;
  const means = perMethod.map((of) => meanCell(study, of));
  const mean = row(meanTitle(dataset), 'mean', 'higher', means, (at, value) =>
    references.find(study, columns[at]!, metric.id, null, value),
  );
  return [...rows, mean];
}

/** Mean after the last task, forgetting measure, and mean of the tasks as each was just learnt. */
function continualRows(place: TablePlace): ReportRow[] {
  const { study, metric, columns, references } = place;
  const cells = columns.map((method) => forgettingOf(study, method, metric));
  const published = (id: string) => (at: number, mean: number | null) => references.find(study, columns[at]!, id, null, mean);
  return [
    row('after the last task', 'final', 'higher', cells.map(({ final }) => valueCell(final)), published(metric.id)),
    row('forgetting measure', 'forgetting', 'lower', cells.map(({ fm }) => valueCell(fm)), published(`fm_${metric.id}`)),
    row('when just learnt', 'just-learnt', 'higher', cells.map(({ justLearnt }) => valueCell(justLearnt)), () => []),
  ];
}

/** What a table says of the dataset as a whole: the mean over its categories, its only category, or the mean after the last task. */
export function wholeRow({ rows }: ReportTable): ReportRow {
  return rows.find(({ kind }) => kind === 'mean' || kind === 'final') ?? rows[0]!;
}

/** The last word of every study's table; null where there is one study only. */
function settingsTable(
  dataset: StudiedDataset,
  metric: ReportMetric,
  columns: readonly Contender[],
  tables: readonly ReportTable[],
): ReportTable | null {
  if (dataset.studies.length < 2) return null;
  const rows = dataset.studies.map((study, i): ReportRow => {
    const table = tables[i]!;
    const of = wholeRow(table);
    const name = table.kind === 'continual' ? `${settingTitle(study.setting)}, after the last task` : settingTitle(study.setting);
    return { ...of, name, kind: 'setting' };
  });
  const { length } = dataset.categories;
  const over = length === 1 ? '' : meanTitle(dataset);
  const repeats = [...new Set(dataset.studies.map(repeatsTitle))];
  const parts = ['settings', over, repeats.length === 1 ? repeats[0]! : '', categoriesTitle(dataset)];
  return {
    kind: 'settings',
    dataset: dataset.name,
    setting: null,
    metric: metric.id,
    title: titled(dataset, metric, parts),
    columns: columns.map(({ label }) => label),
    rows,
    undefinedCells: rows.flatMap(({ cells }) => cells).filter(({ undefinedIn }) => undefinedIn > 0).length,
    notes: absenceNotes(columns, rows),
  };
}

function absenceNotes(columns: readonly Contender[], rows: readonly ReportRow[]): string[] {
  return columns.flatMap(({ label }, at) => {
    const cells = rows.filter(({ kind }) => kind !== 'mean').map(({ cells: of }) => of[at]!);
    const count = (of: (own: ReportCell) => number) => cells.filter((own) => of(own) > 0).length;
    const [undefinedCells, failed] = [count(({ undefinedIn }) => undefinedIn), count(({ failed }) => failed)];
    const missing = cells.filter((own) => own.missing > 0 && own.failed === 0).length;
    const said = [
      ...(undefinedCells > 0 ? [`undefined in ${undefinedCells} of ${cells.length} rows`] : []),
      ...(failed > 0 ? [`failed jobs in ${failed}`] : []),
      ...(missing > 0 ? [`jobs without a record in ${missing}`] : []),
    ];
    return said.length === 0 ? [] : [`${label}: ${said.join(', ')}.`];
  });
}
