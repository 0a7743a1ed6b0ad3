import { describe, expect, test } from 'vitest';
import { loadMask } from '../../../src/data/index.js';
import { Random } from '../../../src/runtime/random.js';
import {
  below,
  fakeAitex,
  fakeDagm,
  fakeElpv,
  fakeKsdd,
  fakeKsdd2,
  fakeManifest,
  fakeMtd,
  fakeMvtecAd2,
  fakeVisa,
  maskPng,
  without,
} from '../../helpers/fake-datasets.js';
import { failure, ids, open } from './fakes.js';

async function area(sample: Parameters<typeof loadMask>[0] | undefined): Promise<number> {
  return ((await loadMask(sample!))?.data ?? new Uint8Array()).reduce((sum, value) => sum + value, 0);
}

describe('mtd', () => {
  test('soft edges of masks do not count; an empty mask is allowed', async () => {
    const dataset = (await open(fakeMtd())).dataset();
    expect(dataset.train.length).toBe(3);
    expect(dataset.test.map(({ defectType }) => defectType)).toEqual(['blowhole', 'good', 'uneven', 'uneven']);
    expect(await Promise.all(dataset.test.map(area))).toEqual([24, 0, 0, 24]);
    expect(dataset.warnings.join()).toMatch(/COUNT_MISMATCH: images 7 in all, published 1344/);
  });
});

describe('visa', () => {
  const table = 'split_csv/1cls.csv';

  test('by the table; numbers of normal and anomalous images overlap, masks hold class numbers', async () => {
    const collection = await open(fakeVisa());
    expect(collection).toMatchObject({ layout: 'visa', categories: ['candle', 'pcb3'] });
    const dataset = collection.dataset('candle');
    expect(dataset).toMatchObject({ name: 'visa/candle', split: '1cls', hasMasks: true });
    expect(ids(dataset.train)).toEqual([0, 1, 2].map((i) => `candle/Data/Images/Normal/000${i}.JPG`));
    expect(ids(dataset.test)).toEqual([
      'candle/Data/Images/Anomaly/000.JPG',
      'candle/Data/Images/Anomaly/001.JPG',
      'candle/Data/Images/Normal/0003.JPG',
    ]);
    expect(await area(dataset.test[0])).toBe(24);
    expect(await area(dataset.test[1])).toBe(24);
  });

  test('the splits with two classes set anomalies of the training part aside', async () => {
    const dataset = (await open(fakeVisa(), { split: '2cls_fewshot' })).dataset('pcb3');
    expect([dataset.train.length, dataset.setAside?.length, dataset.test.length]).toEqual([1, 1, 4]);
    expect(dataset.warnings).toEqual([]);
    expect(await failure(fakeVisa(), { split: '2cls_highshot', category: 'pcb3' })).toMatchObject({
      code: 'CSV_INVALID',
      path: 'split_csv/2cls_highshot.csv',
    });
  });

  test.each<[string, (text: string) => string, string, RegExp]>([
    ['a column is missing', (text) => text.replace('label', 'lable'), 'CSV_INVALID', /no column label/],
    ['an unknown label', (text) => text.replace('normal', 'good'), 'CSV_INVALID', /line 2: "good"/],
    ['an unknown split', (text) => text.replace('train', 'val'), 'CSV_INVALID', /line 2: "val"/],
    ['a prototype as label', (text) => text.replace('normal', 'toString'), 'CSV_INVALID', /"toString"/],
    ['a file that is not there', (text) => text.replace('0000.JPG', '9.JPG'), 'CSV_INVALID', /line 2: .*9\.JPG/],
    ['a path to outside', (text) => text.replace('candle/Data', '../Data'), 'CSV_INVALID', /line 2: .*below the root/],
    ['an absolute path', (text) => text.replace('candle/Data', '/etc'), 'CSV_INVALID', /line 2: .*below the root/],
    ['a field too many', (text) => text.replace('train,', 'train,,'), 'CSV_INVALID', /line 2: 6 fields/],
    ['a quote that does not end', (text) => `${text}"x`, 'CSV_INVALID', /quote/],
    ['an anomaly without mask', (text) => text.replace(/,[^,]*png/, ','), 'CSV_INVALID', /without mask/],
    ['an anomaly for training', (text) => text.replace('test,anomaly', 'train,anomaly'), 'CSV_INVALID', /training/],
    ['an image twice', (text) => text + text.split('\n')[1], 'CSV_INVALID', /second time/],
    [
      'an image in both splits',
      (text) => `${text}${text.split('\n')[1]?.replace('train', 'test')}`,
      'SPLIT_OVERLAP',
      /0000/,
    ],
  ])('%s', async (_, spoil, code, message) => {
    const fake = fakeVisa();
    const error = await failure({ ...fake, [table]: spoil(String(fake[table])) }, { category: 'candle' });
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('without its table it cannot be opened', async () => {
    expect(await failure(without(fakeVisa(), table), { category: 'candle' })).toMatchObject({ code: 'CSV_INVALID' });
  });
});

describe('dagm', () => {
  test('an image is defective if its label is there; those for training are set aside', async () => {
    const collection = await open(fakeDagm());
    expect(collection).toMatchObject({ layout: 'dagm', categories: ['Class1', 'Class10'] });
    const dataset = collection.dataset('Class10');
    expect([dataset.train.length, dataset.test.length]).toEqual([3, 4]);
    expect(ids(dataset.setAside)).toEqual(['Class10/Train/0002.PNG']);
    expect(dataset.test.filter(({ label }) => label === 1).map(({ id }) => id)).toEqual(['Class10/Test/0002.PNG']);
    expect(await area(dataset.test[2])).toBe(24);
  });

  test('a label without image, a part missing, the old form', async () => {
    const extra = { ...fakeDagm(), 'Class1/Test/Label/0009_label.PNG': maskPng() };
    expect(await failure(extra, { category: 'Class1' })).toMatchObject({ code: 'MASK_WITHOUT_IMAGE' });
    const tests = Object.keys(fakeDagm()).filter((path) => path.includes('/Test/'));
    const half = without(fakeDagm(), ...tests);
    expect(await failure(half, { category: 'Class1' })).toMatchObject({ code: 'SPLIT_FOLDER_MISSING' });
    const old = { 'Class1/1.png': maskPng(), 'Class1_def/1.png': maskPng() };
    expect(await failure(old)).toMatchObject({
      code: 'SPLIT_FOLDER_MISSING',
      message: expect.stringMatching(/old form/),
    });
  });
});

describe('ksdd', () => {
  const items = [...Array.from({ length: 10 }, (_, i) => `kos0${i}`), 'kos21'];

  test('folds by item; labels are read from the masks; one image is left out', async () => {
    const tested: string[] = [];
    for (const fold of [0, 1, 2]) {
      const { train, test: samples, setAside = [], warnings } = (await open(fakeKsdd(), { fold })).dataset();
      expect(train.length + samples.length + setAside.length).toBe(33);
      const groups = new Set(samples.map(({ group }) => group));
      expect([...train, ...setAside].some(({ group }) => groups.has(group))).toBe(false);
      tested.push(...[...groups].map(String));
      expect(train.every(({ id, label }) => label === 0 && (id.startsWith('kos21') || !id.includes('Part2')))).toBe(
        true,
      );
      expect(warnings.join()).toMatch(/kos21\/Part7\.jpg is left out/);
    }
    expect(tested.sort()).toEqual(items);
  });

  test('fold 0 is drawn by the rule of the seed', async () => {
    const order = Random.forKey('ksdd|ksdd|fold|0', 66).sample(11, 11);
    const { test: samples } = (await open(fakeKsdd())).dataset();
    expect(new Set(samples.map(({ group }) => group))).toEqual(
      new Set(order.filter((_, i) => i % 3 === 0).map((i) => items[i])),
    );
  });

  test('random80 by item, and by image if asked for', async () => {
    const byItem = (await open(fakeKsdd(), { split: 'random80' })).dataset();
    expect(new Set(byItem.test.map(({ group }) => group)).size).toBe(3);
    const byImage = (await open(fakeKsdd(), { split: 'random80-by-image' })).dataset();
    // 23 normal images, of which 18 train.
    expect([byImage.train.length, byImage.test.length, byImage.setAside?.length]).toEqual([18, 15, 0]);
  });

  test('a mask is due for every image', async () => {
    expect(await failure(without(fakeKsdd(), 'kos01/Part0_label.bmp'))).toMatchObject({
      code: 'MASK_MISSING',
      message: expect.stringMatching(/kos01\/Part0\.jpg/),
    });
    expect(await failure(without(fakeKsdd(), 'kos01/Part0.jpg'))).toMatchObject({ code: 'MASK_WITHOUT_IMAGE' });
  });

  test('a fold that there is not', async () => {
    expect(await failure(fakeKsdd(), { fold: 3 })).toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

describe('ksdd2', () => {
  test('labels are read from the masks; copies are left out', async () => {
    const { train, test: samples, setAside, warnings } = (await open(fakeKsdd2())).dataset();
    expect(ids(train)).toEqual(['train/00000.png', 'train/00001.png', 'train/00002.png']);
    expect(ids(setAside)).toEqual(['train/00003.png']);
    expect(samples.map(({ label }) => label)).toEqual([0, 0, 0, 1]);
    expect(await area(samples[3])).toBe(24);
    expect(warnings.join()).toMatch(/COUNT_MISMATCH/);
  });
});

describe('elpv', () => {
  test('without the cells between; 75 % of the good ones train', async () => {
    const { train, test: samples, hasMasks, warnings } = (await open(fakeElpv())).dataset();
    expect(train.length).toBe(18);
    expect(samples.map(({ label }) => label).sort()).toEqual([...Array(6).fill(0), ...Array(24).fill(1)]);
    expect(hasMasks).toBe(false);
    expect(warnings).toContain('48 cells of probability 1/3 and 2/3 are left out');
    const good = Array.from({ length: 24 }, (_, i) => `images/cell${String(4 * i + 1).padStart(4, '0')}.png`);
    const drawn = Random.forKey('elpv|elpv|split|0', 66).sample(24, 18);
    expect(ids(train)).toEqual(drawn.map((i) => good[i]!).sort());
  });

  test('against all others; one type of module', async () => {
    const all = (await open(fakeElpv(), { split: 'p0-vs-rest' })).dataset();
    expect(all.test.filter(({ label }) => label === 1).length).toBe(72);
    expect(new Set(all.test.map(({ defectType }) => defectType))).toEqual(new Set(['good', 'p1/3', 'p2/3', 'p1']));
    const mono = (await open(fakeElpv(), { category: 'mono' })).dataset();
    expect([mono.name, mono.train.length, mono.test.length]).toEqual(['elpv/mono', 9, 15]);
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ['another probability', (text) => text.replace('0.3333333333333333', '0.34'), /line 2: probability "0.34"/],
    ['no number', (text) => text.replace('0.0', 'x'), /line 1: probability "x"/],
    ['another type', (text) => text.replace('mono', 'duo'), /line 1: "duo"/],
    ['a path to outside', (text) => text.replace('images/', '../'), /line 1: .*below the root/],
    ['a cell twice', (text) => text + text.split('\n')[0], /second time/],
    ['too few fields', (text) => `images/cell0001.png\n${text}`, /line 1: 1 fields/],
  ])('%s', async (_, spoil, message) => {
    const fake = fakeElpv();
    const error = await failure({ ...fake, 'labels.csv': spoil(String(fake['labels.csv'])) });
    expect(error).toMatchObject({ code: 'CSV_INVALID', message: expect.stringMatching(message) });
  });

  test('the repository instead of its data folder', async () => {
    expect(await failure(below('src/elpv_dataset/data', fakeElpv()))).toMatchObject({
      code: 'WRONG_ROOT_LEVEL',
      message: expect.stringMatching(/src\/elpv_dataset\/data/),
    });
  });
});

describe('aitex', () => {
  test('two masks of one image are united; soft edges do not count; one image has no mask', async () => {
    const { train, test: samples, warnings } = (await open(fakeAitex())).dataset();
    expect(train.length).toBe(6);
    const anomalous = samples.filter(({ label }) => label === 1);
    expect(anomalous.map(({ defectType }) => defectType)).toEqual(['002', '019', '027']);
    expect(await Promise.all(anomalous.map(area))).toEqual([24, 26, 24]);
    expect(warnings.join()).toMatch(/0100_025_08\.png is left out/);
  });

  test('an archive missing, a mask missing', async () => {
    const none = Object.keys(fakeAitex()).filter((path) => path.startsWith('NODefect'));
    expect(await failure(without(fakeAitex(), ...none))).toMatchObject({ code: 'SPLIT_FOLDER_MISSING' });
    const error = await failure(without(fakeAitex(), 'Mask_images/0001_002_00_mask.png'));
    expect(error).toMatchObject({ code: 'MASK_MISSING', message: expect.stringMatching(/0001_002_00/) });
  });
});

describe('mvtec_ad2', () => {
  test('public test images have masks, private ones no label', async () => {
    const dataset = (await open(fakeMvtecAd2())).dataset();
    expect(dataset).toMatchObject({ layout: 'mvtec_ad2', name: 'mvtec_ad2/can', hasMasks: true });
    expect([dataset.train.length, dataset.validation?.length]).toEqual([2, 1]);
    expect(dataset.test.map(({ id, label }) => [id.slice(4), label])).toEqual([
      ['test_private/000_regular.png', -1],
      ['test_private_mixed/000_mixed.png', -1],
      ['test_public/bad/000_overexposed.png', 1],
      ['test_public/bad/000_regular.png', 1],
      ['test_public/good/000_regular.png', 0],
    ]);
    expect(await Promise.all(dataset.test.slice(2, 4).map(area))).toEqual([26, 24]);
  });

  test('a mask missing, a folder missing', async () => {
    const mask = 'can/test_public/ground_truth/bad/000_regular_mask.png';
    expect(await failure(without(fakeMvtecAd2(), mask))).toMatchObject({ code: 'MASK_MISSING' });
    expect(await failure(without(fakeMvtecAd2(), 'can/validation/good/000_regular.png'))).toMatchObject({
      code: 'SPLIT_FOLDER_MISSING',
      message: expect.stringMatching(/validation\/good/),
    });
  });
});

describe('manifest', () => {
  const spoiled = (change: (text: string) => string) => {
    const fake = fakeManifest();
    return { ...fake, 'manifest.csv': change(String(fake['manifest.csv'])) };
  };

  test('categories, quotes, several masks, unknown labels', async () => {
    const collection = await open(fakeManifest(), {}, 'mine');
    expect(collection).toMatchObject({ layout: 'manifest', categories: ['left', 'right'] });
    const left = collection.dataset('left');
    expect(left.name).toBe('mine/left');
    expect(ids(left.train)).toEqual(['a/1.png', 'a/2.png']);
    expect(left.test.map(({ id, label, defectType }) => [id, label, defectType])).toEqual([
      ['a/odd, name.png', 0, 'good'],
      ['b/1.png', 1, 'dent'],
    ]);
    expect(await area(left.test[1])).toBe(26);
    const right = collection.dataset('right');
    expect(right.test.map(({ label }) => label)).toEqual([-1]);
    expect(ids(right.validation)).toEqual(['a/4.png']);
  });

  test.each<[string, (text: string) => string, string]>([
    ['a mask outside', (text) => text.replace('|b/m2.png', '|../m2.png'), 'CSV_INVALID'],
    ['a mask that is a URL', (text) => text.replace('|b/m2.png', '|file:///etc/passwd'), 'CSV_INVALID'],
    ['an image in two splits', (text) => `${text}a/1.png,test,normal,left,,\r\n`, 'SPLIT_OVERLAP'],
    ['a row twice', (text) => `${text}a/1.png,train,normal,left,,\r\n`, 'CSV_INVALID'],
    ['an anomaly for training', (text) => text.replace('test,anomalous', 'train,anomalous'), 'ANOMALY_IN_TRAIN'],
    ['nothing for training', (text) => text.replaceAll(',train,', ',test,'), 'NO_GOOD_IMAGES'],
  ])('%s', async (_, change, code) => {
    expect(await failure(spoiled(change), { category: 'left' })).toMatchObject({ code });
  });
});
