// Datasets: a folder on disk, or a list of file names, becomes training and test samples. Only the tables and masks are read
// that say what an image is.
import { listFolder, locate } from '#platform/data/files';
import { IadError } from '../runtime/errors.js';
import type { OnProgress } from '../runtime/progress.js';
import { type Counts, countSamples, countWarnings } from './layouts/counts.js';
import type { Contents, Indexed, IndexedSample, Layout, LayoutName, Listing } from './layouts/layout.js';
import { layoutOf, NOTHING, readContents, usable } from './opening.js';
import { hasForeignImageExtension, hasImageExtension, listed } from './paths.js';
import type { Dataset, Sample } from './types.js';

export interface DatasetOptions {
  /** One of `LAYOUT_NAMES`, as `iad-tf data list` describes them. Default `auto`: whichever the files show. */
  layout?: LayoutName | 'auto';
  /** Which of a dataset's categories. Needed where there are several. */
  category?: string;
  /** Where a dataset has several (`mtd`, `visa`, `ksdd`, `elpv`). Default its first. */
  split?: string;
  /** Repeat of a random split, a whole number from 0 below 2^32. Default 0. */
  seed?: number;
  /** What the draws of all repeats come from, a whole number from 0 below 2^32. Default 66. */
  baseSeed?: number;
  /** Of a cross validation (`ksdd`), a whole number from 0. Default 0. */
  fold?: number;
}

export interface OpenOptions extends DatasetOptions {
  /** Reports the masks that have to be read before the dataset is known (`ksdd`, `ksdd2`). */
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

export interface FileList {
  /** The root folder's name. */
  readonly name: string;
  /** Files below it, relative to it, `/` as separator, in any order. */
  readonly files: readonly string[];
  /** The path or URL that opens a file of the list; called for the files in use only. */
  readonly locate: (path: string) => string;
}

/** A recognised dataset, all its categories. */
export interface Collection {
  readonly layout: LayoutName;
  readonly name: string;
  readonly categories: readonly string[];
  /** The splits that can be asked for. */
  readonly splits: readonly string[];
  readonly warnings: readonly string[];
  /** The folders in the root that hold images. */
  readonly folders: readonly string[];
  /** The folders in the root that there is no file in; not known of a list of files. */
  readonly emptyFolders: readonly string[];
  /** One category; by default the only one. @throws IadError as `openDataset` */
  dataset(category?: string): Dataset;
  /** How many images of what a category has. @throws IadError as `openDataset` */
  counts(category?: string): Counts;
}

/**
 * Opens a dataset in a folder.
 * @throws IadError `FOLDER_NOT_FOUND`, `FOLDER_EMPTY`, `LAYOUT_UNKNOWN`, `WRONG_ROOT_LEVEL`, `CATEGORY_NOT_FOUND`,
 *   `NO_GOOD_IMAGES`, `MASK_MISSING` and the other codes of the layouts; `BAD_ARGUMENT` for options that do not fit;
 *   `NODE_ONLY` in a browser, see `readCollection`
 */
export async function openDataset(root: string, options: OpenOptions = {}): Promise<Dataset> {
  return (await openCollection(root, options)).dataset();
}

/** Opens all categories of a dataset in a folder. @throws IadError as `openDataset` */
export async function openCollection(root: string, options: OpenOptions = {}): Promise<Collection> {
  const { name, files, emptyFolders, warnings } = await listFolder(root);
  const list = { name, files, locate: (path: string) => locate(root, path) };
  const collection = await readCollection(list, options, root);
  const all = [...warnings, ...collection.warnings];
  return {
    ...collection,
    emptyFolders,
    warnings: all,
    dataset(category) {
      const dataset = collection.dataset(category);
      return { ...dataset, warnings: [...warnings, ...dataset.warnings] };
    },
  };
}

/**
 * Makes a dataset of a list of files; the tables and masks that say what an image is are read from where `locate` says. In a
 * browser, for the files of a folder input: `files` from `webkitRelativePath` less the folder's name, `locate` by
 * `URL.createObjectURL`.
 * @param root named in errors; default the list's name
 * @throws IadError as `openDataset`
 */
export async function readCollection(
  list: FileList,
  options: OpenOptions = {},
  root: string = list.name,
): Promise<Collection> {
  const files = usable(list.files);
  const layout = layoutOf(files, list, root, options);
  return collect(layout, files, list, root, options, await readContents(layout, files, list, options));
}

/**
 * As `readCollection(list, options).dataset()` for layouts that nothing has to be read for, without touching any file.
 * @throws IadError as `openDataset`; `BAD_ARGUMENT` if something has to be read
 */
export function indexDataset(list: FileList, options: DatasetOptions = {}, root: string = list.name): Dataset {
  const files = usable(list.files);
  const layout = layoutOf(files, list, root, options);
  if (layout.needs) {
    const hint = 'Use readCollection.';
    throw new IadError('BAD_ARGUMENT', `files of the layout ${layout.id} have to be read`, { path: root, hint });
  }
  return collect(layout, files, list, root, options, NOTHING).dataset();
}

function collect(
  layout: Layout,
  files: readonly string[],
  list: FileList,
  root: string,
  options: DatasetOptions,
  contents: Contents,
): Collection {
  const { category: wanted, split = layout.splits[0], seed = 0, baseSeed = 66, fold = 0 } = options;
  const images = files.filter(hasImageExtension);
  const listing: Listing = { name: list.name, root, images };
  const categories = layout.categories(files, contents, list.name);
  const foreign = files.filter(hasForeignImageExtension).length;
  const left = foreign > 0 ? [`${foreign} images in other formats than PNG, JPEG, BMP and TIFF are left out`] : [];
  const index = (category?: string) => {
    const chosen = choose(layout, categories, category ?? wanted, root);
    return { chosen, indexed: layout.index(listing, { category: chosen, split, seed, baseSeed, fold }, contents) };
  };
  if (wanted !== undefined) choose(layout, categories, wanted, root);
  return {
    layout: layout.id,
    name: list.name,
    categories,
    splits: layout.splits,
    warnings: left,
    folders: [...new Set(images.flatMap((path) => /^([^/]+)\//.exec(path)?.[1] ?? []))],
    emptyFolders: [],
    dataset(category) {
      const { chosen, indexed } = index(category);
      // The published counts of VisA and ELPV are those of the first split.
      const published = split === layout.splits[0] || layout.id === 'mtd' || layout.id === 'ksdd';
      const counts = published ? countWarnings(layout.id, chosen, countSamples(indexed.samples)) : [];
      const name = nameOf(layout, list.name, categories, chosen);
      return toDataset(layout.id, name, list, indexed, split, [...indexed.warnings, ...counts, ...left]);
    },
    counts: (category) => countSamples(index(category).indexed.samples),
  };
}

/** @throws IadError `LAYOUT_UNKNOWN` if there are several and none is named, `CATEGORY_NOT_FOUND` */
function choose(layout: Layout, categories: readonly string[], category: string | undefined, root: string): string {
  if (category !== undefined) {
    if (categories.includes(category) || layout.parts?.includes(category)) return category;
    const hint = `There are: ${listed([...categories, ...(layout.parts ?? [])])}.`;
    throw new IadError('CATEGORY_NOT_FOUND', `no category "${category}"`, { path: root, hint });
  }
  const [only, second] = categories;
  if (only !== undefined && second === undefined) return only;
  throw new IadError('LAYOUT_UNKNOWN', `it holds these categories: ${listed(categories)}`, {
    path: root,
    hint: `Name one of them as the category (--category ${only}).`,
  });
}

function nameOf(layout: Layout, folder: string, categories: readonly string[], category: string): string {
  const own = layout.id === 'mvtec' || layout.id === 'folder' || layout.id === 'manifest';
  if (own) return categories.length > 1 ? `${folder}/${category}` : folder;
  return category === layout.id ? category : `${layout.id}/${category}`;
}

function toDataset(
  layout: LayoutName,
  name: string,
  list: FileList,
  indexed: Indexed,
  split: string,
  warnings: readonly string[],
): Dataset {
  const { maskRule: rule, defects } = indexed;
  const toSample = ({ path, masks, ...record }: IndexedSample): Sample => ({
    id: path,
    ...record,
    image: list.locate(path),
    masks: masks.map((mask) => ({ source: list.locate(mask), rule, path: mask, ...(defects && { defects }) })),
  });
  const part = (wanted: (sample: IndexedSample) => boolean) => indexed.samples.filter(wanted).map(toSample);
  return {
    layout,
    name,
    split,
    train: part((sample) => sample.split === 'train' && sample.label === 0),
    test: part((sample) => sample.split === 'test'),
    validation: part((sample) => sample.split === 'val'),
    setAside: part((sample) => sample.split === 'train' && sample.label === 1),
    hasMasks: indexed.samples.some(({ split: at, masks }) => at === 'test' && masks.length > 0),
    warnings,
  };
}

/** A dataset in a folder: `(await Folder.open('parts/')).train`. */
export class Folder implements Dataset {
  readonly layout: string;
  readonly name: string;
  readonly split: string | undefined;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  readonly validation: readonly Sample[];
  readonly setAside: readonly Sample[];
  readonly hasMasks: boolean;
  readonly warnings: readonly string[];

  private constructor(dataset: Dataset) {
    this.layout = dataset.layout;
    this.name = dataset.name;
    this.split = dataset.split;
    this.train = dataset.train;
    this.test = dataset.test;
    this.validation = dataset.validation ?? [];
    this.setAside = dataset.setAside ?? [];
    this.hasMasks = dataset.hasMasks;
    this.warnings = dataset.warnings;
  }

  /** As `openDataset`; the layout is found out unless it is named. */
  static async open(root: string, options: OpenOptions = {}): Promise<Folder> {
    return new Folder(await openDataset(root, options));
  }
}
