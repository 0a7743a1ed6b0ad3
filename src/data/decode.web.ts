// Pixels of a checked PNG or JPEG file, in a browser: its own decoder.
import type { JpegHeader } from './jpeg-header.js';
import { essentialPng, type PngHeader } from './png-header.js';
import type { Image } from './types.js';

/** Decodes the stored pixel array. Throws a plain Error if the data are damaged. */
export async function decodeStored(bytes: Uint8Array, header: PngHeader | JpegHeader): Promise<Image> {
  const plain = header.format === 'png' ? essentialPng(bytes, header) : unturned(bytes, header);
  const bitmap = await createImageBitmap(new Blob([plain], { type: `image/${header.format}` }), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser gives no 2d canvas');
    context.drawImage(bitmap, 0, 0);
    const rgba = context.getImageData(0, 0, width, height).data;
    const data = new Uint8Array(3 * width * height);
    for (let from = 0, to = 0; from < rgba.length; from += 4) {
      data[to++] = rgba[from]!;
      data[to++] = rgba[from + 1]!;
      data[to++] = rgba[from + 2]!;
    }
    return { width, height, data };
  } finally {
    bitmap.close();
  }
}

/** Browsers apply the EXIF orientation, each in its own way of being told not to: so the file is told it is upright. */
function unturned(bytes: Uint8Array, header: JpegHeader): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  const at = header.orientationAt;
  if (at) new DataView(copy.buffer).setUint16(at.offset, 1, at.littleEndian);
  return copy;
}

/** How many bytes zlib data inflate to. Throws a plain Error if they are damaged, or more than `limit`. */
export async function inflatedLength(bytes: Uint8Array, limit: number): Promise<number> {
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  let length = 0;
  for (;;) {
    const { value } = await reader.read();
    if (!value) return length;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new Error(`more than ${limit} bytes of pixels`);
    }
  }
}
