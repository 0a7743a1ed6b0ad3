// Published numbers beside our own: which belong there, and what is said of how they came about.
import { describe, expect, test } from 'vitest';
import {
  type OwnResult,
  PUBLISHED_SOURCES,
  protocolDifferences,
  publishedFor,
  publishedValues,
} from '../../src/benchmark/published/index.js';
import { parseSetting, readSetting, type SettingOptions } from '../../src/benchmark/settings/index.js';
import { createMethod, methodInfos } from '../../src/methods/registry.js';

const PATCHCORE = { inputSize: 256, geometry: 'stretch', backbone: 'wide_resnet50_2', patchSize: 3, dimension: 1024 };

function own(change: Partial<OwnResult> = {}): OwnResult {
  return {
    dataset: 'mvtec_ad',
    split: 'given',
    setting: parseSetting({ kind: 'unsupervised' }),
    metric: 'image_auroc',
    category: 'mean',
    methodId: 'patchcore',
    config: { ...PATCHCORE, neighbors: 1, reweight: 1, coresetRatio: 0.1 },
    repeats: 1,
    ...change,
  };
}

const textsOf = (change: Partial<OwnResult>, table: string) => {
  const found = publishedFor(own(change)).filter(({ published }) => published.table === table);
  expect(found.length).toBeGreaterThan(0);
  return found[0]!.differences.map(({ text }) => text);
};
const placesOf = (change: Partial<OwnResult>) =>
  publishedFor(own(change)).map(({ published: { source, table, value } }) => `${source} ${table}: ${value}`);

describe('what belongs beside a number of ours', () => {
  test('the same dataset, setting, metric, category and method; those in columns of their own last', () => {
    expect(placesOf({})).toEqual(['im-iad VI: 0.992', 'im-iad XIII: 0.992', 'autovi 2: 0.99', 'autovi 6: 0.99']);
    expect(publishedFor(own()).map(({ apart }) => apart)).toEqual([false, false, true, true]);
    expect(publishedFor(own())[0]?.source).toBe(PUBLISHED_SOURCES['im-iad']);
  });

  test('a run on the images of AutoVI, whichever of the two settings it is in', () => {
    const change = { dataset: 'autovi', category: 'tank_screw' };
    for (const kind of ['unsupervised', 'autovi'] as const)
      expect(placesOf({ ...change, setting: parseSetting({ kind }) })).toEqual(['autovi 6: 0.893']);
    const [row] = publishedFor(own({ ...change, setting: readSetting('autovi:images=all,augmented') }));
    expect(row?.published).toMatchObject({ table: '11', value: 0.866, std: 0.013 });
    expect(placesOf({ ...change, setting: readSetting('autovi:images=8') })).toEqual([]);
  });

  test('a dataset of one category is its own mean', () => {
    expect(placesOf({ dataset: 'mtd', category: 'mtd', split: 'differnet' })).toEqual(['im-iad VI: 0.975']);
  });

  test('few shots, and a column that does not say which augmentation', () => {
    const setting = readSetting('few-shot:m=8,augmentation=rotation');
    expect(placesOf({ setting })).toEqual(['im-iad IX: 0.916', 'im-iad XIII: 0.864']);
    expect(textsOf({ setting }, 'XIII')).toContain('the augmentation is not stated');
    expect(placesOf({ setting: readSetting('few-shot:m=4') })).toEqual(['im-iad IX: 0.844']);
  });

  test("noise, by the number of neighbours where it is PatchCore's", () => {
    const setting = readSetting('noisy:percent=15');
    const config = (reweight: number) => ({ ...own().config, reweight });
    expect(placesOf({ setting })).toEqual(['im-iad X: 0.975', 'im-iad XII: 0.975', 'im-iad XIII: 0.975']);
    expect(placesOf({ setting, config: config(9) })).toContain('im-iad XII: 0.984');
    expect(textsOf({ setting, config: config(9) }, 'XII').join()).not.toContain('re-weighting');
    expect(textsOf({ setting, config: config(9) }, 'X')).toContain('neighbours of the re-weighting 1, here 9');
    expect(placesOf({ setting, methodId: 'padim', config: config(9) })).toEqual([
      'im-iad X: 0.899',
      'im-iad XIII: 0.899',
    ]);
  });

  test('forgetting has its own metrics', () => {
    const setting = readSetting('continual');
    expect(placesOf({ setting, metric: 'fm_image_auroc' })).toEqual(['im-iad XI: 0.003']);
    expect(textsOf({ setting, metric: 'fm_image_auroc' }, 'XI').join()).not.toContain('mean after the last');
    expect(textsOf({ setting }, 'XI')).toContain('not said to be the mean after the last category');
  });

  test.each<SettingOptions>([
    { kind: 'noisy', percent: 10, overlap: true },
    { kind: 'noisy', percent: 10, ratioOf: 'total' },
    { kind: 'supervised', anomalies: 5 },
    { kind: 'autovi', images: 8 },
  ])('nothing beside %o, which nobody published', (options) => {
    const setting = parseSetting(options);
    for (const methodId of ['patchcore', 'bgad'])
      for (const dataset of ['mvtec_ad', 'autovi']) expect(placesOf({ setting, methodId, dataset })).toEqual([]);
  });

  test.each<[string, Partial<OwnResult>]>([
    ['dataset', { dataset: 'constructor' }],
    ['dataset', { dataset: 'any' }],
    ['category', { category: 'bottles' }],
    ['metric', { metric: 'image_f1' }],
    ['metric', { metric: 'toString' }],
    ['method', { methodId: 'constructor' }],
    ['method', { methodId: 'PatchCore' }],
  ])('nothing beside an unknown %s', (_, change) => {
    expect(placesOf(change)).toEqual([]);
  });
});

describe('what differs', () => {
  test('nothing that is known, where all is alike', () => {
    const [first] = publishedFor(own());
    expect(first?.differences.map(({ text }) => text)).toEqual(['the coreset ratio is not stated: 0.1 or 0.001']);
  });

  test('the size, the geometry and the backbone put a number into a column of its own; other options do not', () => {
    const change = (config: Record<string, unknown>) => {
      const [first] = publishedFor(own({ config: { ...own().config, ...config } }));
      expect(first?.published.table).toBe('VI');
      return [first?.apart, first?.differences[0]?.text];
    };
    expect(change({ inputSize: 224 })).toEqual([true, 'image size 256, here 224']);
    expect(change({ geometry: 'crop' })).toEqual([true, 'geometry stretch, here crop']);
    expect(change({ backbone: 'resnet18' })).toEqual([true, 'backbone wide_resnet50_2, here resnet18']);
    expect(change({ backbone: 'wide_resnet50_2.tv_in1k' })[0]).toBe(false);
    expect(change({ backbone: { architecture: 'resnet50', weights: 'x' } })[1]).toBe(
      'backbone wide_resnet50_2, here resnet50',
    );
    expect(change({ dimension: 384 })).toEqual([false, 'dimensions 1024, here 384']);
  });

  test('of trained methods their training', () => {
    const config = { inputSize: 256, geometry: 'stretch', epochs: 20, batchSize: 32, learningRate: 0.001 };
    expect(textsOf({ methodId: 'fastflow', config }, 'VI')).toEqual([
      'epochs 500, here 20',
      'the backbone is not stated',
    ]);
    const autovi = { dataset: 'autovi', category: 'tank_screw', methodId: 'cflow', repeats: 8 };
    expect(textsOf({ ...autovi, config }, '6')).toEqual(['epochs 100, here 20', 'the backbone is not stated']);
    expect(textsOf({ ...autovi, config, repeats: 3 }, '6')).toContain('eight runs, here 3');
  });

  test('PatchCore of AutoVI is cut to the centre', () => {
    const config = { ...own().config, inputSize: 224, reweight: 9 };
    const texts = textsOf({ dataset: 'autovi', category: 'tank_screw', config, repeats: 8 }, '6');
    expect(texts).toEqual(['resized to 256 x 256, then cut to the central 224']);
  });

  test('that images were drawn without a seed, and what the published code does with them', () => {
    expect(textsOf({ setting: readSetting('noisy:percent=5') }, 'X')).toEqual(
      expect.arrayContaining([
        'one draw without a seed',
        'its published code takes a mixture of normal and anomalous images for the anomalous ones',
      ]),
    );
    const adds = 'its published code adds up the changes over copies and images';
    expect(textsOf({ setting: readSetting('few-shot:m=1,augmentation=flip') }, 'IX')).toContain(adds);
    const code = readSetting('few-shot:m=1,augmentation=flip,protocol=im-iad-code');
    expect(textsOf({ setting: code }, 'IX')).not.toContain(adds);
    expect(textsOf({ setting: readSetting('few-shot:m=1') }, 'IX')).not.toContain(adds);
    expect(textsOf({ repeats: 3 }, 'VI')).toContain('one run, here 3');
  });

  test.each<[string, Partial<OwnResult>, string, string]>([
    ['maps are thresholded', { metric: 'pixel_ap' }, 'VI', 'its published code thresholds the maps first'],
    ['AUPRO is sampled', { metric: 'pixel_aupro_0.3', methodId: 'padim' }, 'VI', 'AUPRO of 100 sampled thresholds'],
    [
      'the limit of PRO is open',
      { metric: 'pixel_aupro_0.3', methodId: 'padim' },
      '11',
      'its limit of the false-positive',
    ],
    [
      'masks are not aligned',
      { dataset: 'visa', metric: 'pixel_ap', methodId: 'padim' },
      'VI',
      'its masks are not aligned',
    ],
    ['the split is another', { dataset: 'visa', split: '2cls_fewshot' }, 'VI', 'split 1cls'],
    [
      'the split is not published',
      { dataset: 'mtd', split: 'differnet' },
      'VI',
      'its training images are not published',
    ],
    ['the mean is another', { dataset: 'mvtec_loco' }, 'VII', 'mean of logical and structural'],
    [
      'thresholds were found somehow',
      { dataset: 'autovi', category: 'pipe_clip', metric: 'image_tpr_at_tnr_0.95' },
      '8',
      'how the thresholds',
    ],
    [
      'maps are small',
      { dataset: 'autovi', category: 'pipe_clip', metric: 'pixel_auspro_0.05' },
      '9',
      'maps of 8 or 16 bit',
    ],
    ['it is copied', {}, '2', 'collected from other publications'],
    ['the order is another', { setting: readSetting('continual:order=reversed') }, 'XI', 'categories in another order'],
  ])('%s: a column of its own', (_, change, table, text) => {
    const [found] = publishedFor(own(change)).filter(({ published }) => published.table === table);
    expect(found?.apart).toBe(true);
    expect(found?.differences).toContainEqual(
      expect.objectContaining({ apart: true, text: expect.stringContaining(text) }),
    );
  });

  test('the images of AutoVI that were released are not as many as were published', () => {
    const about = 'the released images are other in number than the published ones';
    expect(textsOf({ dataset: 'autovi', category: 'pipe_clip' }, '6')).toContain(about);
    expect(textsOf({ dataset: 'autovi', category: 'tank_screw' }, '6')).not.toContain(about);
  });

  test('a note of the transcription comes along', () => {
    const change = { metric: 'pixel_auroc', setting: readSetting('unsupervised') };
    expect(textsOf(change, 'VIII').join()).toContain('differs from the mean of the printed categories');
  });

  test('of every number and every method with its defaults, in whole sentences', () => {
    const configs = new Map(
      methodInfos().map(({ id }): [string, Record<string, unknown>] => {
        const method = createMethod(id);
        const config = { ...method.config };
        method.dispose();
        return [id, config];
      }),
    );
    let seen = 0;
    for (const row of publishedValues()) {
      const config = configs.get(row.methodId ?? '');
      if (!config || row.category === null) continue;
      seen++;
      const { dataset, metric, category } = row;
      const result = own({ dataset, metric, category, methodId: row.methodId!, config });
      for (const { text } of protocolDifferences(row, result)) expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    }
    expect(seen).toBeGreaterThan(500);
  });
});
