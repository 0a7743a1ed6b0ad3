// The plain records that datasets are made of. Nothing here is decoded until `loadImage` or `loadMask` is called.

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

/** Where an image comes from: a file path (Node) or URL (browser), the bytes of a PNG or JPEG file, or decoded pixels. */
export type ImageSource = string | Uint8Array | Image;

/** `nonzero`: anomalous where any channel > 0. `half`: anomalous where the grey value >= 128. */
export type MaskRule = 'nonzero' | 'half';

export interface MaskSource {
  readonly source: string | Uint8Array;
  readonly rule: MaskRule;
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
}

export interface Dataset {
  /** The layout's identifier: `mvtec`, `mtd`, `folder`. */
  readonly layout: string;
  readonly name: string;
  /** Which images are for training: `given` by the folders, or a named split such as `differnet`. */
  readonly split?: string | undefined;
  readonly train: readonly Sample[];
  readonly test: readonly Sample[];
  /** True when anomalous samples carry masks, so that pixel metrics exist. */
  readonly hasMasks: boolean;
  /** Things worth telling the user that did not stop the loader. */
  readonly warnings: readonly string[];
}
