// BMP files without compression: 1, 4 and 8 bit by palette, 24 and 32 bit; rows from the bottom or from the top. Read here, the
// same in Node and in a browser.
import { IadError } from '../runtime/errors.js';
import { damaged } from './damaged.js';
import type { Image } from './types.js';

export interface BmpHeader {
  readonly format: 'bmp';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly orientation: 1;
  readonly mode: string;
  /** Whether all rows are there. */
  readonly enoughData: boolean;
  readonly bits: number;
  readonly topDown: boolean;
  /** Where the rows begin, and the bytes of one. */
  readonly offset: number;
  readonly stride: number;
  /** Where the palette begins, its entries and the bytes of one; no entries without palette. */
  readonly palette: { readonly at: number; readonly entries: number; readonly size: number };
}

const FILE_HEADER = 14;
const CORE = 12;
const BITFIELDS = 3;
const HINT = 'Convert it to PNG.';

/** @throws IadError `IMAGE_UNREADABLE` if it is damaged, `IMAGE_FORMAT` for compressed and 16-bit files */
export function readBmpHeader(bytes: Uint8Array, path: string): BmpHeader {
  const fail = (what: string) => damaged(`damaged BMP: ${what}`, path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER + CORE) throw fail('the header is cut off');
  const offset = view.getUint32(10, true);
  const size = view.getUint32(FILE_HEADER, true);
  const core = size === CORE;
  if (!core && size < 40) throw fail(`a header of ${size} bytes`);
  if (bytes.length < FILE_HEADER + size) throw fail('the header is cut off');
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? 0 : view.getUint32(30, true);
  if (width <= 0 || height === 0) throw fail(`its size is ${width} x ${height}`);
  if (![1, 4, 8, 24, 32].includes(bits)) throw unsupported(`${bits} bit`, path);
  if (compression !== 0 && !(compression === BITFIELDS && bits === 32)) throw unsupported('compressed', path);
  if (compression === BITFIELDS && !hasPlainMasks(view)) throw unsupported('with unusual colour masks', path);
  const named = core ? 0 : view.getUint32(46, true);
  const full = bits <= 8 ? 2 ** bits : 0;
  const palette = {
    at: FILE_HEADER + size,
    entries: bits > 8 ? 0 : named === 0 ? full : Math.min(named, full),
    size: core ? 3 : 4,
  };
  const begin = palette.at + palette.entries * palette.size;
  if (offset < begin) throw fail('the pixels begin inside of the header');
  const stride = 4 * Math.ceil((width * bits) / 32);
  return {
    format: 'bmp',
    width,
    height,
    orientation: 1,
    mode: bits <= 8 ? `${bits}-bit palette` : bits === 24 ? '8-bit RGB' : '8-bit RGBA',
    enoughData: offset + stride * height <= bytes.length,
    bits,
    topDown: signedHeight < 0,
    offset,
    stride,
    palette,
  };
}

/** The colour masks that say what 32 bit without them mean too: blue first. */
function hasPlainMasks(view: DataView): boolean {
  const at = FILE_HEADER + 40;
  if (view.byteLength < at + 12) return false;
  return [0xff0000, 0xff00, 0xff].every((mask, i) => view.getUint32(at + 4 * i, true) === mask);
}

function unsupported(what: string, path: string): IadError {
  return new IadError('IMAGE_FORMAT', `a BMP file ${what}`, { path, hint: HINT });
}

/** Throws a plain Error for a pixel whose colour is not in the palette. */
export function decodeBmp(bytes: Uint8Array, header: BmpHeader): Image {
  const { width, height, bits, topDown, offset, stride, palette } = header;
  const data = new Uint8Array(3 * width * height);
  const step = bits / 8;
  const mask = 2 ** Math.min(bits, 8) - 1;
  for (let y = 0, to = 0; y < height; y++) {
    const row = offset + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++, to += 3) {
      let at = row + x * step;
      if (bits <= 8) {
        const bit = x * bits;
        const index = (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask;
        if (index >= palette.entries) throw new Error(`colour ${index} of a palette with ${palette.entries}`);
        at = palette.at + index * palette.size;
      }
      data[to] = bytes[at + 2]!;
      data[to + 1] = bytes[at + 1]!;
      data[to + 2] = bytes[at]!;
    }
  }
  return { width, height, data };
}
