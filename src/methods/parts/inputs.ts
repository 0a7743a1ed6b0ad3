// What a caller may hand in as images, brought to one form.
import type { ImageSource } from '../../data/types.js';
import type { ImageInput } from '../types.js';

/** An image with the name that results and errors use for it. */
export interface NamedImage {
  readonly id: string;
  readonly source: ImageSource;
}

/** A sample keeps its id, a path is its own name, pixels and bytes are `image-<index>`. */
export function nameImages(images: Iterable<ImageInput>): NamedImage[] {
  return [...images].map((input, index) => {
    if (typeof input === 'string') return { id: input, source: input };
    if ('image' in input) return { id: input.id, source: input.image };
    return { id: `image-${index}`, source: input };
  });
}
