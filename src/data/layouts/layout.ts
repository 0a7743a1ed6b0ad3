// What a layout makes of a list of files: records without pixels.
import type { MaskRule, Split } from '../types.js';

/** The files of a dataset, as a layout sees them. */
export interface Listing {
  /** The root folder's name. */
  readonly name: string;
  /** The root as the user named it, for messages. */
  readonly root: string;
  /** PNG and JPEG files, relative, sorted by UTF-16 code units. */
  readonly images: readonly string[];
}

export interface IndexedSample {
  /** Image path, relative to the root. */
  readonly path: string;
  readonly category: string;
  readonly split: Split;
  readonly label: 0 | 1;
  readonly defectType: string;
  /** Relative paths of the mask files. */
  readonly masks: readonly string[];
}

export interface Indexed {
  /** Which images are for training: `given` by the folders, or a named split. */
  readonly split: string;
  readonly samples: readonly IndexedSample[];
  readonly maskRule: MaskRule;
  readonly warnings: readonly string[];
}
