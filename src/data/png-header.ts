// The chunks of a PNG file: its header, and a copy with only those chunks that say what the pixels are.
import type { IadError } from '../runtime/errors.js';
import { damaged } from './damaged.js';

export interface PngHeader {
  readonly format: 'png';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly orientation: 1;
  /** What the pixels are, for people. */
  readonly mode: string;
  /** Whether so many bytes can hold so many pixels at all. */
  readonly enoughData: boolean;
  /** Bytes of all filtered rows, all passes: what the compressed data must inflate to. */
  readonly rawBytes: number;
  readonly interlaced: boolean;
  /** [begin, end) of the IDAT payloads. */
  readonly idat: readonly (readonly [number, number])[];
  /** [begin, end) of the chunks IHDR, PLTE, IDAT, IEND with their frames. */
  readonly essential: readonly (readonly [number, number])[];
}

const SIGNATURE = 8;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const COLOURS: Readonly<Record<number, string>> = {
  0: 'grey',
  2: 'RGB',
  3: 'palette',
  4: 'grey with alpha',
  6: 'RGBA',
};
const ESSENTIAL = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);

/**
 * Walks over the chunks; nothing is inflated.
 * @throws IadError `IMAGE_UNREADABLE` if a chunk is cut off or the header is invalid
 */
export function readPngHeader(bytes: Uint8Array, path: string): PngHeader {
  const fail = (what: string) => damaged(`damaged PNG: ${what}`, path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const essential: [number, number][] = [];
  const idat: [number, number][] = [];
  let header: Pick<PngHeader, 'width' | 'height' | 'mode' | 'rawBytes' | 'interlaced'> | undefined;
  let ended = false;
  for (let at = SIGNATURE; !ended; ) {
    if (at + 12 > bytes.length) throw fail('it ends in the middle (no IEND chunk)');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length) throw fail(`chunk ${JSON.stringify(type)} is cut off`);
    if (!header) {
      if (type !== 'IHDR' || length !== 13) throw fail('it does not begin with a header chunk');
      header = parseHeader(view, at + 8, fail);
    }
    if (ESSENTIAL.has(type)) essential.push([at, end]);
    if (type === 'IDAT') idat.push([at + 8, end - 4]);
    ended = type === 'IEND';
    at = end;
  }
  if (!header) throw fail('no header');
  // Deflate never compresses better than 1032 to 1.
  const compressed = idat.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const enoughData = header.rawBytes <= 1032 * compressed;
  return { format: 'png', orientation: 1, enoughData, idat, essential, ...header };
}

function parseHeader(view: DataView, at: number, fail: (what: string) => IadError) {
  const width = view.getUint32(at);
  const height = view.getUint32(at + 4);
  const depth = view.getUint8(at + 8);
  const colour = view.getUint8(at + 9);
  const channels = CHANNELS[colour];
  const interlace = view.getUint8(at + 12);
  if (width === 0 || height === 0) throw fail(`its size is ${width} x ${height}`);
  if (![1, 2, 4, 8, 16].includes(depth)) throw fail(`bit depth ${depth}`);
  if (channels === undefined) throw fail(`colour type ${colour}`);
  if (interlace > 1) throw fail(`interlace method ${interlace}`);
  const bits = channels * depth;
  const interlaced = interlace === 1;
  const rawBytes = interlaced ? interlacedBytes(width, height, bits) : passBytes(width, height, bits);
  return { width, height, mode: `${depth}-bit ${COLOURS[colour]}`, rawBytes, interlaced };
}

function passBytes(width: number, height: number, bits: number): number {
  return width === 0 || height === 0 ? 0 : height * (1 + Math.ceil((width * bits) / 8));
}

/** Adam7: [first column, first row, column step, row step] of each pass (PNG specification, section 8.2). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function interlacedBytes(width: number, height: number, bits: number): number {
  return PASSES.reduce(
    (sum, [x, y, stepX, stepY]) =>
      sum + passBytes(Math.ceil(Math.max(0, width - x) / stepX), Math.ceil(Math.max(0, height - y) / stepY), bits),
    0,
  );
}

/**
 * The same image without ancillary chunks (transparency, gamma, text) and without anything behind its end: the stored
 * colours, and nothing that a decoder could change them by.
 */
export function essentialPng(bytes: Uint8Array, header: PngHeader): Uint8Array<ArrayBuffer> {
  const length = header.essential.reduce((sum, [begin, end]) => sum + end - begin, SIGNATURE);
  const out = new Uint8Array(length);
  out.set(bytes.subarray(0, SIGNATURE));
  let at = SIGNATURE;
  for (const [begin, end] of header.essential) {
    out.set(bytes.subarray(begin, end), at);
    at += end - begin;
  }
  return out;
}
