// The tables of a dataset: categories x methods for every setting, and settings x methods.
import type { Contender, StudiedDataset, Study } from './gather.js';
import { imageNotes } from './images.js';
import { forgettingOf, isContinual } from './matrices.js';
import { meanOfFourRows } from './mean-of-four.js';
import { metricsOf, type ReportMetric } from './metrics.js';
import type { References } from './references.js';
import { type BareCell, meanCell, tableRow, valueCell, valuesOf } from './rows.js';
import type { ReportCell, ReportRow, ReportTable } from './schema.js';
import { categoriesTitle, meanTitle, orderTitle, repeatsTitle, settingTitle } from './titles.js';

/** All tables of a dataset, metric by metric; none of a metric that is defined nowhere in it. */
export function tablesOf(
  dataset: StudiedDataset,
  methods: readonly Contender[],
  references: References,
): ReportTable[] {
  const columns = methods.filter((method) =>
    dataset.studies.some(({ jobs }) => jobs.some((job) => job.method === method)),
  );
  return metricsOf(dataset).flatMap((metric) => {
    const tables = dataset.studies.map((study) => studyTable({ dataset, study, metric, columns, references }));
    const overview = settingsTable({ dataset, metric, columns, references }, tables);
    return overview ? [overview, ...tables] : tables;
  });
}

interface TablePlace {
  readonly dataset: StudiedDataset;
  readonly study: Study;
  readonly metric: ReportMetric;
  readonly columns: readonly Contender[];
  readonly references: References;
}

function studyTable(place: TablePlace): ReportTable {
  const { dataset, study, metric, columns } = place;
  const continual = isContinual(study);
  const order = continual ? orderTitle(study) : '';
  const rows = continual ? continualRows(place) : categoryRows(place);
  return {
    kind: continual ? 'continual' : 'categories',
    dataset: dataset.name,
    setting: study.settingId,
    metric: metric.id,
    title: titled(dataset, metric, [settingTitle(study.setting), repeatsTitle(study), order, categoriesTitle(dataset)]),
    columns: columns.map(({ label }) => label),
    rows,
    undefinedCells: undefinedIn(rows),
    notes: [...standingNotes(study, columns), ...imageNotes(study), ...absenceNotes(columns, rows)],
  };
}

function titled(dataset: StudiedDataset, metric: ReportMetric, parts: readonly string[]): string {
  return [dataset.name, metric.title, ...parts.filter((part) => part !== '')].join('; ');
}

function categoryRows({ dataset, study, metric, columns, references }: TablePlace): ReportRow[] {
  const { categories } = dataset;
  const perMethod = columns.map((method) => categories.map((category) => valuesOf(study, method, category, metric)));
  const publishedFor = (category: string | null) => (at: number, cell: BareCell) =>
    references.find(study, columns[at]!, metric, category, cell);
  const rows = categories.map((category, i) =>
    tableRow(study, {
      name: category,
      kind: 'category',
      cells: perMethod.map((of) => valueCell(of[i]!)),
      published: publishedFor(category),
    }),
  );
  if (categories.length < 2) return rows;
  const cells = perMethod.map((of) => meanCell(study, of));
  return [...rows, tableRow(study, { name: meanTitle(dataset), kind: 'mean', cells, published: publishedFor(null) })];
}

/** Mean after the last task, forgetting measure, and mean of the tasks as each was just learnt. */
function continualRows({ study, metric, columns, references }: TablePlace): ReportRow[] {
  const measures = columns.map((method) => forgettingOf(study, method, metric));
  const publishedAs = (id: string) => (at: number, cell: BareCell) =>
    references.find(study, columns[at]!, { id }, null, cell);
  const cells = (of: 'final' | 'fm' | 'justLearnt') => measures.map((measure) => valueCell(measure[of]));
  return [
    tableRow(study, {
      name: 'after the last task',
      kind: 'final',
      cells: cells('final'),
      published: publishedAs(metric.id),
    }),
    tableRow(study, {
      name: 'forgetting measure',
      kind: 'forgetting',
      better: 'lower',
      cells: cells('fm'),
      published: publishedAs(`fm_${metric.id}`),
    }),
    tableRow(study, { name: 'when just learnt', kind: 'just-learnt', cells: cells('justLearnt') }),
  ];
}

/** What a table says of the dataset as a whole: the mean over its categories, its only category, or the mean after the last task. */
export function wholeRow({ rows }: ReportTable): ReportRow {
  return rows.find(({ kind }) => kind === 'mean' || kind === 'final') ?? rows[0]!;
}

/** What every study's table says of the whole, and the mean of four of them; null where there is one study only. */
function settingsTable(place: Omit<TablePlace, 'study'>, tables: readonly ReportTable[]): ReportTable | null {
  const { dataset, metric, columns } = place;
  if (dataset.studies.length < 2) return null;
  const perStudy = dataset.studies.map((study, i): ReportRow => {
    const table = tables[i]!;
    const title = settingTitle(study.setting);
    const name = table.kind === 'continual' ? `${title}, after the last task` : title;
    return { ...wholeRow(table), name, kind: 'setting' };
  });
  const rows = [...perStudy, ...meanOfFourRows(place, perStudy)];
  const over = dataset.categories.length === 1 ? '' : meanTitle(dataset);
  const seeds = [...new Set(dataset.studies.flatMap(({ baseSeeds }) => baseSeeds))].join(' and ');
  const images = dataset.studies.flatMap((study) =>
    imageNotes(study).map((note) => `${settingTitle(study.setting)}: ${note}`),
  );
  const standings = dataset.studies.flatMap((study) =>
    standingNotes(study, columns).map((note) => `${settingTitle(study.setting)}: ${note}`),
  );
  return {
    kind: 'settings',
    dataset: dataset.name,
    setting: null,
    metric: metric.id,
    title: titled(dataset, metric, ['by setting', over, `base seed ${seeds}`, categoriesTitle(dataset)]),
    columns: columns.map(({ label }) => label),
    rows,
    undefinedCells: undefinedIn(rows),
    notes: [...standings, ...images, ...absenceNotes(columns, rows)],
  };
}

/** Whether what is lacking is not the fault of other rows. */
function isNoMean({ kind }: ReportRow): boolean {
  return kind !== 'mean' && kind !== 'mean-of-four';
}

function undefinedIn(rows: readonly ReportRow[]): number {
  const own = rows.filter(isNoMean);
  return own.flatMap(({ cells }) => cells).filter((cell) => cell.undefinedIn > 0).length;
}

/** Methods that stand beside others which learn from more. */
function standingNotes({ jobs }: Study, columns: readonly Contender[]): string[] {
  const references = columns.filter((method) =>
    jobs.some((job) => job.method === method && job.record.description.standing === 'reference'),
  );
  return references.map(({ label }) => `${label}: for reference, it learns from normal images alone.`);
}

/** What is not there, method by method. */
function absenceNotes(columns: readonly Contender[], rows: readonly ReportRow[]): string[] {
  return columns.flatMap(({ label }, at) => {
    const cells = rows.filter(isNoMean).map((row) => row.cells[at]!);
    const count = (is: (cell: ReportCell) => boolean) => cells.filter(is).length;
    const said = [
      [count((cell) => cell.undefinedIn > 0), 'undefined'],
      [count((cell) => cell.failed > 0), 'with failed jobs'],
      [count((cell) => cell.missing > 0), 'not run or without a record'],
    ] as const;
    const found = said.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
    return found.length === 0 ? [] : [`${label}: of ${cells.length} rows ${found.join(', ')}.`];
  });
}
