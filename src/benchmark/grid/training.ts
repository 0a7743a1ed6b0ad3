// From the training images of a task to what a method fits, and one method object through the tasks of a job.
import { augment, augmentRandom } from '../../data/augment/index.js';
import { loadImage } from '../../data/load.js';
import type { Sample } from '../../data/types.js';
import { resizeToPlan } from '../../data/views.js';
import type { AnomalyMethod, FitOptions, FitResult, ImageInput } from '../../methods/types.js';
import { IadError } from '../../runtime/errors.js';
import type { LearningTask, TrainingImage } from '../settings/index.js';

/** @throws IadError SETTING_NOT_SERVED for a task whose images would have to be augmented anew in every epoch */
export function checkTrainable({ augmentation, dataset, category }: LearningTask): void {
  if (augmentation !== 'each-epoch') return;
  const path = `${dataset}/${category}`;
  throw new IadError('SETTING_NOT_SERVED', 'methods cannot be fitted on images augmented in each epoch', { path });
}

/** @throws IadError as `loadImage` */
export function trainingInputs({ train, seeds }: LearningTask, method: AnomalyMethod): Promise<ImageInput[]> {
  return Promise.all(train.map((image) => inputOf(image, seeds.augment, method)));
}

/** An augmented copy is made at the size that the network sees, so that what it does not depend on the image's own size. */
async function inputOf({ sample, copy, steps }: TrainingImage, seed: number, method: AnomalyMethod): Promise<Sample> {
  const id = copy === 0 ? sample.id : `${sample.id}#${copy}`;
  if (steps.length === 0) return { ...sample, id };
  const original = await loadImage(sample.image, { path: sample.id });
  const image = resizeToPlan(original, method.planOf(original.width, original.height));
  return { ...sample, id, image: augment({ image }, steps, augmentRandom(seed, sample.id, copy)).image };
}

/** Fits a method on the first task; the later ones are learned on top of it. */
export function learn(
  method: AnomalyMethod,
  images: readonly ImageInput[],
  isFirst: boolean,
  options: FitOptions,
): Promise<FitResult> {
  return isFirst || !method.update ? method.fit(images, options) : method.update(images, options);
}
