// EXIF orientation: where a JPEG says how its stored pixel array is to be turned for viewing.

/** 1 upright, 2 mirrored, 3 half a turn, 4 flipped, 5 transposed, 6 a quarter turn to the right, 7 transversed, 8 to the left. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/**
 * The orientation in an APP1 payload and where its 16-bit value lies, or undefined if there is none.
 * A damaged block counts as none, as in every viewer.
 * @param segment the payload after the segment's length field
 */
export function exifOrientation(
  segment: Uint8Array,
): { value: Orientation; offset: number; littleEndian: boolean } | undefined {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const tiff = 6; // behind 'Exif\0\0'
  if (segment.length < tiff + 8 || view.getUint32(0) !== 0x45786966 || view.getUint16(4) !== 0) return undefined;
  const order = view.getUint16(tiff);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const littleEndian = order === 0x4949;
  if (view.getUint16(tiff + 2, littleEndian) !== 42) return undefined;
  const directory = tiff + view.getUint32(tiff + 4, littleEndian);
  if (directory + 2 > segment.length) return undefined;
  const entries = view.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > segment.length) return undefined;
    if (view.getUint16(entry, littleEndian) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(entry + 8, littleEndian);
    if (view.getUint16(entry + 2, littleEndian) !== SHORT || !isOrientation(value)) return undefined;
    return { value, offset: entry + 8, littleEndian };
  }
  return undefined;
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}

/**
 * Turns a stored pixel array upright. Orientations 5 to 8 swap width and height.
 * @param pixels [height, width, channels]; returned as it is for orientation 1
 */
export function orient<P extends { width: number; height: number; data: Uint8Array }>(
  pixels: P,
  orientation: Orientation,
): { width: number; height: number; data: Uint8Array } {
  if (orientation === 1) return pixels;
  const { width: w, height: h, data } = pixels;
  const channels = data.length / (w * h);
  const swaps = orientation >= 5;
  const width = swaps ? h : w;
  const height = swaps ? w : h;
  // Source index of output pixel (x, y) is origin + x * stepX + y * stepY, in stored pixels.
  const flipX = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const flipY = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const acrossStored = flipX ? -1 : 1;
  const downStored = flipY ? -w : w;
  const stepX = swaps ? downStored : acrossStored;
  const stepY = swaps ? acrossStored : downStored;
  const origin = (flipX ? w - 1 : 0) + (flipY ? (h - 1) * w : 0);
  const out = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (origin + x * stepX + y * stepY) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  }
  return { width, height, data: out };
}
