import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/data/index.js';
import { Random } from '../../src/runtime/random.js';
import { encodeBmp } from '../helpers/bmp.js';
import { bytesOf } from './image-fixtures.js';

const pillow: { mode: string; file: string; rgb: string }[] = JSON.parse(
  readFileSync(new URL('../fixtures/bmp.json', import.meta.url), 'utf8'),
);

/** Greys that a palette of two has. */
function image(width: number, height: number) {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (Math.floor(i / 3) % 3 === 0 ? 255 : 0));
  return { width, height, data };
}

describe('BMP', () => {
  test.each(pillow)('as Pillow writes and reads it, mode $mode', async ({ file, rgb }) => {
    expect(await decodeImage(bytesOf(file))).toEqual({ width: 5, height: 3, data: bytesOf(rgb) });
  });

  const bits = [1, 4, 8, 24, 32] as const;
  const widths = [1, 2, 3, 7, 8, 9, 33];
  test.each(bits.flatMap((each) => [true, false].map((topDown) => ({ bits: each, topDown }))))(
    '$bits bit, rows from the top: $topDown, any width',
    async (options) => {
      for (const width of widths) {
        const pixels = image(width, 2);
        expect(await decodeImage(encodeBmp(pixels, options))).toEqual(pixels);
      }
    },
  );

  function spoiled(change: (view: DataView) => void, options?: Parameters<typeof encodeBmp>[1]): Uint8Array {
    const bytes = encodeBmp(image(5, 3), options);
    change(new DataView(bytes.buffer, bytes.byteOffset));
    return bytes;
  }

  test('bytes changed at random give an image or an IadError', async () => {
    const random = new Random(3);
    for (const { file } of pillow) {
      for (let i = 0; i < 200; i++) {
        const bytes = bytesOf(file);
        for (let n = 0; n < 3; n++) bytes[random.below(bytes.length)] = random.below(256);
        await decodeImage(bytes, { maxPixels: 1e6 }).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'IadError' });
        });
      }
    }
  });

  test.each<[string, Uint8Array, string]>([
    ['cut off in the header', encodeBmp(image(5, 3)).subarray(0, 20), 'IMAGE_UNREADABLE'],
    ['cut off in the pixels', encodeBmp(image(5, 3)).subarray(0, -1), 'IMAGE_UNREADABLE'],
    ['no width', spoiled((view) => view.setInt32(18, 0, true)), 'IMAGE_UNREADABLE'],
    ['a negative width', spoiled((view) => view.setInt32(18, -5, true)), 'IMAGE_UNREADABLE'],
    ['more rows than data', spoiled((view) => view.setInt32(22, 4, true)), 'IMAGE_UNREADABLE'],
    ['huge', spoiled((view) => view.setInt32(22, 2 ** 31 - 1, true)), 'IMAGE_TOO_LARGE'],
    ['pixels inside of the header', spoiled((view) => view.setUint32(10, 8, true)), 'IMAGE_UNREADABLE'],
    ['pixels behind the end', spoiled((view) => view.setUint32(10, 2 ** 32 - 1, true)), 'IMAGE_UNREADABLE'],
    ['a header longer than the file', spoiled((view) => view.setUint32(14, 4000, true)), 'IMAGE_UNREADABLE'],
    ['16 bit', spoiled((view) => view.setUint16(28, 16, true)), 'IMAGE_FORMAT'],
    ['run lengths', spoiled((view) => view.setUint32(30, 1, true), { bits: 8 }), 'IMAGE_FORMAT'],
    [
      'a colour outside of the palette',
      spoiled((view) => view.setUint32(46, 2, true), { bits: 8 }),
      'IMAGE_UNREADABLE',
    ],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code });
  });
});
