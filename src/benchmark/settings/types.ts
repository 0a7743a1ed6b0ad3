// What a setting makes of a dataset: tasks as plain data. Nothing is decoded, nothing is trained.
import type { AugmentStep } from '../../data/augment/index.js';
import type { Sample } from '../../data/types.js';
import type { Setting } from './config.js';
import type { Draw } from './sampling.js';

/** The images of a dataset, of one or more categories, in any order. */
export interface DatasetIndex {
  /** Identifier that draws and published numbers go by: `mvtec_ad`, `mpdd`, `mtd`, `autovi`, ... */
  readonly dataset: string;
  /** Training and test images. Those of the split `val` are not used; unlabelled test images are left out and counted. */
  readonly samples: readonly Sample[];
  /** Anomalous images of the training part, which the supervised setting draws from. Default none. */
  readonly setAside?: readonly Sample[];
}

/** `noise`: anomalous, but trained on as normal. */
export type TrainingRole = 'normal' | 'noise' | 'anomalous';

/** One training image, or one augmented copy of it. */
export interface TrainingImage {
  /** As the method is to see it: one of role `noise` has label 0 and no mask. */
  readonly sample: Sample;
  readonly role: TrainingRole;
  /** 0 for the first, or only, copy. */
  readonly copy: number;
  /**
   * How the copy is made, once the image has the network's size:
   * `augment(picture, steps, augmentRandom(task.seeds.augment, sample.id, copy))`.
   */
  readonly steps: readonly AugmentStep[];
}

/** Fewer images than asked for. */
export interface Cap {
  readonly wanted: number;
  readonly used: number;
  readonly reason: string;
}

export interface TaskCounts {
  /** Normal training images, each once however many copies there are. */
  readonly trainNormal: number;
  /** Anomalous images in the training set, whether as noise or as anomalies: the n of a results table. */
  readonly trainAnomalous: number;
  readonly testNormal: number;
  readonly testAnomalous: number;
  /** Test images of unknown label, left out. */
  readonly unlabelled: number;
}

/** What one category is trained and tested with. */
export interface LearningTask {
  /** Dataset, category, setting, repeat and base seed; the same id is the same task. */
  readonly id: string;
  readonly dataset: string;
  readonly category: string;
  readonly train: readonly TrainingImage[];
  /** Sorted by path. */
  readonly test: readonly Sample[];
  readonly counts: TaskCounts;
  /** Null where there were as many as asked for. */
  readonly capped: Cap | null;
  /** What was drawn; empty where nothing was. */
  readonly draws: readonly Draw[];
  /**
   * `copies`: the list of training images holds the augmented ones. `each-epoch`: every reading of an image is augmented
   * anew, with the number of the epoch as copy.
   */
  readonly augmentation: 'none' | 'copies' | 'each-epoch';
  /** Pixels, width and height, that the published numbers were taken at; null if the setting does not say. */
  readonly window: readonly [width: number, height: number] | null;
  /** What a table of results must say of these images besides, one sentence each. */
  readonly notes: readonly string[];
  /** For what training draws: `train` is a method's `seed`, `augment` is for `augmentRandom`. */
  readonly seeds: { readonly train: number; readonly augment: number };
}

export interface SettingPlan {
  readonly id: string;
  readonly dataset: string;
  readonly setting: Setting;
  /** From 0. */
  readonly repeat: number;
  readonly baseSeed: number;
  /** One per category: sorted by name, or in the order of learning. */
  readonly tasks: readonly LearningTask[];
  /** `each`: a new model for each task. `one`: one model, made with the first task's seed, learns them one after another. */
  readonly models: 'each' | 'one';
  /** evaluations[i]: positions of the tasks whose test images are scored once tasks[i] is learned. */
  readonly evaluations: readonly (readonly number[])[];
}

export interface PlanOptions {
  /** Which of the repeats, a whole number from 0. Default 0. */
  repeat?: number;
  /** A whole number from 0 below 2^32. Default 66. */
  baseSeed?: number;
}
