// What the parts of the feature cache have in common.

import type { Tensor4D } from '@tensorflow/tfjs';
import type { LayerName } from '../../../backbones/types.js';
import type { GeometryConfig } from '../../../data/geometry.js';

/** One stage's output for one view. */
export interface FeatureMap {
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** Row-major, length height * width * channels. */
  readonly data: Float32Array;
}

export type FeatureMaps = ReadonlyMap<LayerName, FeatureMap>;

/** What the backbone sees of a view, such as several scales of it. */
export interface FeatureInputs {
  /** Says in the cache what it is: other inputs, another name. */
  readonly name: string;
  /** Sides of the inputs, pixels. */
  readonly sides: readonly number[];
  /** @param images RGB 0..255 [B, inputSize, inputSize, 3] @returns [B, side, side, 3] for each side, owned by the caller */
  readonly of: (images: Tensor4D) => Tensor4D[];
}

/** All that features depend on. */
export interface FeatureKey {
  /** Architecture and `hashOf` of the backbone, for each of the layers. */
  readonly backbone: Readonly<Partial<Record<LayerName, string>>>;
  /** tfjs's name: backends differ in the last places. */
  readonly backend: string;
  readonly layers: readonly LayerName[];
  readonly geometry: GeometryConfig;
  /** Number of the view in the geometry's plan. */
  readonly view: number;
  /** Which of the inputs made from the view, `name#number`; absent for the view itself. */
  readonly input?: string;
  /** Hash of the image's content. */
  readonly image: string;
}

export interface FeatureCacheOptions {
  /** Node only; made if it is not there. Default `features` in the library's cache folder. */
  readonly folder?: string;
  /** The most that is kept, bytes. Default 8 GiB on disk, 256 MiB in a browser's memory. */
  readonly maxBytes?: number;
}

/** Where a cache may lie for a while. */
export interface TemporaryCache {
  readonly options: FeatureCacheOptions;
  /** Removes it with everything in it. */
  remove(): Promise<void>;
}

/** Entries by name, within a bound; what was not used for longest goes first. */
export interface EntryStore {
  /** undefined if there is no such entry; what it gives may be damaged. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Keeps an entry in place of one of its name; one that is larger than the whole bound is not kept. */
  write(name: string, bytes: Uint8Array): Promise<void>;
}
