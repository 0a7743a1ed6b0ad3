// BMP files for tests, uncompressed.
import type { Image } from '../../src/data/index.js';

export interface BmpOptions {
  /** 1, 4 and 8 bit have a palette of greys. Default 24. */
  readonly bits?: 1 | 4 | 8 | 24 | 32;
  /** Rows from the top. Default from the bottom. */
  readonly topDown?: boolean;
}

/** An image, or its red channel by palette; the palette's greys are spread evenly over 0..255. */
export function encodeBmp({ width, height, data }: Image, { bits = 24, topDown = false }: BmpOptions = {}): Uint8Array {
  const entries = bits <= 8 ? 2 ** bits : 0;
  const stride = 4 * Math.ceil((width * bits) / 32);
  const offset = 54 + 4 * entries;
  const bytes = Buffer.alloc(offset + stride * height);
  bytes.write('BM', 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(offset, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(topDown ? -height : height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  for (let i = 0; i < entries; i++) bytes.fill(Math.round((255 * i) / (entries - 1)), 54 + 4 * i, 57 + 4 * i);
  for (let y = 0; y < height; y++) {
    const row = offset + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3);
      if (bits > 8) bytes.set([blue!, green!, red!, ...(bits === 32 ? [7] : [])], row + (x * bits) / 8);
      else {
        const index = Math.round((red! * (entries - 1)) / 255);
        bytes[row + ((x * bits) >> 3)]! |= index << (8 - bits - ((x * bits) & 7));
      }
    }
  }
  return new Uint8Array(bytes);
}
