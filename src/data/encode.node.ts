// PNG and JPEG files from pixels, in Node.
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { IadError } from '../runtime/errors.js';
import type { PixelArray } from './encode.js';
import type { Image } from './types.js';

/**
 * Writes an 8-bit PNG.
 * @param pixels RGB [height, width, 3] or grey [height, width], 0..255; the length of `data` says which
 * @param kind `mask`: [height, width] of 0 and 1 becomes grey 0 and 255. Default `image`
 * @throws IadError `BAD_ARGUMENT` if the length fits neither
 */
export function encodePng(pixels: PixelArray, kind: 'image' | 'mask' = 'image'): Uint8Array {
  const { width, height } = pixels;
  const channels = pixels.data.length / (width * height);
  if (!(channels === 1 || (channels === 3 && kind === 'image'))) {
    throw new IadError(
      'BAD_ARGUMENT',
      `encodePng: ${pixels.data.length} values for ${width} x ${height} ${kind} pixels`,
    );
  }
  const colorType = channels === 1 ? 0 : 2;
  const png = new PNG({ width, height });
  png.data = Buffer.from(kind === 'mask' ? pixels.data.map((value) => (value ? 255 : 0)) : pixels.data);
  return new Uint8Array(
    PNG.sync.write(png, { colorType, inputColorType: colorType, inputHasAlpha: false, bitDepth: 8 }),
  );
}

/** @param quality 1..100 */
export function encodeJpeg({ width, height, data }: Image, quality: number): Uint8Array {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return jpeg.encode({ width, height, data: rgba }, quality).data;
}
