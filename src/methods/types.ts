// The contract of every method: fit on good images, predict, save, load.
import type { NdArray } from 'ndarray';
import type { Augmentation } from '../data/augment/index.js';
import type { GeometryPlan } from '../data/geometry.js';
import type { ImageSource, Sample } from '../data/types.js';
import type { OnProgress } from '../runtime/progress.js';
import type { Calibration, Thresholds } from './parts/calibration.js';

/** What a call that may take long accepts. */
export interface CallOptions {
  onProgress?: OnProgress;
  /** Stops the call at the next image or centre with the error `ABORTED`; nothing is left half-written. */
  signal?: AbortSignal;
  /**
   * Worker threads for decoding, features, neighbours and the gradients of a training, at most one per image; they exist in Node with the
   * wasm backend. 1: in this thread. Default: fewer than 8 images in this thread, more on one thread per core, at most 8.
   * Predictions do not depend on their number, and a fit does by rounding alone: the same number trains the same bits.
   */
  workers?: number;
  /**
   * A folder where frozen features of images are kept, layer by layer: later calls on the same images find them there, of any method with the
   * same backbone and geometry. The backbone then runs for what is not there yet. Features are rounded to float16, whether they were found or
   * not, so that results differ from those without a cache by this rounding, and not by what was cached. Node only; default: none.
   */
  cacheFolder?: string;
}

export interface FitOptions extends CallOptions {
  /** Leave out images that cannot be decoded instead of failing; they are listed in the result. Default false. */
  skipBad?: boolean;
}

/** A connected set of flagged pixels (8-connectivity), in pixels of the input image. */
export interface Region {
  /** Left, top, width, height. */
  readonly box: readonly [number, number, number, number];
  /** Number of pixels. */
  readonly area: number;
  /** The largest map value inside. */
  readonly peak: number;
}

/** Milliseconds per stage of one image. */
export interface PredictTimings {
  readonly decode: number;
  readonly features: number;
  readonly scoring: number;
}

export interface Prediction {
  /** The sample's id, the file's path, or `image-<index>`. */
  readonly id: string;
  /** Image-level anomaly score: higher is more anomalous; the method says its unit. */
  readonly score: number;
  /** `score > threshold`; null if the model was fitted without calibration. */
  readonly isAnomalous: boolean | null;
  readonly threshold: number | null;
  /** Split-conformal p-value of the score against held-out good images, in (0, 1]. */
  readonly pValue: number | null;
  /** Anomaly map [height, width] at the image's own size. */
  readonly map: NdArray<Float32Array>;
  /** [height, width], 1 where the map exceeds the pixel threshold; null without calibration. */
  readonly mask: NdArray<Uint8Array> | null;
  readonly regions: readonly Region[];
  readonly timings: PredictTimings;
}

export interface FitResult {
  /** Good images that went into the model, without those that chose an epoch; augmented copies count one by one. */
  readonly images: number;
  /** Good images held out to calibrate the thresholds. */
  readonly calibrationImages: number;
  /** Images left out by `skipBad`, with the reason. */
  readonly skipped: readonly { id: string; reason: string }[];
  /** Milliseconds per stage. */
  readonly timings: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/**
 * What a method can learn from: all good images; defective ones with masks besides; a handful of good ones; good ones with
 * unknown defects among them; one product after another.
 */
export const LEARNING_SETTINGS = ['unsupervised', 'supervised', 'few-shot', 'noisy', 'continual'] as const;

export type LearningSetting = (typeof LEARNING_SETTINGS)[number];

export interface MethodInfo {
  readonly id: string;
  readonly name: string;
  readonly paper: string;
  readonly year: number;
  readonly family: string;
  /** Learning settings it serves. */
  readonly settings: readonly LearningSetting[];
}

/** One augmented copy of a training image. */
export interface AugmentedSample extends Sample {
  readonly augmentation: Augmentation;
}

export type ImageInput = ImageSource | Sample | AugmentedSample;

/** `image`: at each image's own size. `input`: at the network's input geometry, where papers take their pixel metrics. */
export type MapSize = 'image' | 'input';

export interface PredictOptions extends CallOptions {
  /** Default `image`. */
  maps?: MapSize;
}

/** The size of something that a fit left behind, such as the memory bank [rows, columns]. */
export interface LearnedArray {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface AnomalyMethod {
  readonly info: MethodInfo;
  /** The full configuration, defaults filled in. */
  readonly config: { readonly seed: number; readonly falseAlarmRate: number };
  /** Which weights the features come from. */
  readonly backbone: { readonly id: string; readonly hash: string };
  readonly learned: readonly LearnedArray[];
  /** Scores of the good images that were held out; null without calibration. */
  readonly calibration: Calibration | null;
  /** Null without calibration. */
  readonly thresholds: Thresholds | null;
  /** How an image of this size is cut into the network's inputs, and which part of it is seen. */
  planOf(width: number, height: number): GeometryPlan;
  fit(images: Iterable<ImageInput>, options?: FitOptions): Promise<FitResult>;
  /**
   * Learns further good images without those of before, and keeps what it knows; there for methods that serve the setting `continual`,
   * and for no others.
   */
  update?(images: Iterable<ImageInput>, options?: FitOptions): Promise<FitResult>;
  predict(images: Iterable<ImageInput>, options?: PredictOptions): Promise<Prediction[]>;
  /** One prediction at a time, in order, so that thousands of maps need not be kept. */
  predictEach(images: Iterable<ImageInput>, options?: PredictOptions): AsyncGenerator<Prediction>;
  save(path: string): Promise<void>;
  dispose(): void;
}
