import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { encode } from 'jpeg-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage, encodePng, loadDefectChannels, loadImage, loadMask } from '../../src/data/index.js';
import { loadSize } from '../../src/data/load.js';
import type { Sample } from '../../src/data/types.js';
import { IadError } from '../../src/runtime/errors.js';
import { bytesOf, fixture, handmadePng, largestDifference } from './image-fixtures.js';

const jpegFile = bytesOf(fixture.files.find(({ name }) => name === 'jpeg-colour')!.file);
const pngFile = bytesOf(fixture.files.find(({ name }) => name === 'type2-8')!.file);

describe('decodeImage', () => {
  test.each(fixture.files)('reads $name', async ({ file, width, height, rgb, tolerance }) => {
    const image = await decodeImage(bytesOf(file));
    expect([image.width, image.height]).toEqual([width, height]);
    expect(largestDifference(image.data, bytesOf(rgb))).toBeLessThanOrEqual(tolerance);
  });

  test.each(fixture.oriented)('applies EXIF orientation $orientation', async ({ file, width, height, rgb }) => {
    const image = await decodeImage(bytesOf(file));
    expect([image.width, image.height]).toEqual([width, height]);
    expect(largestDifference(image.data, bytesOf(rgb))).toBeLessThanOrEqual(8);
  });

  test('reads a big-endian EXIF block, and ignores a damaged one', async () => {
    const plain = encode({ width: 16, height: 8, data: Buffer.alloc(16 * 8 * 4, 200) }, 90).data;
    const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    const withExif = (block: number[]) => {
      const payload = [...Buffer.from('Exif\0\0', 'latin1'), ...block];
      const segment = [0xff, 0xe1, 0, payload.length + 2, ...payload];
      return new Uint8Array([...plain.subarray(0, 2), ...segment, ...plain.subarray(2)]);
    };
    expect(await decodeImage(withExif(tiff))).toMatchObject({ width: 8, height: 16 });
    for (const damaged of [
      tiff.slice(0, 15),
      tiff.with(7, 255),
      tiff.with(19, 9),
      tiff.with(0, 0),
      tiff.with(4, 255),
    ]) {
      expect(await decodeImage(withExif(damaged))).toMatchObject({ width: 16, height: 8 });
    }
  });

  test('takes what stands behind the end of a PNG for no part of it', async () => {
    const longer = new Uint8Array([...pngFile, 1, 2, 3]);
    expect((await decodeImage(longer)).data).toEqual((await decodeImage(pngFile)).data);
  });

  test.each([
    ['text', Buffer.from('this is not a picture\n'), 'IMAGE_FORMAT', /text/],
    ['a TIFF signature', Buffer.from('II*\0aaaaaaaaaaaaa'), 'IMAGE_UNREADABLE', /TIFF/],
    ['a GIF file', Buffer.from('GIF89a'), 'IMAGE_FORMAT', /GIF/],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'IMAGE_FORMAT', /git lfs pull/],
    ['other bytes', Buffer.from([0, 1, 2, 3, 4]), 'IMAGE_FORMAT', /something else/],
    ['an empty file', Buffer.alloc(0), 'IMAGE_UNREADABLE', /empty/],
    ['half a PNG', pngFile.subarray(0, pngFile.length >> 1), 'IMAGE_UNREADABLE', /cut off/],
    ['a PNG signature', pngFile.subarray(0, 8), 'IMAGE_UNREADABLE', /middle/],
    ['half a JPEG', jpegFile.subarray(0, jpegFile.length - 200), 'IMAGE_UNREADABLE', /JPEG/],
    ['a JPEG without frame', jpegFile.subarray(0, 30), 'IMAGE_UNREADABLE', /JPEG/],
    ['three bytes of JPEG', jpegFile.subarray(0, 3), 'IMAGE_UNREADABLE', /JPEG/],
    ['a PNG without pixels', handmadePng(0, 5, new Uint8Array(5)), 'IMAGE_UNREADABLE', /0 x 5/],
    ['a PNG with too few rows', handmadePng(10, 10, new Uint8Array(11 * 5)), 'IMAGE_UNREADABLE', /55 bytes of pixels/],
  ])('refuses %s', async (_, bytes, code, message) => {
    const error = await decodeImage(new Uint8Array(bytes), { path: 'part.png' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IadError);
    expect(error).toMatchObject({ code, path: 'part.png', message: expect.stringMatching(message) });
  });

  test('a damaged check sum makes a PNG unreadable', async () => {
    const damaged = pngFile.slice();
    damaged[damaged.length - 20]! ^= 255;
    await expect(decodeImage(damaged)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });

  test('a header of 60000 x 60000 pixels is refused before anything is allocated', async () => {
    const png = handmadePng(60_000, 60_000, new Uint8Array(10));
    await expect(decodeImage(png)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    const jpeg = jpegFile.slice();
    const frame = jpeg.findIndex((value, i) => value === 0xff && jpeg[i + 1] === 0xc0);
    new DataView(jpeg.buffer).setUint32(frame + 5, (60_000 << 16) | 60_000);
    await expect(decodeImage(jpeg)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    // Within the limit, but far more than so few bytes can hold.
    new DataView(jpeg.buffer).setUint32(frame + 5, (9_000 << 16) | 9_000);
    await expect(decodeImage(jpeg)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    const thin = handmadePng(9_000, 9_000, new Uint8Array(10));
    await expect(decodeImage(thin)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });

  test.each([0, 1])(
    'a PNG that inflates to far more than its size allows is stopped (interlace %i)',
    async (interlace) => {
      const bomb = handmadePng(8, 8, new Uint8Array(200 * 2 ** 20), interlace);
      expect(bomb.length).toBeLessThan(2 ** 20);
      const before = process.memoryUsage().arrayBuffers;
      await expect(decodeImage(bomb)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20);
    },
  );

  test('limits can be set', async () => {
    await expect(decodeImage(pngFile, { maxPixels: 100 })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    await expect(decodeImage(pngFile, { maxBytes: 100 })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });

  test.each([
    ['PNG', pngFile],
    ['JPEG', jpegFile],
  ])('bytes changed at random in a %s give an image or an IadError', async (_, file) => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = file.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const result = await decodeImage(bytes, { maxPixels: 1e6 }).catch((thrown: unknown) => thrown);
        if (result instanceof Error) expect(result).toBeInstanceOf(IadError);
        else expect(result).toHaveProperty('data');
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('files', () => {
  let folder: string;
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iad-tf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the format is found from the content, not from the name', async () => {
    expect(await loadImage(write('really-jpeg.png', jpegFile))).toMatchObject({ width: 37, height: 29 });
  });

  test('a file of 1 GB is refused by its size', async () => {
    const path = write('huge.png', pngFile);
    truncateSync(path, 2 ** 30);
    await expect(loadImage(path)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', path });
  });

  test('what is missing or no file is named', async () => {
    const missing = join(folder, 'missing.png');
    await expect(loadImage(missing)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', path: missing });
    await expect(loadImage(folder)).rejects.toMatchObject({ code: 'IMAGE_FORMAT', path: folder });
  });

  test('decoded pixels pass through if they have their stated size', async () => {
    const image = { width: 2, height: 1, data: new Uint8Array(6) };
    expect(await loadImage(image)).toBe(image);
    await expect(loadImage({ ...image, width: 3 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  test('encodePng writes colour, grey and masks', async () => {
    const rgb = Uint8Array.from({ length: 3 * 5 * 7 }, (_, i) => (i * 37) & 255);
    expect((await decodeImage(encodePng({ width: 5, height: 7, data: rgb }))).data).toEqual(rgb);
    const grey = Uint8Array.from({ length: 35 }, (_, i) => i * 7);
    expect((await decodeImage(encodePng({ width: 5, height: 7, data: grey }))).data).toEqual(
      Uint8Array.from({ length: 105 }, (_, i) => grey[Math.floor(i / 3)]!),
    );
    const mask = grey.map((_, i) => i & 1);
    const decoded = await decodeImage(encodePng({ width: 5, height: 7, data: mask }, 'mask'));
    expect(decoded.data.filter((_, i) => i % 3 === 0)).toEqual(mask.map((value) => 255 * value));
    expect(() => encodePng({ width: 5, height: 7, data: new Uint8Array(34) })).toThrow(IadError);
  });

  describe('masks', () => {
    const base: Sample = {
      id: 'test/scratch/1.png',
      category: 'part',
      split: 'test',
      label: 1,
      defectType: 'scratch',
      image: { width: 4, height: 1, data: new Uint8Array(12) },
      masks: [],
    };
    const png = (values: number[]) => encodePng({ width: values.length, height: 1, data: Uint8Array.from(values) });

    test('rules nonzero and half, and the union of several files', async () => {
      const source = png([0, 1, 127, 128]);
      const nonzero = await loadMask({ ...base, masks: [{ source, rule: 'nonzero' }] });
      expect(nonzero).toEqual({ width: 4, height: 1, data: Uint8Array.of(0, 1, 1, 1) });
      const half = await loadMask({ ...base, masks: [{ source, rule: 'half' }] });
      expect(half?.data).toEqual(Uint8Array.of(0, 0, 0, 1));
      const other = png([255, 0, 0, 0]);
      const union = await loadMask({
        ...base,
        masks: [
          { source, rule: 'half' },
          { source: other, rule: 'half' },
        ],
      });
      expect(union?.data).toEqual(Uint8Array.of(1, 0, 0, 1));
    });

    test('no files: null; an empty mask is allowed', async () => {
      expect(await loadMask(base)).toBeNull();
      const empty = await loadMask({ ...base, masks: [{ source: png([0, 0, 0, 0]), rule: 'nonzero' }] });
      expect(empty?.data).toEqual(new Uint8Array(4));
    });

    test('a mask of another size is named', async () => {
      const path = write('small_mask.png', png([0, 255]));
      const sample: Sample = { ...base, masks: [{ source: path, rule: 'nonzero' }] };
      await expect(loadMask(sample)).rejects.toMatchObject({ code: 'MASK_SIZE', path });
    });

    test.each(fixture.oriented)('turn with their image, orientation $orientation', async ({ file }) => {
      // The stored image has a red patch in its left upper corner; the mask marks it in the stored array.
      const stored = Uint8Array.from({ length: 24 * 16 }, (_, i) => (i % 24 < 8 && i < 24 * 8 ? 1 : 0));
      const source = encodePng({ width: 24, height: 16, data: stored }, 'mask');
      const image = bytesOf(file);
      const mask = await loadMask({ ...base, image, masks: [{ source, rule: 'nonzero' }] });
      const upright = await decodeImage(image);
      const red = mask!.data.map((_, i) => (upright.data[3 * i]! > 150 ? 1 : 0));
      expect([mask!.width, mask!.height]).toEqual([upright.width, upright.height]);
      expect(mask!.data).toEqual(red);
      const defects = [{ defect_name: 'red', pixel_value: 255, saturation_threshold: 1, relative_saturation: true }];
      const [channel] = await loadDefectChannels({ ...base, image, masks: [{ source, rule: 'config', defects }] });
      expect(channel!.mask).toEqual({ data: red, shape: [upright.height, upright.width] });
      expect(await loadSize(image)).toEqual({ width: upright.width, height: upright.height });
    });
  });
});
