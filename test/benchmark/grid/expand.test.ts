// From a configuration to its jobs: every cell once, what cannot be said beforehand, mistakes before anything runs.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GridOptions } from '../../../src/benchmark/grid/config.js';
import { parseGridConfig } from '../../../src/benchmark/grid/config.js';
import { imagesHash, openJob } from '../../../src/benchmark/grid/datasets.js';
import { expandGrid, type Grid } from '../../../src/benchmark/grid/expand.js';
import { jobTitle } from '../../../src/benchmark/grid/job.js';
import { placesOf } from '../../../src/benchmark/grid/places.js';
import { methodWork } from '../../../src/benchmark/grid/work.js';
import { parseSetting, settingId } from '../../../src/benchmark/settings/index.js';
import { methodInfos } from '../../../src/methods/registry.js';
import { sha256 } from '../../../src/runtime/sha256.js';
import {
  type Fake,
  fakeAitex,
  fakeAutoVi,
  fakeBtad,
  fakeDagm,
  fakeElpv,
  fakeKsdd,
  fakeKsdd2,
  fakeLoco,
  fakeManifest,
  fakeMtd,
  fakeMvtecAd,
  fakeMvtecAd2,
  fakeVisa,
  without,
  writeFake,
} from '../../helpers/fake-datasets.js';

const remove: (() => void)[] = [];
afterAll(() => {
  for (const each of remove) each();
});

function written(fake: Fake, name?: string): string {
  const made = writeFake(fake, name);
  remove.push(made.remove);
  return made.root;
}

let mvtec: string;
beforeAll(() => {
  mvtec = written(fakeMvtecAd(['bottle', 'cable', 'grid']));
});

function expand(options: Partial<GridOptions>): Promise<Grid> {
  const config = parseGridConfig({ methods: ['patchcore'], datasets: [mvtec], ...options });
  return expandGrid(config, { locate: (path) => path });
}

const titles = ({ jobs }: Grid) => jobs.map(jobTitle);

describe('every cell once', () => {
  test('methods x backbones x categories x settings x repeats, those of the same images together', async () => {
    const grid = await expand({
      methods: ['patchcore', { id: 'padim', backbones: ['resnet18', 'resnet50'] }],
      settings: ['unsupervised', 'few-shot:m=1'],
      datasets: [{ folder: mvtec, categories: ['grid', 'bottle'] }],
      seeds: [0, 2],
    });
    const one = 'few-shot:m=1,augmentation=none';
    const expected = ['grid', 'bottle'].flatMap((category) =>
      ['unsupervised', one].flatMap((setting) =>
        [0, 2].flatMap((seed) =>
          ['patchcore (resnet50)', 'padim (resnet18)', 'padim (resnet50)'].map(
            (method) => `${method}, mvtec_ad/${category}, ${setting}, seed ${seed}`,
          ),
        ),
      ),
    );
    expect(titles(grid)).toEqual(expected);
    expect(new Set(grid.jobs.map(({ id }) => id)).size).toBe(expected.length);
    expect(grid.skipped).toEqual([]);
  });

  test('the same configuration gives the same jobs, wherever the dataset lies', async () => {
    const options = { settings: ['few-shot:m=2', 'continual:order=grid>bottle'], methods: ['patchcore', 'spade'] };
    const [one, two] = [
      await expand(options),
      await expand({ ...options, datasets: [written(fakeMvtecAd(['bottle', 'cable', 'grid']), 'elsewhere')] }),
    ];
    expect(two.jobs.map(({ id }) => id)).toEqual(one.jobs.map(({ id }) => id));
    expect(two.jobs[0]?.folder).not.toBe(one.jobs[0]?.folder);
  });

  test('as many repeats as a setting asks for, unless told', async () => {
    const datasets = [{ folder: mvtec, categories: ['grid'] }];
    const count = async (word: string) => (await expand({ datasets, settings: [word] })).jobs.length;
    expect([await count('unsupervised'), await count('few-shot:m=1'), await count('autovi')]).toEqual([1, 3, 8]);
  });

  test('every job has a seed of its own, that of its place, not of its method', async () => {
    const { jobs } = await expand({ methods: ['patchcore', 'padim'], seeds: [0, 1] });
    const seeds = jobs.map(({ description }) => description.method.config.seed);
    expect(seeds.every((seed) => Number.isInteger(seed))).toBe(true);
    expect(new Set(seeds).size).toBe(6);
    const other = await expand({ methods: ['patchcore', 'padim'], seeds: [0, 1], baseSeed: 1 });
    expect(other.jobs.some(({ description }) => seeds.includes(description.method.config.seed))).toBe(false);
  });

  test('a configuration goes through JSON unchanged, of every method', async () => {
    const methods = methodInfos().map(({ id }) => id);
    const { jobs } = await expand({ methods, datasets: [{ folder: mvtec, categories: ['grid'] }] });
    expect(jobs.length).toBe(methods.length);
    for (const job of jobs) {
      expect(JSON.parse(JSON.stringify(job))).toEqual(job);
      expect(settingId(parseSetting(job.description.setting.options))).toBe(job.description.setting.id);
    }
  });

  test('continual learning takes all categories in one job, in its order', async () => {
    const categories = ['grid', 'bottle', 'cable'];
    const settings: GridOptions['settings'] = [
      'unsupervised',
      { kind: 'continual', order: ['cable', 'grid'] },
      `continual:order=${categories.join('>')}`,
    ];
    const { jobs } = await expand({ settings });
    expect(jobs.map(({ description }) => description.dataset.categories)).toEqual([
      ['bottle'],
      ['cable'],
      ['grid'],
      ['cable', 'grid'],
      categories,
    ]);
    const opened = await openJob(jobs[4]!);
    expect(opened.map(({ train }) => train[0]?.category)).toEqual(categories);
  });

  test('a few shots are all learned from: none is held out', async () => {
    const { jobs } = await expand({
      datasets: [{ folder: mvtec, categories: ['grid'] }],
      settings: ['unsupervised', 'few-shot:m=2'],
      seeds: [0],
    });
    const shares = jobs.map(({ description }) => description.method.config.calibrationShare);
    expect(shares).toEqual([0.1, 0]);
  });

  test('a method without anomalies is a reference in the supervised setting, and marked so', async () => {
    const { jobs } = await expand({ settings: ['unsupervised', 'supervised:n=1'], seeds: [0] });
    expect(new Set(jobs.map(({ description }) => [description.setting.id, description.standing].join()))).toEqual(
      new Set(['unsupervised,served', 'supervised:n=1,reference']),
    );
  });

  test('two configurations of a method, told apart by name', async () => {
    const methods = [
      { id: 'padim', name: 'small', config: { dims: 10 } },
      { id: 'padim', config: { dims: 20 } },
    ];
    const { jobs } = await expand({ methods, datasets: [{ folder: mvtec, categories: ['grid'] }] });
    expect(jobs.map(({ description: { method } }) => [method.name, method.config.dims])).toEqual([
      ['small', 10],
      ['padim', 20],
    ]);
  });

  describe('a weights file', () => {
    const WEIGHTS = 'r18.safetensors';
    const places = ['one', 'same', 'other'].map((content) => written({ [WEIGHTS]: content.replace('same', 'one') }));
    const at = async (base: string, weights = WEIGHTS) => {
      const backbones = [{ architecture: 'resnet18' as const, weights }];
      const config = parseGridConfig({ methods: ['patchcore'], datasets: [mvtec], backbones });
      const { jobs } = await expandGrid(config, { locate: (path) => (path === mvtec ? path : join(base, path)) });
      return jobs[0]!;
    };

    test('counts by its bytes and its name in the configuration, and is opened where that lies', async () => {
      const [one, same, other] = await Promise.all(places.map((base) => at(base)));
      expect(one?.description.method.weights).toBe(await sha256(new TextEncoder().encode('one')));
      expect(same).toEqual({ ...one, weights: join(places[1]!, WEIGHTS) });
      expect(other?.id).not.toBe(one?.id);
      expect((await expand({})).jobs[0]?.description.method).not.toHaveProperty('weights');
    });

    test('counts with the shards beside it', async () => {
      const model = { modelTopology: { model_config: { config: { layers: [] } } } };
      const json = JSON.stringify({ ...model, weightsManifest: [{ paths: ['a.bin'], weights: [] }] });
      const [one, other] = await Promise.all(
        ['x', 'y'].map((shard) => at(written({ 'model.json': json, 'a.bin': shard }), 'model.json')),
      );
      expect(other?.id).not.toBe(one?.id);
    });

    test('that is not there is told before anything runs', async () => {
      await expect(at(places[0]!, 'r50.pth')).rejects.toMatchObject({ code: 'WEIGHTS_MISSING' });
    });

    test('of other bytes than the job was made for is refused', async () => {
      const job = await at(places[0]!);
      const work = methodWork({ workers: 1, cacheFolder: '' });
      const elsewhere = { ...job, weights: join(places[2]!, WEIGHTS) };
      await expect(work(elsewhere, new AbortController().signal, () => {})).rejects.toMatchObject({
        code: 'RESULTS_MISMATCH',
        path: elsewhere.weights,
      });
    });
  });
});

describe('datasets of every layout', () => {
  const LAYOUTS: [name: string, fake: Fake, categories: string[], options?: object][] = [
    ['mvtec_loco', fakeLoco(), ['pushpins']],
    ['autovi', fakeAutoVi(), ['pipe_clip']],
    ['btad', fakeBtad(), ['01', '02', '03']],
    ['mtd', fakeMtd(), ['mtd'], { split: 'random80' }],
    ['visa', fakeVisa(), ['candle', 'pcb3']],
    ['dagm', fakeDagm(), ['Class1', 'Class10']],
    ['ksdd', fakeKsdd(), ['ksdd'], { fold: 2 }],
    ['ksdd2', fakeKsdd2(), ['ksdd2']],
    ['elpv', fakeElpv(), ['mono', 'poly'], { categories: ['mono', 'poly'] }],
    ['aitex', fakeAitex(), ['aitex']],
    ['mvtec_ad2', fakeMvtecAd2(), ['can']],
    ['manifest', fakeManifest(), ['left'], { categories: ['left'] }],
  ];

  test.each(LAYOUTS)('%s', async (layout, fake, categories, options = {}) => {
    const folder = written(fake, 'some-folder');
    const { jobs, skipped } = await expand({ datasets: [{ folder, ...options }] });
    expect(skipped).toEqual([]);
    const name = layout === 'manifest' ? 'some-folder' : layout;
    expect(
      jobs.map(({ description: { dataset } }) => [dataset.id, dataset.name, dataset.layout, ...dataset.categories]),
    ).toEqual(categories.map((category) => [name, name, layout, category]));
    expect(jobs[0]?.description.dataset).toMatchObject(
      options === undefined ? {} : { ...options, categories: [categories[0]] },
    );
    const [dataset] = await openJob(jobs[0]!);
    expect(dataset?.train.length).toBeGreaterThan(0);
    expect(dataset?.test.every(({ category }) => category === categories[0])).toBe(true);
  });

  test('repeats of a random split are other splits of the same images', async () => {
    const { jobs } = await expand({ datasets: [{ folder: written(fakeElpv()), split: 'p0-vs-rest' }], seeds: [0, 1] });
    const [one, two] = await Promise.all(jobs.map(async (job) => (await openJob(job))[0]?.train.map(({ id }) => id)));
    expect(one).not.toEqual(two);
    expect(jobs[0]?.description.dataset).toEqual(jobs[1]?.description.dataset);
    const [other] = await openJob({ ...jobs[0]!, description: { ...jobs[0]!.description, baseSeed: 1 } });
    expect(other?.train.map(({ id }) => id)).not.toEqual(one);
  });

  test('a repeat of a random split is opened once, however many settings it is for', async () => {
    const config = parseGridConfig({ methods: ['patchcore'], datasets: [written(fakeElpv()), mvtec] });
    const [drawn, given] = await placesOf(config, { locate: (path) => path });
    expect(await drawn?.at(1)).toBe(await drawn?.at(1));
    expect(await drawn?.at(1)).not.toEqual(await drawn?.at(2));
    expect(await given?.at(1)).toBe(await given?.at(0));
  });

  test('a folder of good images alone cannot be evaluated on', async () => {
    const folder = written({ 'a.png': fakeMvtecAd()['bottle/train/good/000.png']! }, 'good');
    await expect(expand({ datasets: [folder] })).rejects.toMatchObject({ code: 'FOLDER_EMPTY' });
  });
});

describe('what cannot be is left out and said', () => {
  test('settings that a method does not serve', async () => {
    const settings = ['unsupervised', 'few-shot:m=2', 'continual:order=grid>cable'];
    const grid = await expand({ methods: ['patchcore', 'fastflow', 'stpm'], settings });
    expect(grid.skipped.map(({ what }) => what)).toEqual([
      'fastflow, continual:order=grid>cable',
      'stpm, continual:order=grid>cable',
    ]);
    expect(grid.skipped[0]).toMatchObject({
      code: 'SETTING_NOT_SERVED',
      reason: expect.stringMatching(/fastflow does not serve the setting continual\. It serves unsupervised/),
      unserved: { method: 'fastflow', setting: 'continual:order=grid>cable' },
    });
    const continual = grid.jobs.filter(({ description }) => description.setting.id.startsWith('continual'));
    expect(continual.map(({ description }) => description.method.id)).toEqual(['patchcore']);
  });

  test('images that do not fit a setting', async () => {
    const grid = await expand({
      datasets: [mvtec, written(fakeMtd())],
      settings: ['unsupervised', 'noisy:percent=5', 'continual'],
    });
    const misfit = (what: string, reason: string) => ({
      what,
      code: 'BAD_ARGUMENT',
      reason: expect.stringContaining(reason),
    });
    expect(grid.skipped).toEqual([
      ...['bottle', 'cable', 'grid'].map((category) =>
        misfit(`mvtec_ad/${category}, noisy:percent=5`, '5 % of noise in 3 normal images'),
      ),
      misfit('mvtec_ad/bottle+cable+grid, continual', 'no category "capsule"'),
      misfit('mtd, noisy:percent=5', 'is no image'),
      misfit('mtd, continual', 'continual: 1 category'),
    ]);
    expect(grid.jobs.map(({ description }) => description.setting.id)).toEqual(Array(4).fill('unsupervised'));
  });

  test('a folder that only has the name of a published dataset gets neither its draws nor its numbers', async () => {
    const bottle = Object.entries(fakeMvtecAd(['bottle'])).map(([path, bytes]) => [path.replace('bottle/', ''), bytes]);
    const named = written(Object.fromEntries(bottle), 'btad');
    const { jobs, skipped } = await expand({ datasets: [named] });
    expect(jobs[0]?.description.dataset).toMatchObject({ id: 'btad (own)', name: 'btad', layout: 'mvtec' });
    expect(skipped).toEqual([
      {
        what: 'btad, published numbers',
        code: 'LAYOUT_UNKNOWN',
        reason: expect.stringContaining('"layout": "btad"'),
      },
    ]);
    const told = await expand({ datasets: [{ folder: named, layout: 'mvtec_ad' }] });
    expect(told.jobs[0]?.description.dataset.id).toBe('mvtec_ad');
    expect(told.skipped).toEqual([]);
  });

  test('folders that look like categories and are none', async () => {
    const { 'bottle/train/good/000.png': image } = fakeMvtecAd(['bottle']);
    const folder = written(
      { ...fakeMvtecAd(['bottle']), 'nut/test/crack/0.png': image!, 'bolt/trian/good/0.png': image! },
      'parts',
    );
    mkdirSync(join(folder, 'gear/train/good'), { recursive: true });
    const { jobs, skipped } = await expand({ datasets: [folder] });
    expect(jobs.map(({ description }) => description.dataset.categories)).toEqual([['bottle']]);
    expect(skipped).toEqual([
      { what: 'mvtec_ad/bolt', code: 'NO_GOOD_IMAGES', reason: expect.stringContaining(`${folder}/bolt: its images`) },
      { what: 'mvtec_ad/nut', code: 'NO_GOOD_IMAGES', reason: expect.stringContaining('train/good') },
      { what: 'mvtec_ad/gear', code: 'FOLDER_EMPTY', reason: expect.stringContaining('no file in it') },
    ]);
    const named = await expand({ datasets: [{ folder, categories: ['bottle'] }] });
    expect(named.skipped).toEqual([]);
  });

  test('nothing left is an error', async () => {
    await expect(expand({ methods: ['fastflow', 'stpm'], settings: ['continual'] })).rejects.toMatchObject({
      code: 'SETTING_NOT_SERVED',
      message: expect.stringContaining('no job is left: fastflow, continual'),
      hint: expect.stringMatching(/^fastflow does not serve the setting continual\. It serves unsupervised/),
    });
  });
});

describe('mistakes show before anything runs', () => {
  test.each<[string, Partial<GridOptions>, string, string]>([
    ['unknown method', { methods: ['patchcor'] }, 'BAD_ARGUMENT', "there is no method 'patchcor'"],
    ['option that the method refuses', { methods: [{ id: 'padim', config: { dims: -1 } }] }, 'BAD_CONFIG', 'dims'],
    ['seed among the options', { methods: [{ id: 'padim', config: { seed: 1 } }] }, 'BAD_CONFIG', 'Use "seeds"'],
    ['unknown backbone', { backbones: ['resnet51'] }, 'WEIGHTS_UNKNOWN', 'resnet51'],
    ['unknown setting', { settings: ['zero-shot'] }, 'BAD_CONFIG', 'no learning setting "zero-shot"'],
    [
      'a method twice',
      { methods: ['padim', { id: 'padim', config: { dims: 3 } }] },
      'BAD_CONFIG',
      '"padim" is there twice',
    ],
    ['a setting twice', { settings: ['few-shot:m=1', { kind: 'few-shot', shots: 1 }] }, 'BAD_CONFIG', 'is there twice'],
    ['a repeat twice', { seeds: [1, 1] }, 'BAD_CONFIG', 'is there twice'],
    ['no such folder', { datasets: ['/nowhere/at/all'] }, 'FOLDER_NOT_FOUND', '/nowhere/at/all'],
  ])('%s', async (_, options, code, message) => {
    await expect(expand(options)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('of the datasets', async () => {
    const refused = async (datasets: GridOptions['datasets'], code: string, message: string) => {
      await expect(expand({ datasets })).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    };
    await refused([mvtec, mvtec], 'BAD_CONFIG', '"mvtec_ad" is there twice');
    await refused([{ folder: mvtec, categories: ['bottle', 'bottle'] }], 'BAD_CONFIG', '"bottle" is there twice');
    await refused([{ folder: mvtec, categories: ['bottel'] }], 'CATEGORY_NOT_FOUND', 'There are: bottle, cable, grid');
    await refused([{ folder: mvtec, split: 'random80' }], 'BAD_ARGUMENT', 'random80');
    await refused([{ folder: mvtec, layout: 'mtd' }], 'SPLIT_FOLDER_MISSING', 'mtd');
    const maskless = without(fakeMvtecAd(), 'grid/ground_truth/bent/000_mask.png');
    await refused([written(maskless)], 'MASK_MISSING', 'grid');
  });

  test('a stop is heeded', async () => {
    const config = parseGridConfig({ methods: ['padim'], datasets: [mvtec] });
    const signal = AbortSignal.abort('SIGINT');
    await expect(expandGrid(config, { locate: (path) => path, signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

test('a job refuses other images than it was made for', async () => {
  const folder = written(fakeMvtecAd(['bottle', 'cable']));
  const { jobs } = await expand({ datasets: [folder] });
  const other = written(without(fakeMvtecAd(['bottle', 'cable']), 'bottle/train/good/002.png'));
  await expect(openJob({ ...jobs[0]!, folder: other })).rejects.toMatchObject({
    code: 'RESULTS_MISMATCH',
    path: other,
  });
  expect((await openJob({ ...jobs[1]!, folder: other })).length).toBe(1);
});

describe('a job refuses an edited copy of its dataset', () => {
  const FAKE = fakeMvtecAd(['bottle']);
  const longer = (path: string): Fake => ({ ...FAKE, [path]: Buffer.concat([FAKE[path] as Uint8Array, Buffer.of(0)]) });

  test.each(['train/good/000.png', 'test/bent/000.png', 'ground_truth/glue/000_mask.png'])('in %s', async (path) => {
    const { jobs } = await expand({ datasets: [written(FAKE)] });
    const folder = written(longer(`bottle/${path}`));
    await expect(openJob({ ...jobs[0]!, folder })).rejects.toMatchObject({ code: 'RESULTS_MISMATCH', path: folder });
  });

  test('in the names and rules of masks', async () => {
    const { jobs } = await expand({ datasets: [written(FAKE)] });
    const [dataset] = await openJob(jobs[0]!);
    const at = dataset!.test.findIndex(({ masks }) => masks.length > 0);
    const hashes = [{}, { path: 'elsewhere.png' }, { rule: 'half' as const }].map((change) => {
      const edited = dataset!.test.with(at, {
        ...dataset!.test[at]!,
        masks: dataset!.test[at]!.masks.map((mask) => ({ ...mask, ...change })),
      });
      return imagesHash({ ...dataset!, test: edited });
    });
    expect(new Set(await Promise.all(hashes)).size).toBe(3);
  });

  test('not one that lies in another order or elsewhere', async () => {
    const { jobs } = await expand({ datasets: [written(FAKE)] });
    const [dataset] = await openJob({ ...jobs[0]!, folder: written(FAKE, 'elsewhere') });
    expect(await imagesHash({ ...dataset!, test: dataset!.test.toReversed() })).toBe(await imagesHash(dataset!));
  });
});
