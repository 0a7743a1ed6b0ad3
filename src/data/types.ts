// The plain records that datasets are made of. Nothing here is decoded until `loadImage` or `loadMask` is called.
import type { DefectConfig } from '../metrics/index.js';

/** A decoded image: RGB, 8 bit, rows from the top, channels interleaved. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** length 3 * width * height, values 0..255 */
  readonly data: Uint8Array;
}

/** A binary mask at some image's size: 1 anomalous, 0 normal. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** length width * height, values 0 or 1 */
  readonly data: Uint8Array;
}

/** Where an image comes from: a file path (Node) or URL (browser), the bytes of a PNG, JPEG, BMP or TIFF file, or decoded pixels. */
export type ImageSource = string | Uint8Array | Image;

/**
 * `nonzero`: anomalous where any channel > 0. `half`: anomalous where the grey value >= 128. `config`: one file per defect;
 * anomalous where the first channel > 0, and that value names the defect's entry in `defects_config.json`.
 */
export type MaskRule = 'nonzero' | 'half' | 'config';

export interface MaskSource {
  readonly source: string | Uint8Array;
  readonly rule: MaskRule;
  /** Relative to the dataset's root; absent for masks that do not come from a folder. */
  readonly path?: string;
  /** The entries of `defects_config.json`; with the rule `config` only. */
  readonly defects?: readonly DefectConfig[];
}

export type Split = 'train' | 'val' | 'test';

export interface Sample {
  /** Path relative to the dataset's root, `/` as separator; unique in the dataset. */
  readonly id: string;
  readonly category: string;
  readonly split: Split;
  /** 0 normal, 1 anomalous, -1 unknown. */
  readonly label: 0 | 1 | -1;
  /** Folder or class name; `good` for normal images. */
  readonly defectType: string;
  readonly image: ImageSource;
  /** Empty for normal images and where a dataset has no masks. */
  readonly masks: readonly MaskSource[];
  /** What kind of anomaly, where a dataset tells (MVTec LOCO AD). */
  readonly anomalyGroup?: 'structural' | 'logical';
  /** The physical item, where several images show one (KolektorSDD). */
  readonly group?: string;
}

export interface Dataset {
  /** The layout's identifier: `mvtec_ad`, `visa`, `folder`, ... */
  readonly layout: string;
  readonly name: string;
  /** Which images are for training: `given` by the folders, or a named split such as `differnet`. */
  readonly split?: string | undefined;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  /** Normal images that are neither trained on nor tested (MVTec LOCO AD). Default none. */
  readonly validation?: readonly Sample[];
  /** Defective images of the training part, which nothing that learns from good parts may see. Default none. */
  readonly setAside?: readonly Sample[];
  /** True when anomalous samples carry masks, so that pixel metrics exist. */
  readonly hasMasks: boolean;
  /** Things worth telling the user that did not stop the loader. */
  readonly warnings: readonly string[];
}
