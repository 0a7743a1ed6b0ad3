// Pixels of a checked TIFF file; by the package tiff, the same in Node and in a browser.
import { inflatedLength } from '#platform/data/decode';
import { lzwLength } from './lzw-length.js';
import { essentialTiff, type TiffHeader } from './tiff-header.js';
import type { Image } from './types.js';

/** Throws a plain Error if the data are damaged. */
export async function decodeTiff(bytes: Uint8Array, header: TiffHeader): Promise<Image> {
  // The decoder takes strips of any length, and inflates without a limit.
  for (const { begin, end, rawBytes } of header.strips) {
    const length = await stripLength(bytes.subarray(begin, end), header.compression, rawBytes);
    if (length < rawBytes) throw new Error(`${length} bytes in a strip of ${rawBytes}`);
  }
  // Loaded when the first such file comes: pages seldom need it.
  const { decode } = await import('tiff');
  const [page] = decode(essentialTiff(bytes, header), { pages: [0] });
  if (!page) throw new Error('no image');
  return { width: header.width, height: header.height, data: toRgb(page.data, header, page.palette ?? []) };
}

async function stripLength(
  strip: Uint8Array,
  compression: TiffHeader['compression'],
  rawBytes: number,
): Promise<number> {
  switch (compression) {
    case 'none':
      return strip.length;
    case 'lzw':
      return lzwLength(strip, rawBytes);
    case 'deflate':
      return inflatedLength(strip, rawBytes);
    default:
      return compression satisfies never;
  }
}

function toRgb(
  values: ArrayLike<number>,
  { width, height, bits, samples, colours }: TiffHeader,
  palette: readonly (readonly [number, number, number])[],
): Uint8Array {
  const data = new Uint8Array(3 * width * height);
  const scale = bits === 16 ? 1 / 257 : 1;
  for (let from = 0, to = 0; to < data.length; from += samples, to += 3) {
    for (let c = 0; c < 3; c++) {
      // A palette is of 16 bit.
      if (colours === 'palette') data[to + c] = palette[values[from]!]![c]! >> 8;
      else data[to + c] = Math.round(values[colours === 'RGB' ? from + c : from]! * scale);
    }
  }
  return data;
}
