// Where methods are compared: the datasets of a configuration and their categories, opened and checked.
import type { Collection } from '../../data/dataset.js';
import { strayFolders } from '../../data/stray.js';
import type { Dataset } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import { checkEvaluable } from '../evaluate.js';
import { datasetId, isOnlyNamedSo } from '../settings/index.js';
import type { DatasetEntry, GridConfig } from './config.js';
import { imagesHash, openPlace } from './datasets.js';
import type { JobDescription } from './job.js';
import { refuseTwice } from './refuse.js';
import { type Skipped, skippedFor } from './skipped.js';

/** A dataset with some or all of its categories. */
export interface Place {
  readonly folder: string;
  readonly facts: Omit<JobDescription['dataset'], 'categories' | 'images'>;
  readonly categories: readonly Category[];
  /** What might be thought to be part of it, and is not. */
  readonly leftOut: readonly Skipped[];
  /** The same categories in a repeat: another split, where it is drawn. */
  at(seed: number): Promise<readonly Dataset[]>;
}

export interface Category {
  readonly name: string;
  /** As `imagesHash` gives it. */
  readonly images: string;
}

export interface PlaceOptions {
  /** Turns a path as configured into one to open. */
  readonly locate: (path: string) => string;
  readonly signal?: AbortSignal;
}

/**
 * Every dataset with its categories. Reads the headers of the test images that have masks.
 * @throws IadError BAD_CONFIG for names that are there twice; what opening a dataset and `checkEvaluable` throw; ABORTED
 */
export async function placesOf(
  { datasets, baseSeed }: Pick<GridConfig, 'datasets' | 'baseSeed'>,
  options: PlaceOptions,
): Promise<Place[]> {
  const places: Place[] = [];
  for (const given of datasets) {
    const entry = typeof given === 'string' ? { folder: given } : given;
    places.push(await placeOf(entry, baseSeed, options));
  }
  refuseTwice(
    'datasets',
    places.map(({ facts }) => facts.name),
  );
  return places;
}

async function placeOf(entry: DatasetEntry, baseSeed: number, { locate, signal }: PlaceOptions): Promise<Place> {
  const { layout = 'auto', split, fold = 0 } = entry;
  const folder = locate(entry.folder);
  const open = (seed: number) => openPlace(folder, { layout, split, fold, seed, baseSeed }, signal);
  const first = await open(0);
  const names = entry.categories ?? first.categories;
  refuseTwice(`datasets ${entry.folder}`, names);
  const datasets = names.map((name) => first.dataset(name));
  for (const dataset of datasets) await checkEvaluable(dataset, signal);
  const hashes = await Promise.all(datasets.map(imagesHash));
  const repeats = new Map<number, Promise<readonly Dataset[]>>([[0, Promise.resolve(datasets)]]);
  const openRepeat = async (seed: number) => {
    const collection = await open(seed);
    return names.map((category) => collection.dataset(category));
  };
  // As the folder is called, even where that is a published dataset's name.
  const plain = isOnlyNamedSo(first.layout, first.name) ? first.name : datasetId(first.layout, first.name);
  const name = entry.name ?? plain;
  return {
    folder,
    facts: {
      id: datasetId(first.layout, name),
      name,
      layout: first.layout,
      split: datasets[0]?.split ?? 'given',
      fold,
    },
    leftOut: [
      ...misnamed(first, name, entry.folder),
      ...(entry.categories === undefined ? strangersIn(first, datasets, name, folder) : []),
    ],
    categories: names.map((category, i) => ({ name: category, images: hashes[i]! })),
    at(seed) {
      // What the folders say is the same in every repeat. Others may have to read masks or tables: once, for all settings.
      const repeat = first.splits.every((each) => each === 'given') ? 0 : seed;
      const opened = repeats.get(repeat) ?? openRepeat(repeat);
      repeats.set(repeat, opened);
      return opened;
    },
  };
}

function misnamed({ layout }: Collection, name: string, path: string): Skipped[] {
  if (!isOnlyNamedSo(layout, name)) return [];
  const what = `it has the name of a published dataset, but the layout ${layout}, which any data can have`;
  const hint = `If it is ${name}, say so: "layout": "${name}".`;
  return [skippedFor(`${name}, published numbers`, new IadError('LAYOUT_UNKNOWN', what, { path, hint }))];
}

/** Folders that look like categories and are none, where all categories are asked for. */
function strangersIn(collection: Collection, datasets: readonly Dataset[], name: string, folder: string): Skipped[] {
  const root = folder.replace(/[\\/]+$/, '');
  const images = 'its images are no part of the dataset';
  const hint = 'A category has train/good and test. Mend it, or name the categories that are meant.';
  return [
    ...strayFolders(collection, datasets).map((own) =>
      skippedFor(`${name}/${own}`, new IadError('NO_GOOD_IMAGES', images, { path: `${root}/${own}`, hint })),
    ),
    ...collection.emptyFolders.map((own) =>
      skippedFor(`${name}/${own}`, new IadError('FOLDER_EMPTY', 'no file in it', { path: `${root}/${own}`, hint })),
    ),
  ];
}
