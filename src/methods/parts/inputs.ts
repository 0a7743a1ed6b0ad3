// What a caller may hand in as images, brought to one form.
import type { Augmentation } from '../../data/augment/index.js';
import type { ImageSource, Sample } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import type { AugmentedSample, ImageInput } from '../types.js';

/** An image with the name that results and errors use for it. */
export interface NamedImage {
  readonly id: string;
  readonly source: ImageSource;
  /** Of a copy that is augmented. */
  readonly augmentation?: Augmentation;
}

/**
 * A sample keeps its id, a path is its own name, pixels and bytes are `image-<index>`.
 * @throws IadError BAD_ARGUMENT for a single image instead of several (a string would be taken for a list of letters), and for
 *   things that are no images
 */
export function nameImages(images: Iterable<ImageInput>): NamedImage[] {
  if (typeof images === 'string' || images instanceof Uint8Array || typeof images?.[Symbol.iterator] !== 'function') {
    throw new IadError('BAD_ARGUMENT', 'must be an array or another iterable of images', {
      path: 'images',
      hint: 'Put a single image into brackets: [image].',
    });
  }
  return Array.from(images, (input, index) => {
    if (typeof input === 'string') return { id: input, source: input };
    if (typeof input !== 'object' || input === null) {
      throw new IadError('BAD_ARGUMENT', 'neither a path, nor bytes, pixels or a sample', {
        path: `images[${index}]`,
        hint: 'Give one of these.',
      });
    }
    if ('image' in input) return { id: input.id, source: input.image, ...augmentationOf(input) };
    return { id: `image-${index}`, source: input };
  });
}

function augmentationOf(input: Sample | AugmentedSample): Pick<NamedImage, 'augmentation'> {
  return 'augmentation' in input ? { augmentation: input.augmentation } : {};
}

/** The image itself, without its augmentation. */
export function asItIs({ id, source }: NamedImage): NamedImage {
  return { id, source };
}

/** For every image the number of its original, from 0 in the order in which they come: copies of one have the same. */
export function originalsOf(images: readonly NamedImage[]): number[] {
  const numbers = new Map<string, number>();
  let next = 0;
  return images.map(({ augmentation }) => {
    if (!augmentation) return next++;
    const known = numbers.get(augmentation.sample) ?? next++;
    numbers.set(augmentation.sample, known);
    return known;
  });
}

/** True for a fault of the image itself, which may be skipped, unlike one of the machine or the caller. */
export function isBadImage(error: Error): boolean {
  return error instanceof IadError && error.code.startsWith('IMAGE_');
}
