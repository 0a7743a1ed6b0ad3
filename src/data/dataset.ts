// Datasets: a folder on disk, or a list of file names, becomes training and test samples. Nothing is decoded here.
import { listFolder, locate } from '#platform/data/files';
import { IadError } from '../runtime/errors.js';
import { indexFolder } from './layouts/folder.js';
import type { Indexed, IndexedSample, Listing } from './layouts/layout.js';
import { indexMtd, MTD_FOLDER, type MtdSplit } from './layouts/mtd.js';
import { indexMvtec } from './layouts/mvtec.js';
import { byCodeUnits, hasForeignImageExtension, hasImageExtension, isIgnored } from './paths.js';
import type { Dataset, Sample } from './types.js';

export type LayoutName = 'mvtec' | 'mtd' | 'folder';

export interface DatasetOptions {
  /**
   * `mvtec`: train/good, test/<defect>, ground_truth/<defect>. `mtd`: magnetic tile defects as published. `folder`: good
   * images only. Default `auto`: whichever the folders show.
   */
  layout?: LayoutName | 'auto';
  /** Only for `mtd`. Default `differnet`. */
  split?: MtdSplit;
  /** Repeat of a random split, a whole number from 0. Default 0. */
  seed?: number;
}

export interface FileList {
  /** The root folder's name. */
  readonly name: string;
  /** Files below it, relative to it, `/` as separator, in any order. */
  readonly files: readonly string[];
  /** The path or URL that opens a file of the list; called for the files in use only. */
  readonly locate: (path: string) => string;
}

/**
 * Opens a dataset in a folder.
 * @throws IadError `FOLDER_NOT_FOUND`, `FOLDER_EMPTY`, `LAYOUT_UNKNOWN`, `NO_GOOD_IMAGES`, `MASK_MISSING` and the other
 *   codes of the layouts; `BAD_ARGUMENT` for options that do not fit; `NODE_ONLY` in a browser, see `indexDataset`
 */
export async function openDataset(root: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { name, files, warnings } = await listFolder(root);
  const dataset = indexDataset({ name, files, locate: (path) => locate(root, path) }, options, root);
  return { ...dataset, warnings: [...warnings, ...dataset.warnings] };
}

/**
 * Makes a dataset of a list of files, without touching any of them. In a browser, for the files of a folder input:
 * `files` from `webkitRelativePath` less the folder's name, `locate` by `URL.createObjectURL`.
 * @param root named in errors; default the list's name
 * @throws IadError as `openDataset`
 */
export function indexDataset(list: FileList, options: DatasetOptions = {}, root: string = list.name): Dataset {
  const { layout: wanted = 'auto', split, seed = 0 } = options;
  const files = list.files.filter((path) => !path.split('/').some(isIgnored));
  const images = files.filter(hasImageExtension).sort(byCodeUnits);
  const foreign = files.filter(hasForeignImageExtension).length;
  const listing: Listing = { name: list.name, root, images };
  if (images.length === 0) {
    const what = foreign > 0 ? `${foreign} images, but none in PNG or JPEG` : 'no PNG or JPEG file in it';
    throw new IadError('FOLDER_EMPTY', what, { path: root, hint: 'Check the path, or convert the images.' });
  }
  const layout = wanted === 'auto' ? detectLayout(listing) : wanted;
  checkOptions(layout, split, seed);
  const indexed = indexAs(layout, listing, split, seed);
  const warnings = [...indexed.warnings];
  if (foreign > 0) warnings.push(`${foreign} images in other formats than PNG and JPEG are left out`);
  return toDataset(layout, list, indexed, warnings);
}

function indexAs(layout: LayoutName, listing: Listing, split: MtdSplit | undefined, seed: number): Indexed {
  switch (layout) {
    case 'mvtec':
      return indexMvtec(listing);
    case 'mtd':
      return indexMtd(listing, split, seed);
    case 'folder':
      return indexFolder(listing);
    default:
      layout satisfies never;
      throw new IadError('BAD_ARGUMENT', `layout "${layout}"`, { hint: 'Use auto, mvtec, mtd or folder.' });
  }
}

function checkOptions(layout: LayoutName, split: string | undefined, seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new IadError('BAD_ARGUMENT', `seed ${seed}, must be a whole number`, {
      path: 'seed',
      hint: 'Use 0 or more.',
    });
  if (split === undefined) return;
  const hint = 'The layout mtd has the splits differnet and random80.';
  if (layout !== 'mtd') throw new IadError('BAD_ARGUMENT', `layout "${layout}" has no named splits`, { hint });
  if (split !== 'differnet' && split !== 'random80') throw new IadError('BAD_ARGUMENT', `split "${split}"`, { hint });
}

/** @throws IadError `LAYOUT_UNKNOWN` if the root holds several categories or lies a level too high */
function detectLayout({ root, images }: Listing): LayoutName {
  if (images.some((path) => MTD_FOLDER.test(path))) return 'mtd';
  if (images.some((path) => /^(train|test)\//.test(path))) return 'mvtec';
  const deeper = images.map((path) => /^(.+?)\/train\//.exec(path)?.[1]).filter((folder) => folder !== undefined);
  const categories = [...new Set(deeper)];
  if (categories.length > 0) {
    throw new IadError('LAYOUT_UNKNOWN', `it holds these datasets: ${categories.join(', ')}`, {
      path: root,
      hint: `Name one of them, for example ${root.replace(/[\\/]+$/, '')}/${categories[0]}.`,
    });
  }
  const mtd = images.find((path) => /\/MT_Free\/Imgs\//.test(path));
  if (mtd !== undefined) {
    const hint = `Name ${root.replace(/[\\/]+$/, '')}/${mtd.slice(0, mtd.indexOf('/MT_Free/'))}.`;
    throw new IadError('LAYOUT_UNKNOWN', 'the magnetic tile dataset lies one level deeper', { path: root, hint });
  }
  return 'folder';
}

function toDataset(layout: LayoutName, list: FileList, indexed: Indexed, warnings: readonly string[]): Dataset {
  const toSample = ({ path, masks, ...record }: IndexedSample): Sample => ({
    id: path,
    ...record,
    image: list.locate(path),
    masks: masks.map((mask) => ({ source: list.locate(mask), rule: indexed.maskRule })),
  });
  const part = (split: 'train' | 'test') => indexed.samples.filter((sample) => sample.split === split).map(toSample);
  return {
    layout,
    name: layout === 'mtd' ? 'mtd' : list.name,
    split: indexed.split,
    train: part('train'),
    test: part('test'),
    hasMasks: indexed.samples.some(({ masks }) => masks.length > 0),
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
  readonly hasMasks: boolean;
  readonly warnings: readonly string[];

  private constructor(dataset: Dataset) {
    this.layout = dataset.layout;
    this.name = dataset.name;
    this.split = dataset.split;
    this.train = dataset.train;
    this.test = dataset.test;
    this.hasMasks = dataset.hasMasks;
    this.warnings = dataset.warnings;
  }

  /** As `openDataset`; the layout is found out unless it is named. */
  static async open(root: string, options: DatasetOptions = {}): Promise<Folder> {
    return new Folder(await openDataset(root, options));
  }
}
