import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planSynth } from '../../src/data/synth/plan.js';
import { encodeMask } from '../../src/data/synth/png.js';
import { synthImage } from '../../src/data/synth/render.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { SYNTH_DEFECTS } from '../../src/data/synth/types.js';
import { writeSynth } from '../../src/data/synth/write.node.js';
import { writeSynth as writeSynthWeb } from '../../src/data/synth/write.web.js';
import type { Image } from '../../src/data/types.js';

const OPTIONS = { kind: 'metal', seed: 4, size: 64, train: 3, testGood: 2, testPerDefect: 1 } as const;

describe('planSynth', () => {
  test('lists every picture once, in the layout of MVTec AD', () => {
    expect(planSynth(OPTIONS).map((item) => [item.path, item.maskPath])).toEqual([
      ['metal/train/good/000.png', null],
      ['metal/train/good/001.png', null],
      ['metal/train/good/002.png', null],
      ['metal/test/good/000.png', null],
      ['metal/test/good/001.png', null],
      ['metal/test/scratch/000.png', 'metal/ground_truth/scratch/000_mask.png'],
      ['metal/test/crack/000.png', 'metal/ground_truth/crack/000_mask.png'],
      ['metal/test/stain/000.png', 'metal/ground_truth/stain/000_mask.png'],
      ['metal/test/hole/000.png', 'metal/ground_truth/hole/000_mask.png'],
    ]);
  });

  test('shows no part twice and knows the defaults', () => {
    const items = planSynth({ kind: 'board' });
    expect(new Set(items.map((item) => item.index)).size).toBe(items.length);
    expect(items.length).toBe(30 + 10 + 5 * SYNTH_DEFECTS.board.length);
    expect(items.every((item) => item.size === 256 && item.seed === 0)).toBe(true);
  });

  test('refuses counts out of range', () => {
    expect(() => planSynth({ ...OPTIONS, train: 0 })).toThrow(/BAD_ARGUMENT.*train/);
    expect(() => planSynth({ ...OPTIONS, testGood: -1 })).toThrow(/testGood/);
    expect(() => planSynth({ ...OPTIONS, testPerDefect: 1.5 })).toThrow(/testPerDefect/);
    expect(() => planSynth({ ...OPTIONS, size: 10 })).toThrow(/size/);
    expect(() => planSynth({ ...OPTIONS, seed: Number.NaN })).toThrow(/seed/);
  });
});

test.each([
  [3, 2],
  [64, 64],
  [300, 257],
])('encodeMask writes a PNG of %i x %i that a decoder reads back', (width, height) => {
  const data = Uint8Array.from({ length: width * height }, (_, i) => ((i * i) % 3) & 1);
  const png = PNG.sync.read(Buffer.from(encodeMask({ width, height, data })));
  expect([png.width, png.height]).toEqual([width, height]);
  expect(Uint8Array.from(data, (_, i) => (png.data[4 * i] === 255 ? 1 : 0))).toEqual(data);
  expect(new Set(png.data).size).toBe(2);
});

test('synthSamples renders the planned pictures with their masks', () => {
  const dataset = synthSamples(OPTIONS);
  const items = planSynth(OPTIONS);
  expect([...dataset.train, ...dataset.test].map((sample) => sample.id)).toEqual(items.map((item) => item.path));
  expect(dataset.train.every((sample) => sample.label === 0 && sample.defectType === 'good')).toBe(true);
  expect(dataset.test.map((sample) => sample.label)).toEqual([0, 0, 1, 1, 1, 1]);
  const crack = dataset.test[3]!;
  const expected = synthImage(items[6]!);
  expect(crack.defectType).toBe('crack');
  expect((crack.image as Image).data).toEqual(expected.image.data);
  expect(crack.masks).toEqual([{ source: encodeMask(expected.mask), rule: 'nonzero' }]);
});

describe('writeSynth', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'synth-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('writes the planned tree and nothing else, losslessly', async () => {
    const done: number[] = [];
    const onProgress = (event: { done: number; total: number | undefined }) => {
      done.push(event.done);
      expect(event.total).toBe(9);
    };
    const result = await writeSynth(join(root, 'new', 'parts'), { ...OPTIONS, onProgress });
    expect(result).toEqual({ folder: join(root, 'new', 'parts', 'metal'), images: 9 });
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const files = (await readdir(join(root, 'new', 'parts'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'new', 'parts').length + 1));
    const planned = planSynth(OPTIONS);
    const expected = planned.flatMap((item) => (item.maskPath === null ? [item.path] : [item.path, item.maskPath]));
    expect(files.map((file) => file.replaceAll('\\', '/')).sort()).toEqual(expected.sort());
    const item = planned[8]!;
    const { image, mask } = synthImage(item);
    const png = PNG.sync.read(await readFile(join(root, 'new', 'parts', item.path)));
    expect(Uint8Array.from(image.data, (_, i) => png.data[4 * Math.floor(i / 3) + (i % 3)]!)).toEqual(image.data);
    const truth = PNG.sync.read(await readFile(join(root, 'new', 'parts', item.maskPath ?? '')));
    expect(Uint8Array.from(mask.data, (_, i) => truth.data[4 * i]! / 255)).toEqual(mask.data);
  });

  test('takes an empty folder, refuses one with anything in it and leaves it alone', async () => {
    await mkdir(join(root, 'metal'));
    await writeSynth(root, { ...OPTIONS, train: 1, testGood: 0, testPerDefect: 0 });
    expect(await readdir(join(root, 'metal'))).toEqual(['train']);
    await expect(writeSynth(root, OPTIONS)).rejects.toMatchObject({ code: 'WRITE_FAILED', path: join(root, 'metal') });
    expect(await readdir(join(root, 'metal'))).toEqual(['train']);
    expect(await readdir(root)).toEqual(['metal']);
  });

  test('leaves nothing behind on abort', async () => {
    const controller = new AbortController();
    const onProgress = (event: { done: number }) => {
      if (event.done === 4) controller.abort();
    };
    const options = { ...OPTIONS, onProgress, signal: controller.signal };
    await expect(writeSynth(join(root, 'a', 'b'), options)).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(writeSynth(join(root, 'a', 'b'), options)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readdir(root)).toEqual([]);
    await writeFile(join(root, 'kept.txt'), 'mine');
    const again = new AbortController();
    const stop = (event: { done: number }) => {
      if (event.done === 9) again.abort();
    };
    const late = writeSynth(root, { ...OPTIONS, onProgress: stop, signal: again.signal });
    await expect(late).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readdir(root)).toEqual(['kept.txt']);
  });

  test('an abort spares what another writer put beside', async () => {
    const controller = new AbortController();
    const fresh = join(root, 'fresh');
    const onProgress = (event: { done: number }) => {
      if (event.done !== 1) return;
      controller.abort();
      mkdirSync(join(fresh, 'wood'));
    };
    const run = writeSynth(fresh, { ...OPTIONS, onProgress, signal: controller.signal });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readdir(fresh)).toEqual(['wood']);
  });

  test('says so when the system refuses', async () => {
    await writeFile(join(root, 'file'), 'not a folder');
    await expect(writeSynth(join(root, 'file'), OPTIONS)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(await readFile(join(root, 'file'), 'utf8')).toBe('not a folder');
  });

  test('is refused by name in a browser', async () => {
    await expect(writeSynthWeb(root, OPTIONS)).rejects.toMatchObject({ code: 'NODE_ONLY' });
  });
});
