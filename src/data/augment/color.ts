// Brightness, contrast, saturation and hue as torchvision defines them on 8-bit images, byte for byte: its own code there is
// Pillow's, whose float32 steps and rounding are followed.
import { IadError } from '../../runtime/errors.js';
import type { Image } from '../types.js';
import { channelsOf } from './warp.js';

const { fround } = Math;

/** @param factor from 0 (black); 1 changes nothing. @throws IadError `BAD_ARGUMENT` */
export function adjustBrightness(image: Image, factor: number): Image {
  return blend(checkImage('adjustBrightness', image), () => 0, checkFactor('adjustBrightness', factor));
}

/** @param factor from 0 (the image's mean grey everywhere); 1 changes nothing. @throws IadError `BAD_ARGUMENT` */
export function adjustContrast(image: Image, factor: number): Image {
  const { data } = checkImage('adjustContrast', image);
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data, i);
  const mean = Math.trunc(sum / (data.length / 3) + 0.5);
  return blend(image, () => mean, checkFactor('adjustContrast', factor));
}

/** @param factor from 0 (grey); 1 changes nothing. @throws IadError `BAD_ARGUMENT` */
export function adjustSaturation(image: Image, factor: number): Image {
  return blend(
    checkImage('adjustSaturation', image),
    (pixel) => luma(image.data, pixel),
    checkFactor('adjustSaturation', factor),
  );
}

/**
 * Turns every colour's hue. Goes through 8-bit hue, saturation and value, which moves colours a little even where the turn
 * is 0.
 * @param turn share of the full circle, -0.5 to 0.5
 * @throws IadError `BAD_ARGUMENT`
 */
export function adjustHue(image: Image, turn: number): Image {
  if (!(turn >= -0.5 && turn <= 0.5)) {
    throw new IadError('BAD_ARGUMENT', `adjustHue: the turn is ${turn}, it must be from -0.5 to 0.5`);
  }
  const data = new Uint8Array(checkImage('adjustHue', image).data.length);
  const by = Math.trunc(turn * 255);
  for (let i = 0; i < data.length; i += 3) {
    const red = image.data[i]!;
    const green = image.data[i + 1]!;
    const blue = image.data[i + 2]!;
    const value = Math.max(red, green, blue);
    const range = value - Math.min(red, green, blue);
    const saturation = range === 0 ? 0 : Math.trunc(fround(range / value) * 255);
    writeRgb(data, i, (hueOf(red, green, blue, value, range) + by) & 255, saturation, value);
  }
  return { ...image, data };
}

function checkImage(op: string, image: Image): Image {
  if (channelsOf(image) === 3) return image;
  throw new IadError('BAD_ARGUMENT', `${op}: a mask has no colours`);
}

function checkFactor(op: string, factor: number): number {
  if (factor >= 0 && factor < Number.POSITIVE_INFINITY) return fround(factor);
  throw new IadError('BAD_ARGUMENT', `${op}: the factor is ${factor}, it must be 0 or more`);
}

/** ITU-R 601 in 16-bit fixed point. */
function luma(data: Uint8Array, at: number): number {
  return (19595 * data[at]! + 38470 * data[at + 1]! + 7471 * data[at + 2]! + 32768) >> 16;
}

/** From `base` (0) over the image (1) and beyond, cut off at 0 and 255, rounded down. */
function blend(image: Image, base: (pixel: number) => number, factor: number): Image {
  if (factor === 1) return image;
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const from = base(i);
    for (let k = i; k < i + 3; k++) {
      const value = fround(from + fround(factor * (image.data[k]! - from)));
      data[k] = Math.trunc(Math.min(255, Math.max(0, value)));
    }
  }
  return { ...image, data };
}

/** 0..255 around the circle. */
function hueOf(red: number, green: number, blue: number, value: number, range: number): number {
  if (range === 0) return 0;
  const share = (channel: number) => fround((value - channel) / range);
  let sixths: number;
  if (red === value) sixths = fround(share(blue) - share(green));
  else if (green === value) sixths = fround(2 + share(red) - share(blue));
  else sixths = fround(4 + share(green) - share(red));
  return Math.trunc(fround((sixths / 6 + 1) % 1) * 255);
}

function writeRgb(data: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const sixths = (hue * 6) / 255;
  const sector = Math.floor(sixths) % 6;
  const rest = fround(sixths - Math.floor(sixths));
  const share = fround(saturation / 255);
  const low = Math.round(value * (1 - share));
  // The channel between the two falls in odd sectors and rises in even ones.
  const middle = Math.round(value * (1 - share * (sector % 2 === 1 ? rest : 1 - rest)));
  data[at] = sector === 0 || sector === 5 ? value : sector === 1 || sector === 4 ? middle : low;
  data[at + 1] = sector === 1 || sector === 2 ? value : sector === 0 || sector === 3 ? middle : low;
  data[at + 2] = sector === 3 || sector === 4 ? value : sector === 2 || sector === 5 ? middle : low;
}
