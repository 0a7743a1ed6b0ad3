// How one copy of a training image is made, as plain data: it goes to threads, into the keys of caches and into checkpoints.
import { IadError } from '../../runtime/errors.js';
import type { Image } from '../types.js';
import { type AugmentStep, augment, augmentRandom } from './steps.js';

export interface Augmentation {
  /** Applied one after another once the image has the network's size; none leaves it as it is. */
  readonly steps: readonly AugmentStep[];
  /** With `sample` and `copy` what the steps draw from: `augmentRandom(seed, sample, copy)`. */
  readonly seed: number;
  /** The original's id. Copies of one original are never spread over training and held-out images. */
  readonly sample: string;
  /** `epoch`: another one in every epoch of a training, by its number from 0, and number 0 where there are no epochs. */
  readonly copy: number | 'epoch';
}

/**
 * The copy, of the image's size. The same every time.
 * @throws IadError as `augment`; `BAD_CONFIG` for steps that change the size
 */
export function augmented(image: Image, { steps, seed, sample, copy }: Augmentation): Image {
  if (steps.length === 0) return image;
  const made = augment({ image }, steps, augmentRandom(seed, sample, copy === 'epoch' ? 0 : copy)).image;
  if (made.width === image.width && made.height === image.height) return made;
  throw new IadError(
    'BAD_CONFIG',
    `the steps make ${made.width} x ${made.height} of ${image.width} x ${image.height}`,
    {
      path: sample,
      hint: 'Crop images before they are given to a method.',
    },
  );
}

/** All that the copy depends on besides the image, as text; empty where the image stays as it is. */
export function augmentationText({ steps, seed, sample, copy }: Augmentation): string {
  return steps.length === 0 ? '' : JSON.stringify([steps, seed, sample, copy]);
}
