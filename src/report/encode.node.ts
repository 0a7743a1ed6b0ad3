// Pixels to PNG and JPEG bytes.
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import type { Image } from '../data/types.js';

export function encodePng(image: Image): Uint8Array {
  const png = new PNG({ width: image.width, height: image.height });
  png.data = Buffer.from(rgba(image));
  return PNG.sync.write(png, { colorType: 2 });
}

/** @param quality 1..100 */
export function encodeJpeg(image: Image, quality: number): Uint8Array {
  return jpeg.encode({ width: image.width, height: image.height, data: rgba(image) }, quality).data;
}

function rgba({ width, height, data }: Image): Uint8Array {
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return pixels;
}
