// From a task of a setting to what a method's `fit` takes.
import type { AugmentedSample, ImageInput, MethodInfo } from '../../methods/types.js';
import type { Setting } from './config.js';
import { serves } from './serves.js';
import type { LearningTask, TrainingImage } from './types.js';

/**
 * The images to train on, each copy one by one, with the augmentation that the task asks for. No method here learns from anomalies as
 * such: those of a supervised task are left out, see {@link standing}. Noise stays, as normal as the task makes it look.
 */
export function trainingInputs(task: LearningTask): ImageInput[] {
  const { train, augmentation } = task;
  const normal = train.filter(({ role }) => role !== 'anomalous');
  return augmentation === 'none'
    ? normal.map(({ sample }) => sample)
    : normal.map((image) => augmentedSample(image, task));
}

function augmentedSample(
  { sample, steps, copy }: TrainingImage,
  { augmentation, seeds }: LearningTask,
): AugmentedSample {
  const number = augmentation === 'each-epoch' ? 'epoch' : copy;
  return { ...sample, augmentation: { steps, seed: seeds.augment, sample: sample.id, copy: number } };
}

/**
 * What a setting changes of a method's configuration. In the few-shot setting the shots are what is counted, so none of them is
 * held out for thresholds or to choose an epoch.
 * @param config in full
 * @returns the fields that change
 */
export function settingFields(
  { kind }: Setting,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (kind !== 'few-shot') return {};
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
