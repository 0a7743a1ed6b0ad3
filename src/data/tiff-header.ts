// The first directory of a TIFF file: what its image is and where its strips lie, checked before the decoder sees any of it.
import { IadError } from '../runtime/errors.js';
import { damaged } from './damaged.js';
import type { Orientation } from './exif.js';

export interface TiffHeader {
  readonly format: 'tiff';
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly mode: string;
  /** Whether so many bytes can hold so many pixels at all. */
  readonly enoughData: boolean;
  readonly bits: 8 | 16;
  readonly samples: number;
  readonly colours: 'grey' | 'RGB' | 'palette';
  readonly compression: 'none' | 'lzw' | 'deflate';
  /** [begin, end) of each strip, and the bytes of its rows. */
  readonly strips: readonly { readonly begin: number; readonly end: number; readonly rawBytes: number }[];
  readonly littleEndian: boolean;
  /** Where the entries lie that say what the pixels are: twelve bytes each. */
  readonly entries: readonly number[];
}

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  counts: 279,
  planar: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  sampleFormat: 339,
} as const;

/** Left out: the orientation, which is applied here, and what would have the decoder undo the product with alpha. */
const ESSENTIAL: ReadonlySet<number> = new Set(Object.values(TAG).filter((tag) => tag !== TAG.orientation));
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };
const COMPRESSIONS: Readonly<Record<number, TiffHeader['compression']>> = {
  1: 'none',
  5: 'lzw',
  8: 'deflate',
  32946: 'deflate',
};
const COLOURS: Readonly<Record<number, TiffHeader['colours']>> = { 0: 'grey', 1: 'grey', 2: 'RGB', 3: 'palette' };
/** No more bytes than this come out of one: a deflate match is 258 bytes for two bits, an LZW string 4095 for nine. */
const LARGEST_RATIO = { none: 1, deflate: 1032, lzw: 3640 } as const;

/** @throws IadError `IMAGE_UNREADABLE` if it is damaged, `IMAGE_FORMAT` for kinds that are not read (tiles, float, CMYK) */
export function readTiffHeader(bytes: Uint8Array, path: string): TiffHeader {
  const fail = (what: string) => damaged(`damaged TIFF: ${what}`, path);
  const refuse = (what: string) => new IadError('IMAGE_FORMAT', `a TIFF file ${what}`, { path, hint: HINT });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw fail('the header is cut off');
  const littleEndian = bytes[0] === 0x49;
  const entries: number[] = [];
  const fields = new Map<number, { readonly type: number; readonly count: number; readonly at: number }>();
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > bytes.length) throw fail('its directory is not there');
  const length = view.getUint16(directory, littleEndian);
  if (directory + 2 + 12 * length > bytes.length) throw fail('its directory is cut off');
  for (let i = 0; i < length; i++) {
    const entry = directory + 2 + 12 * i;
    const tag = view.getUint16(entry, littleEndian);
    if (!ESSENTIAL.has(tag) && tag !== TAG.orientation) continue;
    const type = view.getUint16(entry + 2, littleEndian);
    const count = view.getUint32(entry + 4, littleEndian);
    const size = TYPE_BYTES[type];
    if (size === undefined || count === 0 || fields.has(tag)) throw fail(`its entry ${tag}`);
    const at = count * size <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian);
    if (at + count * size > bytes.length) throw fail(`its entry ${tag} is cut off`);
    fields.set(tag, { type, count, at });
    if (ESSENTIAL.has(tag)) entries.push(entry);
  }
  const values = (tag: number): number[] => {
    const { type, count, at } = fields.get(tag) ?? { type: 1, count: 0, at: 0 };
    return Array.from({ length: count }, (_, i) => {
      if (type === 1) return view.getUint8(at + i);
      return type === 3 ? view.getUint16(at + 2 * i, littleEndian) : view.getUint32(at + 4 * i, littleEndian);
    });
  };
  const value = (tag: number, otherwise: number) => values(tag)[0] ?? otherwise;

  const width = value(TAG.width, 0);
  const height = value(TAG.height, 0);
  if (width === 0 || height === 0) throw fail(`its size is ${width} x ${height}`);
  if (fields.has(TAG.tileWidth)) throw refuse('in tiles');
  const [bits = 1, ...others] = values(TAG.bits);
  if (!(bits === 8 || bits === 16) || others.some((other) => other !== bits)) throw refuse(`of ${bits} bit`);
  if (values(TAG.sampleFormat).some((format) => format !== 1)) throw refuse('of signed or floating-point values');
  const compression = COMPRESSIONS[value(TAG.compression, 1)];
  if (compression === undefined) throw refuse(`with compression ${value(TAG.compression, 1)}`);
  const colours = COLOURS[value(TAG.photometric, 1)];
  if (colours === undefined) throw refuse('in another colour model than grey, RGB and palette');
  const samples = value(TAG.samples, 1);
  if (samples < (colours === 'RGB' ? 3 : 1) || samples > 8) throw fail(`${samples} channels`);
  if (samples > 1 && value(TAG.planar, 1) !== 1) throw refuse('with its channels apart');
  if (colours === 'palette' && (bits !== 8 || samples !== 1)) throw refuse(`with a palette of ${bits} bit`);
  if (colours === 'palette' && values(TAG.colourMap).length !== 768) throw fail('no palette');
  if (value(TAG.predictor, 1) > 2) throw refuse('with a predictor');

  const rows = Math.min(value(TAG.rowsPerStrip, height), height);
  const offsets = values(TAG.offsets);
  const counts = values(TAG.counts);
  if (rows === 0 || offsets.length !== Math.ceil(height / rows) || counts.length !== offsets.length) {
    throw fail(`${offsets.length} strips`);
  }
  const rowBytes = (width * samples * bits) / 8;
  const strips = offsets.map((begin, i) => {
    const end = begin + counts[i]!;
    if (end > bytes.length) throw fail(`strip ${i} is cut off`);
    return { begin, end, rawBytes: rowBytes * Math.min(rows, height - i * rows) };
  });
  const enoughData = strips.every(({ begin, end, rawBytes }) => rawBytes <= (end - begin) * LARGEST_RATIO[compression]);
  const orientation = value(TAG.orientation, 1);
  return {
    format: 'tiff',
    width,
    height,
    orientation: isOrientation(orientation) ? orientation : 1,
    mode: `${bits}-bit ${colours}`,
    enoughData,
    bits,
    samples,
    colours,
    compression,
    strips,
    littleEndian,
    entries,
  };
}

const HINT = 'Convert it to PNG.';

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}

/** The same image with one directory that holds nothing but the checked entries. */
export function essentialTiff(bytes: Uint8Array, { entries, littleEndian }: TiffHeader): Uint8Array<ArrayBuffer> {
  const at = bytes.length + (bytes.length % 2);
  const out = new Uint8Array(at + 2 + 12 * entries.length + 4);
  out.set(bytes);
  const view = new DataView(out.buffer);
  view.setUint32(4, at, littleEndian);
  view.setUint16(at, entries.length, littleEndian);
  for (const [i, entry] of entries.entries()) out.set(bytes.subarray(entry, entry + 12), at + 2 + 12 * i);
  return out;
}
