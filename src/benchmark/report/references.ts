// Published numbers beside ours: the same dataset, categories, metric and method, under the same or a comparable setting.
import { PUBLISHED_SOURCES, type PublishedValue, publishedValues } from '../published/index.js';
import type { Contender, StudiedDataset, Study } from './gather.js';
import { runDifferences } from './protocol.js';
import type { BenchmarkReport, ReportCell, ReportDataset } from './schema.js';

type Published = ReportCell['published'][number];
type Reference = ReportDataset['references'][number];

/** Collects the references that the cells of a dataset point to. */
export class References {
  readonly #dataset: StudiedDataset;
  readonly #list: (Omit<Reference, 'methods'> & { readonly methods: Map<string, string[]> })[] = [];
  readonly #places = new Map<string, number>();

  constructor(dataset: StudiedDataset) {
    this.#dataset = dataset;
  }

  /** Those that were found so far. */
  list(): Reference[] {
    return this.#list.map(({ methods, ...place }) => ({
      ...place,
      methods: Array.from(methods, ([method, differences]) => ({ method, differences })),
    }));
  }

  /**
   * The closest protocol first; none for a dataset that is not published, and none for a mean over some of the categories.
   * @param category null for the mean over all
   */
  find(study: Study, method: Contender, metric: string, category: string | null, mean: number | null): Published[] {
    const { id: dataset, categories, allCategories } = this.#dataset;
    if (dataset === null || allCategories === null) return [];
    const whole = categories.length === allCategories.length;
    if (category === null && !whole) return [];
    const found = comparable(study).flatMap(([setting, difference]) =>
      publishedValues({ dataset, setting, metric, methodId: method.id })
        .filter((row) => row.category === (category === null || allCategories.length === 1 ? 'mean' : category))
        .map((row) => ({ row, difference })),
    );
    // The same number is printed in several tables of one publication.
    const distinct = found.filter(
      ({ row }, i) =>
        i ===
        found.findIndex(({ row: { source, setting, value } }) => {
          return source === row.source && setting === row.setting && value === row.value;
        }),
    );
    return distinct.map(({ row, difference }) => ({
      reference: this.#place(row, method, study, difference),
      value: row.value,
      std: row.std,
      difference: mean === null ? null : mean - row.value,
      note: row.note,
    }));
  }

  #place(
    { source, table, setting }: PublishedValue,
    method: Contender,
    study: Study,
    difference: string | null,
  ): number {
    const key = JSON.stringify([source, table, setting, study.settingId]);
    const known = this.#places.get(key);
    const at = known ?? this.#list.length;
    if (known === undefined) {
      this.#places.set(key, at);
      this.#list.push({ source, table, setting, ours: study.settingId, methods: new Map() });
    }
    const differences = [...(difference === null ? [] : [difference]), ...runDifferences(source, method, study)];
    this.#list[at]!.methods.set(method.label, differences);
    return at;
  }
}

/** Settings whose published numbers may stand beside those of a study, with what must then be said. */
function comparable({ settingId, setting }: Study): [setting: string, difference: string | null][] {
  const others: [string, string | null][] = [];
  if (setting.kind === 'few-shot') {
    others.push([`few-shot:m=${setting.shots},augmentation=unstated`, 'published without saying which augmentation']);
  }
  if (setting.kind === 'unsupervised') {
    others.push(['autovi:images=all', null]);
    others.push(['unsupervised:reported-elsewhere', 'copied there from publications that differ in protocol']);
  }
  return [[settingId, null], ...others];
}

/** The publications that these references are to. */
export function sourcesOf(references: readonly Reference[]): BenchmarkReport['sources'] {
  const used = new Set(references.map(({ source }) => source));
  return Object.values(PUBLISHED_SOURCES).filter(({ id }) => used.has(id));
}
