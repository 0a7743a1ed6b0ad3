// The segments of a JPEG file up to its frame header: size, colour model, EXIF orientation.
import { IadError } from '../runtime/errors.js';
import { damaged } from './damaged.js';
import { exifOrientation, type Orientation } from './exif.js';

export interface JpegHeader {
  readonly format: 'jpeg';
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** What the pixels are, for people. */
  readonly mode: string;
  /** Whether so many bytes can hold so many pixels at all. */
  readonly enoughData: boolean;
  /** What turns the stored pixel array upright. */
  readonly orientation: Orientation;
  /** Where the orientation's 16-bit value lies in the file. */
  readonly orientationAt: { readonly offset: number; readonly littleEndian: boolean } | undefined;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly channels: number;
  /** The three channels are RGB, not YCbCr. */
  readonly storedRgb: boolean;
}

/**
 * Walks over the segments before the frame header; nothing is decoded.
 * @throws IadError `IMAGE_UNREADABLE` if it is damaged or cut off, `IMAGE_FORMAT` for kinds of JPEG that hardly occur
 *   (lossless, arithmetic coding, 12 bit)
 */
export function readJpegHeader(bytes: Uint8Array, path: string): JpegHeader {
  const fail = (what: string) => damaged(`damaged JPEG: ${what}`, path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let exif: { value: Orientation; offset: number; littleEndian: boolean } | undefined;
  let adobeTransform: number | undefined;
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++; // fill bytes
    if (at + 4 > bytes.length) throw fail('it ends before the frame header');
    if (bytes[at] !== 0xff) throw fail('no marker where one is due');
    const marker = bytes[at + 1]!;
    if (marker === 0xda || marker === 0xd9) throw fail('no frame header before the image data');
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = view.getUint16(at + 2);
    const begin = at + 4;
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw fail('a segment is cut off');
    const payload = bytes.subarray(begin, end);
    if (isFrame(marker)) {
      if (marker > 0xc2)
        throw new IadError('IMAGE_FORMAT', 'a lossless or arithmetic-coded JPEG', { path, hint: HINT });
      return readFrame(payload);
    }
    if (marker === 0xe1 && !exif) {
      const found = exifOrientation(payload);
      if (found) exif = { ...found, offset: begin + found.offset };
    }
    if (marker === 0xee && payload.length >= 12 && String.fromCharCode(...payload.subarray(0, 5)) === 'Adobe') {
      adobeTransform = payload[11];
    }
    at = end;
  }

  function readFrame(payload: Uint8Array): JpegHeader {
    if (payload.length < 6) throw fail('a segment is cut off');
    const frame = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const height = frame.getUint16(1);
    const width = frame.getUint16(3);
    const channels = frame.getUint8(5);
    if (frame.getUint8(0) !== 8) throw new IadError('IMAGE_FORMAT', 'a JPEG of more than 8 bit', { path, hint: HINT });
    if (width === 0 || height === 0) throw fail(`its size is ${width} x ${height}`);
    if (![1, 3, 4].includes(channels) || payload.length < 6 + 3 * channels) throw fail(`${channels} channels`);
    const components = Array.from({ length: channels }, (_, i) => ({
      id: payload[6 + 3 * i]!,
      h: payload[7 + 3 * i]! >> 4,
      v: payload[7 + 3 * i]! & 15,
    }));
    if (components.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw fail('invalid sampling factors');
    if (new Set(components.map(({ id }) => id)).size < channels) throw fail('two channels of one name');
    // A block of 8 x 8 costs at least one bit, which no header can promise away.
    const across = Math.ceil(width / (8 * Math.max(...components.map(({ h }) => h))));
    const down = Math.ceil(height / (8 * Math.max(...components.map(({ v }) => v))));
    const blocks = across * down * components.reduce((sum, { h, v }) => sum + h * v, 0);
    const enoughData = blocks <= 8 * bytes.length;
    const named = String.fromCharCode(...components.map(({ id }) => id));
    const storedRgb = channels === 3 && (adobeTransform === 0 || (adobeTransform === undefined && named === 'RGB'));
    return {
      format: 'jpeg',
      width,
      height,
      mode: `8-bit ${channels === 1 ? 'grey' : channels === 3 ? 'colour' : 'CMYK'}`,
      orientation: exif?.value ?? 1,
      orientationAt: exif,
      enoughData,
      channels,
      storedRgb,
    };
  }
}

const HINT = 'Convert it to PNG or to a plain JPEG.';

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
