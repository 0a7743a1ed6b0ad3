import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectDataset, KNOWN_DATASETS, openDataset, verifyDataset } from '../../src/data/index.js';
import {
  fakeBtad,
  fakeKsdd2,
  fakeLoco,
  fakeManifest,
  fakeMtd,
  fakeMvtecAd,
  maskPng,
  without,
} from '../helpers/fake-datasets.js';
import { onDisk, open } from './layouts/fakes.js';

describe('inspectDataset', () => {
  test('all categories; one that is broken does not hide the others', async () => {
    const root = onDisk(without(fakeMvtecAd(), 'bottle/ground_truth/bent/000_mask.png'), 'mvtec');
    const report = await inspectDataset(root);
    expect(report).toMatchObject({ layout: 'mvtec_ad', name: 'mvtec', splits: ['given'] });
    const [bottle, grid] = report.categories;
    expect(bottle).toMatchObject({ name: 'bottle', counts: null, published: { train: 209 } });
    expect(bottle?.problems).toEqual([expect.stringMatching(/MASK_MISSING.*test\/bent\/000\.png/)]);
    expect(grid).toMatchObject({
      name: 'grid',
      counts: { train: 3, testGood: 1, testAnomalous: 2, validation: 0, setAside: 0 },
      defectTypes: ['bent', 'glue'],
      hasMasks: true,
      sizes: ['12 x 8'],
      problems: [],
    });
    expect(grid?.warnings).toEqual([expect.stringMatching(/COUNT_MISMATCH/)]);
  });

  test('one category; a file that is no image', async () => {
    const root = onDisk({ ...fakeBtad(), '02/train/ok/0009.png': 'not an image' });
    const report = await inspectDataset(root, { category: '02' });
    expect(report.categories.map(({ name }) => name)).toEqual(['02']);
    expect(report.categories[0]?.problems).toEqual([expect.stringMatching(/IMAGE_FORMAT.*0009\.png/)]);
  });

  test('folders that are no part of it are said', async () => {
    const root = onDisk({ ...fakeBtad(), 'notes/photo.png': maskPng() });
    mkdirSync(join(root, '04/train/ok'), { recursive: true });
    const { warnings } = await inspectDataset(root);
    expect(warnings).toEqual(['folders with images that are no part of it: notes', 'folders without any file: 04']);
  });

  test.each([
    ['loco', fakeLoco()],
    ['ksdd2', fakeKsdd2()],
    ['mtd', fakeMtd()],
    ['manifest', fakeManifest()],
  ])('nothing is strange in %s', async (_, fake) => {
    expect((await inspectDataset(onDisk(fake))).warnings).toEqual([]);
  });

  test('images of unknown label only: nothing to evaluate on', async () => {
    const { categories } = await inspectDataset(onDisk(fakeManifest()));
    expect(categories[1]?.warnings).toEqual(['no labelled test images: it can be fitted on, not evaluated on']);
  });
});

describe('verifyDataset', () => {
  test('parts, regions, sizes, kinds of pixels', async () => {
    const report = await verifyDataset((await open(fakeKsdd2())).dataset());
    expect(report).toMatchObject({ images: 8, masks: 2, problems: [], emptyMasks: [] });
    expect(report.parts.train).toEqual({
      images: 3,
      normal: 3,
      anomalous: 0,
      masks: 0,
      regions: 0,
      sizes: { '12 x 8': 3 },
      modes: { 'png 8-bit RGB': 3 },
    });
    expect(report.parts.setAside).toMatchObject({ images: 1, anomalous: 1, masks: 1, regions: 1 });
  });

  test('the digest is a hash over path, length and hash of every file in use', async () => {
    const fake = fakeBtad();
    const dataset = await openDataset(onDisk(fake), { category: '01' });
    const { digest, parts } = await verifyDataset(dataset);
    const lines = Object.entries(fake)
      .filter(([path]) => path.startsWith('01/'))
      .map(([path, file]) => `${path},${file.length},${createHash('sha256').update(file).digest('hex')}\n`);
    expect(digest).toBe(createHash('sha256').update(lines.sort().join('')).digest('hex'));
    expect(parts.test).toMatchObject({ modes: { 'bmp 8-bit RGB': 2 }, regions: 1 });
    const changed = await openDataset(onDisk({ ...fake, '01/test/ko/0001.bmp': fake['01/test/ok/0000.bmp']! }), {
      category: '01',
    });
    expect((await verifyDataset(changed)).digest).not.toBe(digest);
  });

  test('sizes that were not published, masks that are empty', async () => {
    const report = await verifyDataset((await open(fakeMtd())).dataset());
    expect(report.emptyMasks).toEqual(['MT_Uneven/Imgs/exp3_num_45042.jpg']);
    expect(report.warnings).toEqual([
      expect.stringMatching(/SIZE_UNEXPECTED: 7 images are 12 x 8, published 103-632 x 222-403: MT_Free/),
    ]);
  });

  test('masks whose value is in no configuration', async () => {
    const path = 'pushpins/ground_truth/structural_anomalies/000/000.png';
    const report = await verifyDataset((await open({ ...fakeLoco(), [path]: maskPng(3) })).dataset());
    expect(report.problems).toEqual([expect.stringMatching(/MASK_VALUE_UNKNOWN.*structural_anomalies/)]);
  });
});

test('links to outside are left out of every layout', async () => {
  const root = onDisk(without(fakeMvtecAd(), 'grid/train/good/000.png'));
  symlinkSync('/etc/passwd', join(root, 'grid/train/good/000.png'));
  const dataset = await openDataset(root, { category: 'grid' });
  expect(dataset.train.length).toBe(2);
  expect(dataset.warnings[0]).toMatch(/grid\/train\/good\/000\.png: left out, a link to outside/);
});

test('what is known of the datasets adds up to the published totals', () => {
  const total = (id: string, key: 'train' | 'validation' | 'testGood' | 'testAnomalous' | 'images' | 'anomalous') =>
    KNOWN_DATASETS.find((each) => each.id === id)?.categories.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0);
  const totals = (id: string) => (['train', 'testGood', 'testAnomalous'] as const).map((key) => total(id, key));
  expect(totals('mvtec_ad')).toEqual([3629, 467, 1258]);
  expect([...totals('mvtec_loco'), total('mvtec_loco', 'validation')]).toEqual([1772, 575, 432 + 561, 304]);
  expect(totals('mpdd')).toEqual([888, 176, 282]);
  expect(totals('btad')).toEqual([1799, 451, 290]);
  expect(totals('visa')).toEqual([8659, 962, 1200]);
  expect([...totals('mvtec_ad2'), total('mvtec_ad2', 'validation')]).toEqual([2528, 379, 705, 302]);
  expect(totals('autovi')).toEqual([1530, 1533, 887]);
  expect([total('dagm', 'images'), total('dagm', 'anomalous')]).toEqual([16100, 2100]);
});
