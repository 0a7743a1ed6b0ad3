// The fields that the configurations of all trained methods have in common.
import * as z from 'zod';
import { FROZEN_FIELDS } from '../frozen-config.js';

export const TRAINED_FIELDS = {
  ...FROZEN_FIELDS,
  /**
   * `crop`: short side to `resize`, then the central square of `inputSize` (the borders of long images are not seen). `stretch`: to a
   * square, aspect ratio not kept. There are no tiles: a sample is an image.
   */
  geometry: z.enum(['crop', 'stretch']),
  /** Passes over the training images. */
  epochs: z.int().min(1).max(1_000_000),
  /** Images in a training step; all of them, where there are fewer. */
  batchSize: z.int().min(1).max(4096),
  /** Of the optimiser, above 0. */
  learningRate: z.number().gt(0).max(1000),
  /** Of the optimiser, from 0 up. */
  weightDecay: z.number().min(0).max(1),
  /** Bytes of features that one fit keeps on disk (in a browser: in memory, 256 MiB at most), beside `memoryBudget`. */
  cacheBudget: z.int().min(1),
};

const TRAINED = z.object(TRAINED_FIELDS);

/** @property memoryBudget bytes of training images, or of their features, that are kept in memory between the epochs */
export type TrainedConfig = Readonly<z.infer<typeof TRAINED>>;

/** Beside FROZEN_DEFAULTS: as the papers of trained methods have it, and no blur over the map. */
export const TRAINED_DEFAULTS = {
  geometry: 'stretch',
  resize: 256,
  inputSize: 256,
  smoothing: 0,
  memoryBudget: 2 ** 30,
  cacheBudget: 2 ** 33,
} as const;
