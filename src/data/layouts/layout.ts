// What a layout is, and what it makes of a list of files: records without pixels.
import type { DefectConfig } from '../../metrics/index.js';
import type { MaskRule, Split } from '../types.js';

export type LayoutName =
  | 'mvtec'
  | 'folder'
  | 'manifest'
  | 'mvtec_ad'
  | 'mvtec_loco'
  | 'mpdd'
  | 'btad'
  | 'mtd'
  | 'visa'
  | 'dagm'
  | 'autovi'
  | 'ksdd'
  | 'ksdd2'
  | 'elpv'
  | 'aitex'
  | 'mvtec_ad2';

/** The files of a dataset, as a layout sees them. */
export interface Listing {
  /** The root folder's name. */
  readonly name: string;
  /** The root as the user named it, for messages. */
  readonly root: string;
  /** PNG, JPEG, BMP and TIFF files, relative, sorted by UTF-16 code units. */
  readonly images: readonly string[];
}

/** What had to be read before the files could be told apart. */
export interface Contents {
  /** Tables and configurations by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Those of the masks asked for that have a pixel above 0. */
  readonly marked: ReadonlySet<string>;
}

export interface LayoutOptions {
  /** One of the layout's categories. */
  readonly category: string;
  /** One of the layout's splits; the first is the default. */
  readonly split: string;
  /** Repeat of a random split, from 0. */
  readonly seed: number;
  /** What the draws of all repeats come from. */
  readonly baseSeed: number;
  /** Which part of a cross validation is tested, from 0. */
  readonly fold: number;
}

export interface IndexedSample {
  /** Image path, relative to the root. */
  readonly path: string;
  readonly category: string;
  readonly split: Split;
  readonly label: 0 | 1 | -1;
  readonly defectType: string;
  /** Relative paths of the mask files. */
  readonly masks: readonly string[];
  readonly anomalyGroup?: 'structural' | 'logical';
  readonly group?: string;
}

/** Images of split `train` with label 1 are set aside. */
export interface Indexed {
  readonly samples: readonly IndexedSample[];
  readonly maskRule: MaskRule;
  /** With the rule `config`. */
  readonly defects?: readonly DefectConfig[];
  readonly warnings: readonly string[];
}

export interface Layout {
  readonly id: LayoutName;
  /** What a split can be called; `given` where the folders say it. The first is the default. */
  readonly splits: readonly [string, ...string[]];
  /** Whether the files look like this dataset, from the names alone. */
  recognises(files: readonly string[]): boolean;
  /** Its categories in the files, in the order of the publication. */
  categories(files: readonly string[], contents: Contents, name: string): readonly string[];
  /** Parts of its cross validation. Default 1. */
  readonly folds?: number;
  /** Categories that can be asked for as well, and are part of another. */
  readonly parts?: readonly string[];
  /** Which texts and masks have to be read. */
  needs?(files: readonly string[]): { readonly texts: readonly string[]; readonly masks: readonly string[] };
  /** @throws DatasetError, IadError */
  index(listing: Listing, options: LayoutOptions, contents: Contents): Indexed;
}
