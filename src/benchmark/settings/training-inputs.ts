// From a task of a setting to what a method's `fit` takes.
import type { AugmentedSample, ImageInput, MethodInfo } from '../../methods/types.js';
import type { Setting } from './config.js';
import { serves } from './serves.js';
import type { LearningTask, TrainingImage } from './types.js';

/**
 * The images to train on, each copy one by one, with the augmentation that the task asks for. Noise is among them, as normal as the task
 * makes it look. The anomalies of a supervised task, with label and masks, are for methods that serve it, not for a reference.
 * @param as see {@link standing}
 */
export function trainingInputs(task: LearningTask, as: 'served' | 'reference'): ImageInput[] {
  const { train, augmentation } = task;
  const used = as === 'served' ? train : train.filter(({ role }) => role !== 'anomalous');
  return augmentation === 'none' ? used.map(({ sample }) => sample) : used.map((image) => augmentedSample(image, task));
}

function augmentedSample(
  { sample, steps, copy }: TrainingImage,
  { augmentation, seeds }: LearningTask,
): AugmentedSample {
  const number = augmentation === 'each-epoch' ? 'epoch' : copy;
  return { ...sample, augmentation: { steps, seed: seeds.augment, sample: sample.id, copy: number } };
}

/**
 * What a setting changes of a method's configuration. Where the number of training images is what a setting is about, none of them is
 * held out for thresholds or to choose an epoch: of two images, one would be.
 * @param config in full
 * @returns the fields that change
 */
export function settingFields(
  setting: Setting,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const counted = setting.kind === 'few-shot' || (setting.kind === 'autovi' && setting.images !== 'all');
  if (!counted) return {};
  const shares = ['calibrationShare', 'validationShare'].filter((field) => Object.hasOwn(config, field));
  return Object.fromEntries(shares.map((field) => [field, 0]));
}

/**
 * How a method stands in a setting. `reference`: it learns from good parts alone, without the anomalies of the supervised setting,
 * whose results it is put beside, as PatchCore in IM-IAD's table. Its results must be marked as such. Null: it does not serve it.
 */
export function standing(info: Pick<MethodInfo, 'settings'>, setting: Setting): 'served' | 'reference' | null {
  if (serves(info, setting)) return 'served';
  return setting.kind === 'supervised' && info.settings.includes('unsupervised') ? 'reference' : null;
}
