import { describe, expect, test } from 'vitest';
import { loadDefectChannels, loadMask, openDataset } from '../../../src/data/index.js';
import {
  below,
  fakeAutoVi,
  fakeBtad,
  fakeDagmRearranged,
  fakeLoco,
  fakeMvtecAd,
  fakeVisaRearranged,
  LOCO_CONFIG,
  maskPng,
  without,
} from '../../helpers/fake-datasets.js';
import { failure, ids, onDisk, open } from './fakes.js';

function ones(data: Uint8Array | undefined): number {
  return (data ?? new Uint8Array()).reduce((sum, value) => sum + value, 0);
}

describe('mvtec_ad and mpdd', () => {
  test('all categories in the order of the publication; counts are held against it', async () => {
    const collection = await open(fakeMvtecAd(['grid', 'bottle']));
    expect(collection).toMatchObject({ layout: 'mvtec_ad', categories: ['bottle', 'grid'] });
    const dataset = collection.dataset('grid');
    expect(dataset).toMatchObject({ layout: 'mvtec_ad', name: 'mvtec_ad/grid', hasMasks: true });
    expect(ids(dataset.train)).toEqual([0, 1, 2].map((i) => `grid/train/good/00${i}.png`));
    expect(dataset.test.map(({ label, defectType, category }) => [label, defectType, category])).toEqual([
      [1, 'bent', 'grid'],
      [1, 'glue', 'grid'],
      [0, 'good', 'grid'],
    ]);
    expect(dataset.warnings).toEqual([expect.stringMatching(/COUNT_MISMATCH: images 3 for training, published 264/)]);
    expect(ones((await loadMask(dataset.test[0]!))?.data)).toBe(26);
  });

  test('the category is chosen by an option; which there are is said', async () => {
    const root = onDisk(fakeMvtecAd());
    expect((await openDataset(root, { category: 'bottle' })).name).toBe('mvtec_ad/bottle');
    await expect(openDataset(root)).rejects.toMatchObject({
      code: 'LAYOUT_UNKNOWN',
      message: expect.stringMatching(/bottle, grid/),
    });
    await expect(openDataset(root, { category: 'grit' })).rejects.toMatchObject({
      code: 'CATEGORY_NOT_FOUND',
      message: expect.stringMatching(/bottle, grid/),
    });
  });

  test('other names, other datasets', async () => {
    expect((await open(fakeMvtecAd(['tubes', 'connector']))).layout).toBe('mpdd');
    expect(await open(fakeMvtecAd(['mine', 'yours']))).toMatchObject({
      layout: 'mvtec',
      categories: ['mine', 'yours'],
    });
    expect((await open(fakeMvtecAd(['mine', 'yours']), {}, 'parts')).dataset('mine').name).toBe('parts/mine');
  });

  test.each([
    ['mvtec_ad', ['bottle', 'grid'], 'SPLIT_FOLDER_MISSING'],
    ['mvtec', ['mine', 'yours'], 'NO_GOOD_IMAGES'],
  ] as const)('a category without its training images is not left out in silence: %s', async (layout, names, code) => {
    const whole = fakeMvtecAd([...names]);
    const gone = Object.keys(whole).filter((path) => path.startsWith(`${names[1]}/train/`));
    const collection = await open(without(whole, ...gone));
    expect(collection).toMatchObject({ layout, categories: names });
    expect(collection.dataset(names[0]).train.length).toBeGreaterThan(0);
    expect(() => collection.dataset(names[1])).toThrow(expect.objectContaining({ code }));
  });

  test('a folder too high', async () => {
    const fake = { ...below('mvtec', fakeMvtecAd()), ...below('more/mpdd', fakeMvtecAd(['tubes'])) };
    expect(await failure(fake)).toMatchObject({
      code: 'WRONG_ROOT_LEVEL',
      message: expect.stringMatching(/more\/mpdd, mvtec|mvtec, more\/mpdd/),
    });
  });

  test('all that is wrong is said together', async () => {
    const fake = {
      ...without(fakeMvtecAd(), 'bottle/ground_truth/bent/000_mask.png'),
      'bottle/ground_truth/glue/001_mask.png': maskPng(),
      'bottle/train/bent/000.png': maskPng(),
    };
    const error = await failure(fake, { category: 'bottle' });
    expect(error).toMatchObject({
      dataset: 'bottle',
      problems: [
        { code: 'ANOMALY_IN_TRAIN', path: 'train/bent/000.png' },
        { code: 'MASK_MISSING', path: 'test/bent/000.png' },
        { code: 'MASK_MISSING', path: 'train/bent/000.png' },
        { code: 'MASK_WITHOUT_IMAGE', path: 'ground_truth/glue/001_mask.png' },
      ],
    });
  });

  test.each([
    ['no masks at all', (path: string) => path.includes('ground_truth'), 'MASK_MISSING'],
    ['no test images', (path: string) => path.includes('/test/') || path.includes('truth'), 'SPLIT_FOLDER_MISSING'],
  ])('%s', async (_, leaveOut, code) => {
    const fake = fakeMvtecAd();
    expect(await failure(without(fake, ...Object.keys(fake).filter(leaveOut)), { category: 'grid' })).toMatchObject({
      code,
    });
  });
});

describe('mvtec_loco', () => {
  test('validation images, kinds of anomalies, the union of all defects', async () => {
    const dataset = (await open(fakeLoco())).dataset();
    expect(dataset).toMatchObject({ layout: 'mvtec_loco', name: 'mvtec_loco/pushpins' });
    expect(ids(dataset.validation)).toEqual(['pushpins/validation/good/000.png']);
    expect(dataset.test.map(({ anomalyGroup }) => anomalyGroup)).toEqual([undefined, 'logical', 'structural']);
    const logical = dataset.test[1]!;
    expect(logical.masks.map(({ rule, defects }) => [rule, defects])).toEqual([
      ['config', LOCO_CONFIG],
      ['config', LOCO_CONFIG],
    ]);
    expect(ones((await loadMask(logical))?.data)).toBe(26);
  });

  test('defects one by one, with the area at which they count as found', async () => {
    const { test: samples } = (await open(fakeLoco())).dataset();
    expect(await loadDefectChannels(samples[0]!)).toEqual([]);
    const channels = await loadDefectChannels(samples[1]!);
    expect(channels.map(({ mask, ...rest }) => [ones(Uint8Array.from(mask.data)), rest])).toEqual([
      [24, { defect: '1_pushpin_missing', saturationThreshold: 6300, relativeSaturation: false }],
      [26, { defect: 'color', saturationThreshold: 1, relativeSaturation: true }],
    ]);
  });

  test('a category by itself is recognised by its configuration', async () => {
    const fake = Object.fromEntries(Object.entries(fakeLoco()).map(([path, file]) => [path.slice(9), file]));
    const dataset = (await open(fake, {}, 'pushpins')).dataset();
    expect(dataset).toMatchObject({ layout: 'mvtec_loco', name: 'mvtec_loco/pushpins' });
    expect(dataset.validation?.length).toBe(1);
  });

  const mask = 'pushpins/ground_truth/structural_anomalies/000/000.png';
  test.each([
    ['a value without entry', maskPng(17), /value 17, not one of 255, 248/],
    ['an empty mask', maskPng(0), /0 values/],
  ])('%s is refused', async (_, file, message) => {
    const dataset = (await open({ ...fakeLoco(), [mask]: file })).dataset();
    await expect(loadDefectChannels(dataset.test[2]!)).rejects.toMatchObject({
      code: 'MASK_VALUE_UNKNOWN',
      message: expect.stringMatching(message),
    });
  });

  const [first] = LOCO_CONFIG;
  test.each([
    ['no list', {}],
    ['an empty list', []],
    ['a share above 1', [{ ...first, relative_saturation: true }]],
    ['half a pixel', [{ ...first, saturation_threshold: 0.5 }]],
    ['a value twice', [first, first]],
    ['a value too large', [{ ...first, pixel_value: 256 }]],
    ['a member too many', [{ ...first, extra: 1 }]],
    ['text for a number', [{ ...first, pixel_value: '255' }]],
  ])('a configuration with %s is refused', async (_, config) => {
    const fake = { ...fakeLoco(), 'pushpins/defects_config.json': JSON.stringify(config) };
    expect(await failure(fake)).toMatchObject({ code: 'CONFIG_INVALID', path: 'pushpins/defects_config.json' });
  });

  test('a configuration that is missing or no JSON is refused', async () => {
    const path = 'pushpins/defects_config.json';
    expect(await failure(without(fakeLoco(), path))).toMatchObject({ code: 'CONFIG_INVALID', path });
    expect(await failure({ ...fakeLoco(), [path]: '[{' })).toMatchObject({ code: 'CONFIG_INVALID', path });
  });

  test('without validation images it is not complete', async () => {
    expect(await failure(without(fakeLoco(), 'pushpins/validation/good/000.png'))).toMatchObject({
      code: 'SPLIT_FOLDER_MISSING',
      message: expect.stringMatching(/val/),
    });
  });
});

describe('autovi', () => {
  test.each(['pipe_clip/pipe_clip', 'pipe_clip'])('in %s; masks of four channels', async (prefix) => {
    const collection = await open(fakeAutoVi(prefix));
    expect(collection).toMatchObject({ layout: 'autovi', categories: ['pipe_clip'] });
    const dataset = collection.dataset();
    expect(ids(dataset.train)).toEqual([`${prefix}/train/good/0000.png`, `${prefix}/train/good/0001.png`]);
    const anomalous = dataset.test.find(({ label }) => label === 1)!;
    expect(ones((await loadMask(anomalous))?.data)).toBe(24);
    expect(await loadDefectChannels(anomalous)).toMatchObject([
      { defect: 'unclipped', saturationThreshold: 0.5, relativeSaturation: true },
    ]);
  });
});

describe('btad', () => {
  test('BMP and PNG, mixed as published', async () => {
    const collection = await open(fakeBtad(), {}, 'BTech_Dataset_transformed');
    expect(collection).toMatchObject({ layout: 'btad', categories: ['01', '02', '03'] });
    for (const category of collection.categories) {
      const { train, test: samples } = collection.dataset(category);
      expect(train.length).toBe(3);
      expect(samples.map(({ label, defectType }) => [label, defectType])).toEqual([
        [1, 'ko'],
        [0, 'good'],
      ]);
      expect(ones((await loadMask(samples[0]!))?.data)).toBe(24);
    }
  });

  test('two names for good in one category are refused', async () => {
    const fake = { ...fakeBtad(), '02/test/good/9.png': maskPng() };
    expect(await failure(fake, { category: '02' })).toMatchObject({
      code: 'LAYOUT_UNKNOWN',
      message: expect.stringMatching(/good.*ok|ok.*good/),
    });
  });
});

describe('rearranged copies', () => {
  test('visa', async () => {
    const dataset = (await open(fakeVisaRearranged())).dataset();
    expect(dataset).toMatchObject({ layout: 'visa', name: 'visa/candle', hasMasks: true });
    expect(dataset.train.length).toBe(3);
  });

  test('dagm: defective training images are set aside', async () => {
    const dataset = (await open(fakeDagmRearranged())).dataset();
    expect(dataset).toMatchObject({ layout: 'dagm', name: 'dagm/Class1' });
    expect(ids(dataset.train)).toEqual(['Class1/train/good/0001.PNG']);
    expect(ids(dataset.setAside)).toEqual(['Class1/train/defect/0002.PNG']);
    expect(dataset.setAside?.[0]?.masks.length).toBe(1);
  });
});
