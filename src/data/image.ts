// From the bytes of an image file to an upright RGB image, with the limits that hostile files run into.
import { decodeStored } from '#platform/data/decode';
import { IadError } from '../runtime/errors.js';
import { decodeBmp } from './bmp.js';
import { damaged } from './damaged.js';
import { orient } from './exif.js';
import { type ImageHeader, readHeader } from './header.js';
import { decodeTiff } from './tiff.js';
import type { Image } from './types.js';

export interface DecodeOptions {
  /** Largest file, bytes. Default 256 MiB. */
  maxBytes?: number;
  /** Largest image, pixels, by what its header says. Default 100 million. */
  maxPixels?: number;
  /** Named in errors. */
  path?: string;
}

export const MAX_BYTES = 256 * 2 ** 20;
export const MAX_PIXELS = 100_000_000;

/** Reads the header and holds the limits against it. */
export function checkedHeader(bytes: Uint8Array, options: DecodeOptions = {}): ImageHeader {
  const { maxBytes = MAX_BYTES, maxPixels = MAX_PIXELS, path = 'image' } = options;
  if (bytes.length > maxBytes) throw tooLarge(`${bytes.length} bytes, the limit is ${maxBytes}`, path, 'maxBytes');
  const header = readHeader(bytes, path);
  const { width, height } = header;
  if (width * height > maxPixels) {
    throw tooLarge(`${width} x ${height} pixels, the limit is ${maxPixels} pixels`, path, 'maxPixels');
  }
  if (!header.enoughData) {
    throw damaged(`too little data for ${width} x ${height} pixels`, path);
  }
  return header;
}

/** The error of a file or image over its limit. */
export function tooLarge(what: string, path: string, option: string): IadError {
  return new IadError('IMAGE_TOO_LARGE', what, {
    path,
    hint: `Is it the right file? If so make it smaller; loadImage takes a larger ${option}.`,
  });
}

/**
 * Decodes a PNG (1 to 16 bit, grey, palette or colour, interlaced or not), JPEG (baseline or progressive), uncompressed BMP
 * (1 to 8 bit by palette, 24 or 32 bit) or TIFF file (8 or 16 bit, grey, palette or RGB, in strips, LZW and deflate too; of
 * several images the first).
 * The format is found from the first bytes. Grey becomes RGB by repeating the channel, alpha is dropped, 16 bit are
 * divided by 257 and rounded, the EXIF orientation of a JPEG is applied. A browser decodes with its own decoder: 16-bit
 * values may then be one off, and the colours behind partly transparent pixels are lost with their alpha.
 * @returns RGB, [height, width, 3], 0..255
 * @throws IadError `IMAGE_FORMAT` (none of these), `IMAGE_UNREADABLE` (damaged, cut off), `IMAGE_TOO_LARGE`
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const header = checkedHeader(bytes, options);
  return orient(await decodeUnturned(bytes, header, options.path ?? 'image'), header.orientation);
}

/** The stored pixel array, EXIF orientation not applied. */
export async function decodeUnturned(bytes: Uint8Array, header: ImageHeader, path: string): Promise<Image> {
  let image: Image;
  try {
    image = await decodeChecked(bytes, header);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(`damaged ${header.format.toUpperCase()}: ${reason}`, path, cause);
  }
  if (image.width !== header.width || image.height !== header.height) {
    throw damaged('the data are of another size than the header', path);
  }
  return image;
}

async function decodeChecked(bytes: Uint8Array, header: ImageHeader): Promise<Image> {
  switch (header.format) {
    case 'bmp':
      return decodeBmp(bytes, header);
    case 'tiff':
      return decodeTiff(bytes, header);
    default:
      return decodeStored(bytes, header);
  }
}
