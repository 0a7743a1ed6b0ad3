// Additive noise on an image's values.
import { IadError } from '../../runtime/errors.js';
import type { Random } from '../../runtime/random.js';
import type { Image } from '../types.js';

/**
 * Adds to each value of each pixel its own normal number with mean 0, rounds to the nearest and cuts off at 0 and 255.
 * @param variance squared grey levels of the scale 0..255
 * @throws IadError `BAD_ARGUMENT`
 */
export function addGaussianNoise(image: Image, variance: number, random: Random): Image {
  if (!(variance >= 0 && variance < Number.POSITIVE_INFINITY)) {
    throw new IadError('BAD_ARGUMENT', `addGaussianNoise: the variance is ${variance}, it must be 0 or more`);
  }
  const deviation = Math.sqrt(variance);
  const noisy = (value: number) => Math.min(255, Math.max(0, Math.round(value + deviation * random.normal())));
  return { ...image, data: image.data.map(noisy) };
}
