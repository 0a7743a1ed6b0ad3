// A look at a dataset: what it is, how much of what it holds, and what is wrong with it. Opens a few images of each category.
import { readBytes } from '#platform/data/files';
import { IadError, throwIfAborted } from '../runtime/errors.js';
import { type Collection, type OpenOptions, openCollection } from './dataset.js';
import { checkedHeader, MAX_BYTES } from './image.js';
import type { Counts } from './layouts/counts.js';
import type { LayoutName } from './layouts/layout.js';
import { type PublishedCounts, publishedCategory } from './layouts/published.js';
import { listed } from './paths.js';
import { strayFolders } from './stray.js';
import type { Dataset } from './types.js';

export interface CategoryReport {
  readonly name: string;
  /** Null where the category cannot be opened. */
  readonly counts: Counts | null;
  readonly published: PublishedCounts | null;
  readonly defectTypes: readonly string[];
  readonly hasMasks: boolean;
  /** Sizes of the images that were looked at, `<width> x <height>`, the most frequent first. */
  readonly sizes: readonly string[];
  readonly warnings: readonly string[];
  /** Why it cannot be used; empty if it can. */
  readonly problems: readonly string[];
}

export interface InspectReport {
  readonly layout: LayoutName;
  readonly name: string;
  /** The splits that can be asked for. */
  readonly splits: readonly string[];
  readonly categories: readonly CategoryReport[];
  /** What concerns no single category. */
  readonly warnings: readonly string[];
}

/** Images of a category whose headers are read, spread evenly. */
const LOOKED_AT = 16;

/**
 * Opens every category; one that cannot be opened is reported, not thrown.
 * @throws IadError as `openDataset`, if the folder as a whole cannot be understood; `ABORTED`
 */
export async function inspectDataset(root: string, options: OpenOptions = {}): Promise<InspectReport> {
  const { category, ...rest } = options;
  const collection = await openCollection(root, rest);
  const names = category === undefined ? collection.categories : [category];
  const categories: CategoryReport[] = [];
  const opened: Dataset[] = [];
  for (const name of names) {
    throwIfAborted(options.signal);
    categories.push(await inspectCategory(collection, name, opened));
  }
  const { layout, name, splits, warnings } = collection;
  const whole = category === undefined && categories.every(({ problems }) => problems.length === 0);
  const stray = whole ? strayFolders(collection, opened) : [];
  const notices = [
    ...(stray.length > 0 ? [`folders with images that are no part of it: ${listed(stray)}`] : []),
    ...(collection.emptyFolders.length > 0 ? [`folders without any file: ${listed(collection.emptyFolders)}`] : []),
  ];
  return { layout, name, splits, categories, warnings: [...warnings, ...notices] };
}

/** @param opened gets the category */
async function inspectCategory(collection: Collection, name: string, opened: Dataset[]): Promise<CategoryReport> {
  const published = publishedCategory(collection.layout, name)?.counts ?? null;
  try {
    const dataset = collection.dataset(name);
    const types = dataset.test.filter(({ label }) => label === 1).map(({ defectType }) => defectType);
    const { sizes, problems } = await lookAt(dataset);
    opened.push(dataset);
    return {
      name,
      counts: collection.counts(name),
      published,
      defectTypes: [...new Set(types)],
      hasMasks: dataset.hasMasks,
      sizes,
      warnings: [...dataset.warnings.filter((text) => !collection.warnings.includes(text)), ...testWarnings(dataset)],
      problems,
    };
  } catch (error) {
    if (!(error instanceof IadError)) throw error;
    const problems = [error.message];
    return { name, counts: null, published, defectTypes: [], hasMasks: false, sizes: [], warnings: [], problems };
  }
}

function testWarnings({ test }: Dataset): string[] {
  const lacking = ([0, 1] as const).filter((label) => !test.some((sample) => sample.label === label));
  if (lacking.length === 2) return ['no labelled test images: it can be fitted on, not evaluated on'];
  return lacking.map((label) => `no ${label === 0 ? 'good' : 'anomalous'} test image: image metrics will be null`);
}

async function lookAt(dataset: Dataset): Promise<{ sizes: string[]; problems: string[] }> {
  const samples = [...dataset.train, ...dataset.test];
  const step = Math.max(1, samples.length / LOOKED_AT);
  const counts = new Map<string, number>();
  const problems: string[] = [];
  for (let at = 0; at < samples.length; at += step) {
    const { image } = samples[Math.floor(at)]!;
    if (typeof image !== 'string') continue;
    try {
      const { width, height } = checkedHeader(await readBytes(image, MAX_BYTES), { path: image });
      const size = `${width} x ${height}`;
      counts.set(size, (counts.get(size) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof IadError)) throw error;
      problems.push(error.message);
    }
  }
  const sizes = [...counts].sort(([, a], [, b]) => b - a).map(([size]) => size);
  return { sizes, problems };
}
