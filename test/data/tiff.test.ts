import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as node from '../../src/data/decode.node.js';
import * as web from '../../src/data/decode.web.js';
import { decodeImage } from '../../src/data/index.js';
import { lzwLength } from '../../src/data/lzw-length.js';
import { Random } from '../../src/runtime/random.js';
import { bytesOf } from './image-fixtures.js';

const pillow: { name: string; file: string; width: number; height: number; sha256: string }[] = JSON.parse(
  readFileSync(new URL('../fixtures/tiff.json', import.meta.url), 'utf8'),
);

function fileOf(name: string): Uint8Array {
  return bytesOf(pillow.find((each) => each.name === name)!.file);
}

/** Changes an entry of the only directory, which lies in little-endian order. */
function spoiled(name: string, tag: number, change: (view: DataView, entry: number) => void): Uint8Array {
  const bytes = fileOf(name);
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    const entry = directory + 2 + 12 * i;
    if (view.getUint16(entry, true) === tag) change(view, entry);
  }
  return bytes;
}

const set32 = (value: number) => (view: DataView, entry: number) => {
  view.setUint16(entry + 2, 4, true);
  view.setUint32(entry + 8, value, true);
};
const set16 = (value: number) => (view: DataView, entry: number) => view.setUint16(entry + 8, value, true);

describe('TIFF', () => {
  test.each(pillow)('as Pillow writes and reads it: $name', async ({ file, width, height, sha256 }) => {
    const image = await decodeImage(bytesOf(file));
    expect([image.width, image.height]).toEqual([width, height]);
    expect(createHash('sha256').update(image.data).digest('hex')).toBe(sha256);
  });

  test.each<[string, Uint8Array, string]>([
    ['cut off in the header', fileOf('L raw').subarray(0, 6), 'IMAGE_UNREADABLE'],
    ['without directory', fileOf('L raw').subarray(0, 40), 'IMAGE_UNREADABLE'],
    ['no width', spoiled('L raw', 256, set32(0)), 'IMAGE_UNREADABLE'],
    ['huge', spoiled('L raw', 256, set32(2 ** 31)), 'IMAGE_TOO_LARGE'],
    ['more rows than data', spoiled('L raw', 257, set32(90)), 'IMAGE_UNREADABLE'],
    ['a strip behind the end', spoiled('L raw', 273, set32(2 ** 30)), 'IMAGE_UNREADABLE'],
    ['a longer strip than the file', spoiled('L raw', 279, set32(2 ** 31)), 'IMAGE_UNREADABLE'],
    [
      'billions of strips',
      spoiled('L raw', 273, (view, at) => view.setUint32(at + 4, 2 ** 32 - 1, true)),
      'IMAGE_UNREADABLE',
    ],
    ['4 bit', spoiled('L raw', 258, set16(4)), 'IMAGE_FORMAT'],
    ['CMYK', spoiled('L raw', 262, set16(5)), 'IMAGE_FORMAT'],
    ['JPEG inside', spoiled('L raw', 259, set16(7)), 'IMAGE_FORMAT'],
    ['LZW that is none', spoiled('L raw', 259, set16(5)), 'IMAGE_UNREADABLE'],
    ['deflate that is none', spoiled('L raw', 259, set16(8)), 'IMAGE_UNREADABLE'],
    ['LZW that gives too much', spoiled('L tiff_lzw', 257, set32(3)), 'IMAGE_UNREADABLE'],
    ['deflate that gives too much', spoiled('L tiff_deflate', 257, set32(3)), 'IMAGE_UNREADABLE'],
    ['deflate that gives too little', spoiled('L tiff_deflate', 257, set32(22)), 'IMAGE_UNREADABLE'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code });
  });

  test('the orientation is applied, as to a JPEG', async () => {
    const bytes = fileOf('L raw');
    const plain = await decodeImage(bytes);
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(4, true);
    // An entry that nobody reads becomes the orientation, half a turn.
    const tags = Array.from({ length: view.getUint16(directory, true) }, (_, i) => directory + 2 + 12 * i);
    const spare = tags.find((entry) => view.getUint16(entry, true) === 254 || view.getUint16(entry, true) === 305);
    const at = spare ?? tags.find((entry) => view.getUint16(entry, true) === 284)!;
    view.setUint16(at, 274, true);
    view.setUint16(at + 2, 3, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, 3, true);
    expect((await decodeImage(bytes)).data).toEqual(plain.data.slice().reverse());
  });

  test('bytes changed at random give an image or an IadError', async () => {
    const random = new Random(7);
    for (const { file } of pillow.filter(({ name }) => !name.endsWith('long'))) {
      for (let i = 0; i < 40; i++) {
        const bytes = bytesOf(file);
        for (let n = 0; n < 3; n++) bytes[random.below(bytes.length)] = random.below(256);
        await decodeImage(bytes, { maxPixels: 1e6 }).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'IadError' });
        });
      }
    }
  });

  test.each([
    ['Node', node.inflatedLength],
    ['a browser', web.inflatedLength],
  ])('zlib data are measured without going beyond the limit, in %s', async (_, inflatedLength) => {
    const bytes = new Uint8Array(deflateSync(new Uint8Array(1_000_000)));
    expect(await inflatedLength(bytes, 1_000_000)).toBe(1_000_000);
    await expect(inflatedLength(bytes, 999_999)).rejects.toThrow();
    await expect(inflatedLength(bytes.subarray(0, 20), 1_000_000)).rejects.toThrow();
    await expect(inflatedLength(Uint8Array.of(1, 2, 3), 100)).rejects.toThrow();
  });

  test('a stream of LZW that doubles at every code is stopped at the limit', () => {
    // Clear, then ever longer repetitions of one value.
    const bits = [256, 0, ...Array.from({ length: 200 }, (_, i) => 258 + i)].map((code) =>
      code.toString(2).padStart(9, '0'),
    );
    const text = bits.join('');
    const bytes = Uint8Array.from({ length: Math.floor(text.length / 8) }, (_, i) =>
      Number.parseInt(text.slice(8 * i, 8 * i + 8), 2),
    );
    expect(() => lzwLength(bytes, 1000)).toThrow(/more than 1000/);
  });
});
