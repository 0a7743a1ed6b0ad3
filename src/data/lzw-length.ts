// How many bytes a strip of TIFF's LZW gives (TIFF 6.0, section 13), found out without writing them: the decoder has no limit.

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const TABLE = 4096;

/** Throws a plain Error if it gives more than `limit` bytes, or is no valid stream. */
export function lzwLength(bytes: Uint8Array, limit: number): number {
  const lengths = new Uint16Array(TABLE).fill(1, 0, CLEAR);
  let next = FIRST;
  let width = 9;
  let previous = 0;
  let total = 0;
  for (let bit = 0; bit + width <= 8 * bytes.length; ) {
    const at = bit >> 3;
    const word = ((bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)) >>> 0;
    const code = (word >> (24 - width - (bit & 7))) & (2 ** width - 1);
    bit += width;
    if (code === END) return total;
    if (code === CLEAR) {
      next = FIRST;
      width = 9;
      previous = 0;
      continue;
    }
    if (previous === 0 ? code >= CLEAR : code > next) throw new Error('invalid LZW code');
    if (previous > 0) {
      if (next >= TABLE - 1) throw new Error('the LZW table is full');
      lengths[next++] = previous + 1;
      // One code early, as TIFF writers do.
      if (next + 1 === 2 ** width && width < 12) width++;
    }
    previous = lengths[code]!;
    total += previous;
    if (total > limit) throw new Error(`more than ${limit} bytes of pixels`);
  }
  throw new Error('the LZW data do not end');
}
