import { describe, expect, test } from 'vitest';
import { type DatasetOptions, indexDataset } from '../../src/data/index.js';
import { MTD_DIFFERNET_TRAIN } from '../../src/data/layouts/mtd-differnet.js';
import { Random } from '../../src/runtime/random.js';

function index(files: readonly string[], options?: DatasetOptions) {
  return indexDataset({ name: 'part', files, locate: (path) => `/data/part/${path}` }, options);
}

function failure(files: readonly string[], options?: DatasetOptions): unknown {
  try {
    return index(files, options);
  } catch (error) {
    return error;
  }
}

const mvtec = [
  'train/good/001.png',
  'train/good/000.png',
  'test/good/000.png',
  'test/scratch/000.png',
  'test/scratch/001.png',
  'ground_truth/scratch/000_mask.png',
  'ground_truth/scratch/001_mask.png',
];

describe('layout mvtec', () => {
  test('is recognised; samples are sorted and have their masks', () => {
    const dataset = index(mvtec);
    expect(dataset).toMatchObject({ layout: 'mvtec', name: 'part', split: 'given', hasMasks: true, warnings: [] });
    expect(dataset.train.map(({ id }) => id)).toEqual(['train/good/000.png', 'train/good/001.png']);
    expect(dataset.test.map(({ id, label }) => [id, label])).toEqual([
      ['test/good/000.png', 0],
      ['test/scratch/000.png', 1],
      ['test/scratch/001.png', 1],
    ]);
    expect(dataset.test[2]).toEqual({
      id: 'test/scratch/001.png',
      category: 'part',
      split: 'test',
      label: 1,
      defectType: 'scratch',
      image: '/data/part/test/scratch/001.png',
      masks: [
        {
          source: '/data/part/ground_truth/scratch/001_mask.png',
          rule: 'nonzero',
          path: 'ground_truth/scratch/001_mask.png',
        },
      ],
    });
  });

  test('sorts by UTF-16 code units, not as a locale would', () => {
    const names = ['train/good/b.png', 'train/good/B.png', 'train/good/ä.png', 'train/good/10.png', 'train/good/9.png'];
    const { train } = index(names.filter((name) => !name.includes('b.png')));
    expect(train.map(({ id }) => id.slice(11))).toEqual(['10.png', '9.png', 'B.png', 'ä.png']);
  });

  test('aliases: ok and normal for good, masks and gt for ground_truth, other suffixes, other extensions', () => {
    const dataset = index(['train/ok/0.jpg', 'test/ok/0.jpg', 'test/ko/7.JPG', 'masks/ko/7.png']);
    expect(dataset.test.map(({ label, defectType }) => [label, defectType])).toEqual([
      [1, 'ko'],
      [0, 'good'],
    ]);
    expect(dataset.test[0]?.masks).toMatchObject([{ source: '/data/part/masks/ko/7.png', rule: 'nonzero' }]);
    expect(index(['train/normal/0.png', 'test/dent/a.png', 'gt/dent/a_label.png']).hasMasks).toBe(true);
  });

  test('one folder of masks per image', () => {
    const masks = ['ground_truth/scratch/000/000.png', 'ground_truth/scratch/000/001.png'];
    const { test: samples } = index(['train/good/0.png', 'test/scratch/000.png', ...masks]);
    expect(samples[0]?.masks.map(({ source }) => source)).toEqual(masks.map((path) => `/data/part/${path}`));
  });

  test('no mask folder: pixel metrics are impossible, which is a warning', () => {
    const dataset = index(mvtec.filter((path) => !path.startsWith('ground_truth')));
    expect(dataset.hasMasks).toBe(false);
    expect(dataset.warnings).toEqual(['no masks: pixel metrics will be null']);
  });

  test('system files and text are ignored; other image formats are counted', () => {
    const extra = ['.DS_Store', 'train/good/._000.png', '__MACOSX/x.png', 'Thumbs.db', 'readme.txt', 'example.png'];
    expect(index([...mvtec, ...extra])).toEqual(index(mvtec));
    const { warnings } = index([...mvtec, 'train/good/a.webp', 'train/good/b.gif']);
    expect(warnings).toEqual(['2 images in other formats than PNG, JPEG, BMP and TIFF are left out']);
  });

  test('validation images are neither trained on nor tested', () => {
    for (const folder of ['val', 'validation']) {
      const dataset = index([...mvtec, `${folder}/good/0.bmp`]);
      expect(dataset.validation?.map(({ id }) => id)).toEqual([`${folder}/good/0.bmp`]);
      expect({ ...dataset, validation: [] }).toEqual(index(mvtec));
    }
  });

  test.each<[string, string[], string, RegExp]>([
    ['no training image', ['test/good/0.png'], 'NO_GOOD_IMAGES', /train\/good/],
    ['images beside the folder good', ['train/0.png', 'test/good/0.png'], 'NO_GOOD_IMAGES', /train\/good/],
    ['defects in training', [...mvtec, 'train/scratch/0.png'], 'ANOMALY_IN_TRAIN', /train\/scratch\/0\.png/],
    ['one mask missing', mvtec.slice(0, -1), 'MASK_MISSING', /test\/scratch\/001\.png/],
    ['a mask too many', [...mvtec, 'ground_truth/scratch/002_mask.png'], 'MASK_WITHOUT_IMAGE', /002_mask/],
    ['two masks for one image', [...mvtec, 'ground_truth/scratch/001.png'], 'DUPLICATE_STEM', /001\.png/],
    ['names that differ in the extension', [...mvtec, 'test/scratch/001.jpg'], 'DUPLICATE_STEM', /001\.jpg/],
    ['names that differ in case', ['train/good/a.png', 'train/good/A.png'], 'DUPLICATE_STEM', /A\.png/],
  ])('%s is refused', (_, files, code, message) => {
    expect(failure(files)).toMatchObject({ code, path: 'part', message: expect.stringMatching(message) });
  });

  test('a long list of bad files is cut at 20', () => {
    const files = Array.from({ length: 30 }, (_, i) => `test/dent/${100 + i}.png`);
    const error = failure(['train/good/0.png', 'ground_truth/dent/100.png', ...files]);
    expect(error).toMatchObject({ message: expect.stringMatching(/101\.png.*120\.png and 9 more/) });
  });
});

describe('which layout', () => {
  test('a root with several categories is refused and lists them', () => {
    const error = failure(['bottle/train/good/0.png', 'cable/train/good/0.png', 'cable/test/good/0.png']);
    expect(error).toMatchObject({
      code: 'LAYOUT_UNKNOWN',
      message: expect.stringMatching(/bottle, cable.*--category bottle/),
    });
  });

  test('good images beside folders of defects are not all taken for good', () => {
    const error = failure(['good/0.png', 'scratch/0.png']);
    expect(error).toMatchObject({ code: 'LAYOUT_UNKNOWN', message: expect.stringMatching(/good, scratch/) });
  });

  test('any other folder with images is all training', () => {
    const dataset = index(['b/2.jpg', 'a/1.png', 'notes.txt', '0.jpeg']);
    expect(dataset).toMatchObject({ layout: 'folder', test: [], hasMasks: false });
    expect(dataset.train.map(({ id, label }) => [id, label])).toEqual([
      ['0.jpeg', 0],
      ['a/1.png', 0],
      ['b/2.jpg', 0],
    ]);
  });

  test('a mask beside its image is not taken for a good part', () => {
    for (const files of [
      ['0.jpg', '0.png'],
      ['a/0.jpg', 'a/0.png', 'b/0.jpg'],
    ]) {
      expect(failure(files)).toMatchObject({
        code: 'DUPLICATE_STEM',
        message: expect.stringMatching(/0\.jpg and .*mask/),
      });
    }
  });

  test('a folder without images says what it has instead', () => {
    expect(failure([])).toMatchObject({ code: 'FOLDER_EMPTY' });
    expect(failure(['a.webp', 'b.gif'])).toMatchObject({
      code: 'FOLDER_EMPTY',
      message: expect.stringMatching(/2 images/),
    });
  });

  test('a layout can be forced', () => {
    expect(index(['0.png', 'train/good/0.png'], { layout: 'folder' }).train.length).toBe(2);
    expect(failure(['0.png'], { layout: 'mvtec' })).toMatchObject({ code: 'SPLIT_FOLDER_MISSING' });
    expect(failure(['0.png'], { layout: 'mtd' })).toMatchObject({ code: 'SPLIT_FOLDER_MISSING' });
  });

  test('options that do not fit are refused', () => {
    expect(failure(mvtec, { split: 'random80' })).toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(failure(mvtec, { seed: -1 })).toMatchObject({ code: 'BAD_ARGUMENT' });
  });
});

describe('layout mtd', () => {
  const named = MTD_DIFFERNET_TRAIN.map((name) => `MT_Free/Imgs/${name}.jpg`);
  const others = Array.from({ length: 191 }, (_, i) => `MT_Free/Imgs/exp9_num_${1000 + i}.jpg`);
  const broken = Array.from({ length: 392 }, (_, i) => `MT_Break/Imgs/exp1_num_${1000 + i}.jpg`);
  const photos = [...named, ...others, ...broken];
  const files = [...photos, ...photos.map((path) => path.replace('.jpg', '.png')), 'README.md', 'dataset.jpg'];

  test('the split differnet is 761 named images', () => {
    expect(new Set(MTD_DIFFERNET_TRAIN).size).toBe(761);
    expect(MTD_DIFFERNET_TRAIN.every((name) => /^exp[0-6]_num_\d+$/.test(name))).toBe(true);
    const dataset = index(files);
    expect(dataset).toMatchObject({ layout: 'mtd', name: 'mtd', split: 'differnet', hasMasks: true, warnings: [] });
    expect(dataset.train.map(({ id }) => id)).toEqual([...named].sort());
    expect(dataset.test.length).toBe(191 + 392);
    expect(dataset.test[0]).toEqual({
      id: 'MT_Break/Imgs/exp1_num_1000.jpg',
      category: 'mtd',
      split: 'test',
      label: 1,
      defectType: 'break',
      image: '/data/part/MT_Break/Imgs/exp1_num_1000.jpg',
      masks: [
        {
          source: '/data/part/MT_Break/Imgs/exp1_num_1000.png',
          rule: 'half',
          path: 'MT_Break/Imgs/exp1_num_1000.png',
        },
      ],
    });
    expect(dataset.test.at(-1)).toMatchObject({ label: 0, defectType: 'good', masks: [] });
  });

  test('the split random80 is drawn by the rule of the seed', () => {
    const good = [...named, ...others].sort();
    for (const [seed, baseSeed] of [[0], [1], [1, 7]] as const) {
      const { train, test: rest, split } = index(files, { split: 'random80', seed, ...(baseSeed && { baseSeed }) });
      const drawn = Random.forKey(`mtd|mtd|split|${seed}`, baseSeed ?? 66).sample(952, 761);
      expect(split).toBe('random80');
      expect(train.map(({ id }) => id)).toEqual(drawn.map((i) => good[i]!).sort());
      expect(rest.length).toBe(583);
    }
  });

  test('other counts than published are a warning, a missing mask is an error', () => {
    const { warnings } = index(files.filter((path) => path !== named[0]));
    expect(warnings.length).toBe(2);
    expect(failure(files.filter((path) => !path.endsWith('exp1_num_1000.png')))).toMatchObject({
      code: 'MASK_MISSING',
      message: expect.stringMatching(/exp1_num_1000\.jpg/),
    });
  });

  test('one level too high is said', () => {
    expect(failure(files.map((path) => `copy/${path}`))).toMatchObject({
      code: 'WRONG_ROOT_LEVEL',
      message: expect.stringMatching(/part\/copy/),
    });
  });
});
