// What an image file says about itself, read and checked before any pixel is decoded or any large array allocated.
import { IadError } from '../runtime/errors.js';
import { type BmpHeader, readBmpHeader } from './bmp.js';
import { damaged } from './damaged.js';
import { type JpegHeader, readJpegHeader } from './jpeg-header.js';
import { type PngHeader, readPngHeader } from './png-header.js';
import { readTiffHeader, type TiffHeader } from './tiff-header.js';

export type ImageHeader = PngHeader | JpegHeader | BmpHeader | TiffHeader;

/**
 * Finds the format from the first bytes, never from the file's name, and reads the header.
 * @param path named in errors
 * @throws IadError `IMAGE_FORMAT` if it is not a PNG, JPEG, BMP or TIFF file, `IMAGE_UNREADABLE` if it is one, but damaged
 */
export function readHeader(bytes: Uint8Array, path: string): ImageHeader {
  if (bytes.length === 0) throw damaged('the file is empty', path);
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return readPngHeader(bytes, path);
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return readJpegHeader(bytes, path);
  if (startsWith(bytes, [0x42, 0x4d])) return readBmpHeader(bytes, path);
  if (startsWith(bytes, [0x49, 0x49, 42, 0]) || startsWith(bytes, [0x4d, 0x4d, 0, 42]))
    return readTiffHeader(bytes, path);
  throw new IadError('IMAGE_FORMAT', `not a PNG, JPEG, BMP or TIFF file, but ${describe(bytes)}`, {
    path,
    hint: 'Convert it to PNG or JPEG.',
  });
}

function startsWith(bytes: Uint8Array, magic: readonly number[], at = 0): boolean {
  return magic.every((value, i) => bytes[at + i] === value);
}

const OTHERS: readonly (readonly [string, string, number?])[] = [
  ['GIF8', 'a GIF image'],
  ['WEBP', 'a WebP image', 8],
  ['version https://git-lfs', 'a Git LFS pointer (run "git lfs pull")'],
];

function describe(bytes: Uint8Array): string {
  for (const [text, name, at] of OTHERS) {
    const magic = Array.from(text, (char) => char.charCodeAt(0));
    if (startsWith(bytes, magic, at)) return name;
  }
  const printable = bytes.subarray(0, 64).every((value) => value >= 32 || (value >= 9 && value <= 13));
  return printable ? 'text' : 'something else';
}
