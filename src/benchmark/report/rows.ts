// Cells and rows of tables: means over repeats and categories, and which of a row are marked.
import { markBest, meanOverCategories, meanOverRepeats } from '../../metrics/index.js';
import { type Contender, isDone, isServed, outcomeOf, type Study } from './gather.js';
import type { ReportMetric } from './metrics.js';
import type { ReportCell, ReportRow } from './schema.js';

/** What is behind a cell. */
export interface Repeated {
  /** By repeat, null where undefined. */
  readonly values: ReadonlyMap<number, number | null>;
  readonly failed: number;
  readonly missing: number;
  /** Whether the method serves the setting. */
  readonly served: boolean;
}

/** A cell that has not been compared with its row. */
export type BareCell = Omit<ReportCell, 'best' | 'p' | 'marked' | 'published'>;

export interface RowParts {
  readonly name: string;
  readonly kind: ReportRow['kind'];
  readonly better?: ReportRow['better'];
  readonly cells: readonly BareCell[];
  /** Published numbers for a column. */
  readonly published?: (column: number, cell: BareCell) => ReportCell['published'];
}

/** Marks the best, and adds what is published. */
export function tableRow({ repeats }: Study, parts: RowParts): ReportRow {
  const { name, kind, better = 'higher', cells, published = () => [] } = parts;
  const marks = markBest(
    cells.map(({ mean, sd, repeats: count }) => ({ mean, sd, count })),
    { better },
  );
  return {
    name,
    kind,
    repeats: repeats.length,
    better,
    cells: cells.map((own, i) => ({ ...own, ...marks[i]!, published: published(i, own) })),
  };
}

export function valueCell({ values, failed, missing, served }: Repeated): BareCell {
  const all = [...values.values()];
  const { mean, sd, count } = meanOverRepeats(all);
  return {
    mean,
    sd,
    repeats: count,
    undefinedIn: all.length - count,
    failed,
    missing,
    served,
    categories: null,
    spread: null,
  };
}

/** Over the repeats in which every category has a value: means of different categories are not compared. */
export function meanCell(study: Study, perCategory: readonly Repeated[]): BareCell {
  const whole = study.repeats.flatMap((repeat) => {
    const values = perCategory.map(({ values: of }) => of.get(repeat));
    return values.every((value) => value !== undefined) ? [values] : [];
  });
  const means = new Map(whole.map((values, i) => [i, meanOverCategories(values).mean]));
  const byCategory = perCategory.map(({ values }) => meanOverRepeats([...values.values()]).mean);
  const { used, of, spreadOverCategories } = meanOverCategories(byCategory);
  const bare = valueCell({ values: means, failed: 0, missing: 0, served: perCategory.every(({ served }) => served) });
  const absent = (of: (repeated: Repeated) => number) => Math.max(...perCategory.map(of));
  return {
    ...bare,
    failed: absent(({ failed }) => failed),
    missing: absent(({ missing }) => missing),
    categories: { used, of },
    spread: bare.mean === null ? null : spreadOverCategories,
  };
}

/** One method on one category, repeat by repeat. */
export function valuesOf(
  study: Study,
  method: Contender,
  category: string,
  { of }: Pick<ReportMetric, 'of'>,
): Repeated {
  const jobs = study.jobs.filter((job) => job.method === method && job.categories.includes(category));
  const values = new Map<number, number | null>();
  for (const { record, repeat } of jobs) {
    if (!isDone(record)) continue;
    const outcome = outcomeOf(record, category);
    if (outcome) values.set(repeat, of(outcome.evaluation));
  }
  const failed = jobs.filter(({ record }) => !isDone(record)).length;
  const served = isServed(study, method);
  return { values, failed, missing: served ? study.repeats.length - values.size - failed : 0, served };
}
