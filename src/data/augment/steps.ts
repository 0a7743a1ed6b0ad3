// Random augmentation as plain data: a list of steps that says what may be drawn, and the function that draws and applies it.
import { IadError } from '../../runtime/errors.js';
import { Random } from '../../runtime/random.js';
import type { Image, Mask } from '../types.js';
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './color.js';
import { crop, flip, rotate, scale, translate } from './geometry.js';
import { addGaussianNoise } from './noise.js';
import { type Corners, perspective } from './perspective.js';
import type { Border, Pixels, Resample, Sampling } from './warp.js';

/** Least and largest value, drawn from uniformly; twice the same is no draw at all. */
export type Range = readonly [least: number, most: number];

export type AugmentStep =
  | {
      readonly kind: 'rotate';
      /** Counterclockwise. */
      readonly degrees: Range;
      /** Of being applied, 0..1. Default 1. */
      readonly probability?: number;
      /** Default `nearest`. */
      readonly resample?: Resample;
      /** Default `zero`. */
      readonly border?: Border;
    }
  | {
      readonly kind: 'flip';
      /** Probabilities, 0..1. Default 0. */
      readonly horizontal?: number;
      readonly vertical?: number;
    }
  | {
      readonly kind: 'translate';
      /** Largest shift to either side, share of the width and of the height; whole pixels are drawn. */
      readonly share: number;
      readonly border?: Border;
    }
  | { readonly kind: 'scale'; readonly factor: Range; readonly resample?: Resample; readonly border?: Border }
  | {
      readonly kind: 'perspective';
      /** Largest move of a corner towards the centre, share of the half width and half height, 0..1. */
      readonly distortion: number;
    }
  | {
      readonly kind: 'crop';
      /** Pixels; the place is drawn. */
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: 'colorJitter';
      /** A strength b draws the factor from max(0, 1 - b) to 1 + b; a hue h the turn from -h to h, h up to 0.5. Default 0. */
      readonly brightness?: number;
      readonly contrast?: number;
      readonly saturation?: number;
      readonly hue?: number;
    }
  | {
      readonly kind: 'gaussianNoise';
      /** Squared grey levels of 0..255, drawn once per image. */
      readonly variance: Range;
      /** Default 1. */
      readonly probability?: number;
    };

/** An image and, where there is one, its mask; of one size. */
export interface Picture {
  readonly image: Image;
  readonly mask?: Mask;
}

/**
 * The generator for one augmented copy of one sample: it depends on nothing else, so neither the order nor the number of the
 * other images matters.
 * @param sample its id
 * @param copy the epoch, or the number of the copy
 */
export function augmentRandom(seed: number, sample: string, copy = 0): Random {
  return Random.forKey(`augment|${sample}|${copy}`, seed);
}

/**
 * Applies the steps one after another. The mask goes where the image goes, nearest neighbour; colours and noise leave it.
 * @throws IadError `BAD_CONFIG` for a probability or range out of its limits, `BAD_ARGUMENT` for a mask of another size than
 *   the image, and for a crop larger than the image
 */
export function augment(picture: Picture, steps: readonly AugmentStep[], random: Random): Picture {
  const { image, mask } = picture;
  if (mask && (mask.width !== image.width || mask.height !== image.height)) {
    const sizes = `${mask.width} x ${mask.height}, its image is ${image.width} x ${image.height}`;
    throw new IadError('BAD_ARGUMENT', `augment: the mask is ${sizes}`);
  }
  return steps.reduce((made, step) => apply(made, step, random), picture);
}

function apply(picture: Picture, step: AugmentStep, random: Random): Picture {
  const { width, height } = picture.image;
  switch (step.kind) {
    case 'rotate': {
      if (!happens(step.probability, random)) return picture;
      const degrees = within(step.degrees, random);
      return both(picture, (pixels) => rotate(pixels, degrees, sampling(step)));
    }
    case 'flip': {
      const across = happens(step.horizontal ?? 0, random);
      const down = happens(step.vertical ?? 0, random);
      return both(picture, (pixels) => {
        const mirrored = across ? flip(pixels, 'horizontal') : pixels;
        return down ? flip(mirrored, 'vertical') : mirrored;
      });
    }
    case 'translate': {
      const right = Math.round(within([-step.share * width, step.share * width], random));
      const down = Math.round(within([-step.share * height, step.share * height], random));
      return both(picture, (pixels) => translate(pixels, right, down, sampling(step)));
    }
    case 'scale': {
      const factor = within(step.factor, random);
      return both(picture, (pixels) => scale(pixels, factor, sampling(step)));
    }
    case 'perspective': {
      const corners = drawCorners(width, height, step.distortion, random);
      return both(picture, (pixels) => perspective(pixels, corners));
    }
    case 'crop': {
      const x = random.below(Math.max(1, width - step.width + 1));
      const y = random.below(Math.max(1, height - step.height + 1));
      return both(picture, (pixels) => crop(pixels, x, y, step.width, step.height));
    }
    case 'colorJitter':
      return { ...picture, image: jitter(picture.image, step, random) };
    case 'gaussianNoise': {
      if (!happens(step.probability, random)) return picture;
      return { ...picture, image: addGaussianNoise(picture.image, within(step.variance, random), random) };
    }
    default:
      return step satisfies never;
  }
}

function both({ image, mask }: Picture, move: (pixels: Pixels) => Pixels): Picture {
  return mask ? { image: move(image), mask: move(mask) } : { image: move(image) };
}

function sampling({ resample = 'nearest', border = 'zero' }: Sampling): Sampling {
  return { resample, border };
}

/** torchvision's: each corner to a whole pixel of the rectangle between itself and the given share of the way to the centre. */
function drawCorners(width: number, height: number, distortion: number, random: Random): Corners {
  if (!(distortion >= 0 && distortion <= 1)) {
    throw new IadError('BAD_CONFIG', `${distortion}, must be from 0 to 1`, { path: 'distortion' });
  }
  const roomX = Math.trunc(distortion * Math.floor(width / 2));
  const roomY = Math.trunc(distortion * Math.floor(height / 2));
  const left = () => random.below(roomX + 1);
  const right = () => width - 1 - random.below(roomX + 1);
  const top = () => random.below(roomY + 1);
  const bottom = () => height - 1 - random.below(roomY + 1);
  return [
    [left(), top()],
    [right(), top()],
    [right(), bottom()],
    [left(), bottom()],
  ];
}

type Jitter = Extract<AugmentStep, { kind: 'colorJitter' }>;

/** In a random order, as torchvision's `ColorJitter`; what has strength 0 is left out, for a turn of 0 is not nothing. */
function jitter(
  image: Image,
  { brightness = 0, contrast = 0, saturation = 0, hue = 0 }: Jitter,
  random: Random,
): Image {
  if (hue > 0.5) throw new IadError('BAD_CONFIG', `${hue}, must be from 0 to 0.5`, { path: 'hue' });
  const factor = (strength: number) => within([Math.max(0, 1 - strength), 1 + strength], random);
  const changes = [
    { strength: brightness, change: (made: Image) => adjustBrightness(made, factor(brightness)) },
    { strength: contrast, change: (made: Image) => adjustContrast(made, factor(contrast)) },
    { strength: saturation, change: (made: Image) => adjustSaturation(made, factor(saturation)) },
    { strength: hue, change: (made: Image) => adjustHue(made, within([-hue, hue], random)) },
  ];
  const order = random.sample(changes.length, changes.length);
  return order.reduce((made, index) => {
    const { strength, change } = changes[index]!;
    return strength === 0 ? made : change(made);
  }, image);
}

function happens(probability: number | undefined, random: Random): boolean {
  if (probability === undefined) return true;
  if (!(probability >= 0 && probability <= 1)) {
    throw new IadError('BAD_CONFIG', `${probability}, must be from 0 to 1`, { path: 'probability' });
  }
  return random.uniform() < probability;
}

function within([least, most]: Range, random: Random): number {
  if (!(Number.isFinite(least) && Number.isFinite(most) && least <= most)) {
    throw new IadError('BAD_CONFIG', `${least} to ${most} is no range of numbers`, { path: 'augment' });
  }
  return least === most ? least : least + (most - least) * random.uniform();
}
