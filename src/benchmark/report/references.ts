// Published numbers beside ours, and where they come from: collected over the tables of a dataset, so that each publication's
// table is named once, with all that is known to differ.
import { type ComparedSetting, PUBLISHED_SOURCES, type PublishedComparison, publishedFor } from '../published/index.js';
import { type Contender, configIn, type StudiedDataset, type Study } from './gather.js';
import type { ReportMetric } from './metrics.js';
import type { BenchmarkReport, ReportCell, ReportDataset } from './schema.js';

type Published = ReportCell['published'][number];
type Reference = ReportDataset['references'][number];

interface Place extends Omit<Reference, 'runs'> {
  /** By method and differences. */
  readonly runs: Map<string, { method: string; metrics: Set<string>; differences: readonly string[] }>;
}

/** A study, or several that a published number is the mean of. */
export interface ComparedStudy extends Omit<Study, 'setting'> {
  readonly setting: ComparedSetting;
}

type PublishedMetric = Pick<ReportMetric, 'id' | 'published'>;

/** The references that the cells of a dataset point to. */
export class References {
  readonly #dataset: StudiedDataset;
  readonly #places = new Map<string, Place>();

  constructor(dataset: StudiedDataset) {
    this.#dataset = dataset;
  }

  /** Those that were found so far. */
  list(): Reference[] {
    return Array.from(this.#places.values(), ({ runs, ...place }) => ({
      ...place,
      runs: Array.from(runs.values(), (run) => ({ ...run, metrics: [...run.metrics] })),
    }));
  }

  /**
   * The closest protocol first; none for a dataset that is not published, and none for a mean over some of the categories.
   * @param category null for the mean over all
   * @param repeats that the mean is of
   */
  find(
    study: ComparedStudy,
    method: Contender,
    { id, published }: PublishedMetric,
    category: string | null,
    { mean, repeats }: { readonly mean: number | null; readonly repeats: number },
  ): Published[] {
    const { id: dataset, split, categories, allCategories } = this.#dataset;
    if (dataset === null || allCategories === null) return [];
    if (category === null && categories.length < allCategories.length) return [];
    const { setting, repeats: wanted } = study;
    const runs = repeats === 0 ? wanted.length : repeats;
    // What is published by kind of anomaly is a mean over the categories.
    if (category !== null && published) return [];
    const metric = published?.metric ?? id;
    const own = {
      dataset,
      split,
      setting,
      metric,
      methodId: method.id,
      config: configIn(study, method),
      repeats: runs,
    };
    const found = publishedFor({ ...own, category: category ?? published?.category ?? 'mean' });
    // The same number is printed in several tables of one publication.
    const distinct = found.filter(({ published: { source, setting: of, value } }, i) => {
      const same = ({ published: other }: PublishedComparison) =>
        other.source === source && other.setting === of && other.value === value;
      return i === found.findIndex(same);
    });
    return distinct.map((comparison) => ({
      reference: this.#place(comparison, method, study, id),
      value: comparison.published.value,
      std: comparison.published.std,
      difference: mean === null ? null : mean - comparison.published.value,
      apart: comparison.apart,
      note: comparison.published.note,
    }));
  }

  #place(
    { published, differences }: PublishedComparison,
    method: Contender,
    study: ComparedStudy,
    metric: string,
  ): number {
    const { source, table, setting } = published;
    const key = JSON.stringify([source, table, setting, study.settingId]);
    const place = this.#places.get(key) ?? { source, table, setting, ours: study.settingId, runs: new Map() };
    this.#places.set(key, place);
    // What is said of one number alone goes with the number.
    const texts = differences.map(({ text }) => text).filter((text) => text !== published.note);
    const runKey = JSON.stringify([method.label, texts]);
    const run = place.runs.get(runKey) ?? { method: method.label, metrics: new Set(), differences: texts };
    run.metrics.add(metric);
    place.runs.set(runKey, run);
    return [...this.#places.keys()].indexOf(key);
  }
}

/** The publications that these references are to. */
export function sourcesOf(references: readonly Reference[]): BenchmarkReport['sources'] {
  const used = new Set(references.map(({ source }) => source));
  return Object.values(PUBLISHED_SOURCES).filter(({ id }) => used.has(id));
}
