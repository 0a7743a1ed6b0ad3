// Pixels of a checked PNG or JPEG file, in Node: pngjs and jpeg-js.
import { inflateSync } from 'node:zlib';
import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import type { JpegHeader } from './jpeg-header.js';
import { essentialPng, type PngHeader } from './png-header.js';
import type { Image } from './types.js';

/** Decodes the stored pixel array. Throws a plain Error if the data are damaged. */
export async function decodeStored(bytes: Uint8Array, header: PngHeader | JpegHeader): Promise<Image> {
  if (header.format === 'png') {
    checkInflates(bytes, header);
    const { width, height, data } = PNG.sync.read(Buffer.from(essentialPng(bytes, header).buffer));
    return { width, height, data: withoutAlpha(data, width * height) };
  }
  const pixels = header.width * header.height;
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    ...(header.storedRgb ? { colorTransform: false } : {}),
    maxResolutionInMP: pixels / 1e6 + 1,
    // Coefficients take 4 bytes per sample, the planes, samples and the result one each; blocks are rounded up.
    maxMemoryUsageInMB: 64 + Math.ceil((pixels * (6 * header.channels + 3) * 1.25) / 2 ** 20),
  });
  return { width, height, data };
}

/**
 * pngjs inflates interlaced data without a limit, and fills what other data lack with whatever lay in memory: so the pixels'
 * length is found out first.
 */
function checkInflates(bytes: Uint8Array, header: PngHeader): void {
  const data = Buffer.concat(header.idat.map(([begin, end]) => bytes.subarray(begin, end)));
  const { length } = inflateSync(data, { maxOutputLength: header.rawBytes });
  if (length !== header.rawBytes) throw new Error(`${length} bytes of pixels instead of ${header.rawBytes}`);
}

function withoutAlpha(rgba: Uint8Array, pixels: number): Uint8Array {
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 4) {
    rgb[to++] = rgba[from]!;
    rgb[to++] = rgba[from + 1]!;
    rgb[to++] = rgba[from + 2]!;
  }
  return rgb;
}

/** How many bytes zlib data inflate to. Throws a plain Error if they are damaged, or more than `limit`. */
export async function inflatedLength(bytes: Uint8Array, limit: number): Promise<number> {
  return inflateSync(bytes, { maxOutputLength: limit }).length;
}
