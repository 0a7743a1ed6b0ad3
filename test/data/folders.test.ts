import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as web from '../../src/data/files.web.js';
import {
  encodePng,
  Folder,
  listImages,
  loadImage,
  loadMask,
  openDataset,
  verifyDataset,
} from '../../src/data/index.js';

let root: string;

function write(path: string, bytes: Uint8Array | string): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, bytes);
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'iad-tf-'));
  const image = encodePng({ width: 6, height: 4, data: new Uint8Array(72).fill(100) });
  const mask = (value: number) => encodePng({ width: 6, height: 4, data: new Uint8Array(24).fill(value) }, 'mask');
  for (const name of ['train/good/0.png', 'train/good/1.png', 'test/good/0.png']) write(`part/${name}`, image);
  for (const name of ['a', 'b', 'c']) write(`part/test/dent/${name}.png`, image);
  write('part/ground_truth/dent/a_mask.png', mask(1));
  write('part/ground_truth/dent/b_mask.png', mask(0));
  write('part/ground_truth/dent/c_mask.png', encodePng({ width: 4, height: 6, data: new Uint8Array(24) }, 'mask'));
  write('part/readme.txt', 'text');
  write('flat/sub/x.png', image);
  write('flat/y.png', image);
  write('flat/[z].png', image);
  write('empty/readme.txt', 'text');
  write('outside/far.png', image);
  write('linked/one.png', image);
  symlinkSync(join(root, 'linked'), join(root, 'linked/circle'));
  symlinkSync(join(root, 'outside'), join(root, 'linked/away'));
  symlinkSync(join(root, 'nowhere'), join(root, 'linked/dead'));
  symlinkSync(join(root, 'linked/one.png'), join(root, 'linked/two.png'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('openDataset', () => {
  test('opens a folder; samples load', async () => {
    const data = await Folder.open(join(root, 'part'));
    expect(data).toMatchObject({ layout: 'mvtec', name: 'part', hasMasks: true, warnings: [] });
    expect(data.train.length).toBe(2);
    expect(await loadImage(data.train[0]!.image)).toMatchObject({ width: 6, height: 4 });
    expect((await loadMask(data.test[0]!))?.data).toEqual(new Uint8Array(24).fill(1));
  });

  test('a trailing slash changes nothing', async () => {
    const data = await openDataset(`${join(root, 'part')}/`);
    expect(data.name).toBe('part');
    expect(await loadImage(data.train[0]!.image)).toMatchObject({ width: 6 });
  });

  test.each([
    ['missing', 'FOLDER_NOT_FOUND'],
    ['part/readme.txt', 'FOLDER_NOT_FOUND'],
    ['empty', 'FOLDER_EMPTY'],
  ])('%s is refused', async (name, code) => {
    const path = join(root, name);
    await expect(openDataset(path)).rejects.toMatchObject({ code, path });
  });

  test('links: inside the folder followed, in circles and to the outside left out with a warning', async () => {
    const { train, warnings } = await openDataset(join(root, 'linked'));
    expect(train.map(({ id }) => id)).toEqual(['one.png', 'two.png']);
    expect([...warnings].sort()).toEqual([
      'away: left out, a link to outside of the folder',
      'circle: left out, a link in a circle',
      'dead: left out, a link to nowhere',
    ]);
  });
});

describe('verifyDataset', () => {
  test('finds empty masks and masks of another size', async () => {
    const done: number[] = [];
    const data = await openDataset(join(root, 'part'));
    const report = await verifyDataset(data, { onProgress: (event) => done.push(event.done) });
    expect(report).toMatchObject({ images: 6, masks: 2, emptyMasks: ['test/dent/b.png'] });
    expect(report.problems).toEqual([expect.stringMatching(/MASK_SIZE.*c_mask\.png: 4 x 6/)]);
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('stops when told to', async () => {
    const data = await openDataset(join(root, 'part'));
    await expect(verifyDataset(data, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('listImages', () => {
  const at = (...names: string[]) => names.map((name) => join(root, name));

  test('files, folders and patterns; each file once', async () => {
    expect(await listImages(at('flat/y.png'))).toEqual(at('flat/y.png'));
    expect(await listImages(at('flat'))).toEqual(at('flat/[z].png', 'flat/sub/x.png', 'flat/y.png'));
    expect(await listImages(at('flat/*.png'))).toEqual(at('flat/[z].png', 'flat/y.png'));
    expect(await listImages(at('flat/**/?.png', 'flat'))).toEqual(at('flat/sub/x.png', 'flat/y.png', 'flat/[z].png'));
    expect(await listImages(at('part/{train,test}/good/0.*'))).toEqual(
      at('part/test/good/0.png', 'part/train/good/0.png'),
    );
  });

  test('a file whose name looks like a pattern is that file', async () => {
    expect(await listImages(at('flat/[z].png'))).toEqual(at('flat/[z].png'));
  });

  test.each([
    ['flat/missing.png', 'IMAGE_NOT_FOUND'],
    ['flat/*.jpg', 'IMAGE_NOT_FOUND'],
    ['empty', 'FOLDER_EMPTY'],
  ])('%s is refused', async (name, code) => {
    const path = join(root, name);
    await expect(listImages([path])).rejects.toMatchObject({ code, path });
  });
});

test('in a browser folders are refused with advice', async () => {
  await expect(web.listFolder('x')).rejects.toMatchObject({
    code: 'NODE_ONLY',
    message: expect.stringMatching(/indexDataset/),
  });
  await expect(web.listImages(['x'])).rejects.toMatchObject({ code: 'NODE_ONLY' });
  expect(web.locate('https://host/part', 'train/good/a b#.png')).toBe('https://host/part/train/good/a%20b%23.png');
});
