// What holds for the plan of every setting: nothing on both sides, nothing lost, manifests that tell them apart, names of all sorts.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  datasetId,
  datasetIndex,
  parseSetting,
  planSetting,
  type SettingOptions,
  settingId,
  taskManifest,
  taskManifestSchema,
} from '../../src/benchmark/settings/index.js';
import type { Dataset, Sample } from '../../src/data/types.js';
import { fewShot, noisy } from './arbitrary-settings.js';
import { type FakeCounts, fakeIndex } from './fake-index.js';
import { only } from './only-task.js';

const category = fc.record({
  normal: fc.integer({ min: 20, max: 60 }),
  testNormal: fc.integer({ min: 0, max: 5 }),
  anomalous: fc.integer({ min: 2, max: 30 }),
  unlabelled: fc.integer({ min: 0, max: 2 }),
});
const categories = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), category, { minKeys: 2, maxKeys: 4 });
const setting: fc.Arbitrary<SettingOptions> = fc.oneof(
  fc.constant<SettingOptions>({ kind: 'unsupervised' }),
  fc.record({ kind: fc.constant('supervised' as const), anomalies: fc.integer({ min: 1, max: 20 }) }),
  fewShot,
  noisy,
  fc.record({
    kind: fc.constant('continual' as const),
    order: fc.constantFrom('published' as const, 'reversed' as const),
  }),
  fc.record({
    kind: fc.constant('autovi' as const),
    images: fc.integer({ min: 1, max: 99 }),
    augmentation: fc.boolean(),
  }),
);
const choice = fc.record({ repeat: fc.nat(20), baseSeed: fc.nat() });

/** Checks drawn categories under drawn settings. */
function ofPlans(
  numRuns: number,
  check: (
    wanted: Record<string, FakeCounts>,
    options: SettingOptions,
    at: { repeat: number; baseSeed: number },
  ) => void,
): void {
  fc.assert(fc.property(categories, setting, choice, check), { numRuns });
}

describe('of every plan', () => {
  test('nothing is both trained on and tested with, nothing is lost or invented, and the counts are true', () => {
    ofPlans(60, (wanted, options, at) => {
      const index = fakeIndex('own', wanted);
      const known = new Set(index.samples.map(({ id }) => id));
      const plan = planSetting(index, options, at);
      expect(new Set(plan.tasks.map(({ category: name }) => name))).toEqual(new Set(Object.keys(wanted)));
      const overlaps = plan.setting.kind === 'noisy' && plan.setting.overlap;
      for (const task of plan.tasks) {
        const counts = wanted[task.category]!;
        const trained = new Set(task.train.map(({ sample }) => sample.id));
        const tested = new Set(task.test.map(({ id }) => id));
        expect(tested.size).toBe(task.test.length);
        const both = [...trained].filter((id) => tested.has(id));
        expect(both).toEqual(overlaps ? task.draws[0]?.chosen : []);
        expect([...trained, ...tested].every((id) => known.has(id))).toBe(true);
        const { trainNormal, trainAnomalous, testNormal, testAnomalous, unlabelled } = task.counts;
        expect(trainNormal + trainAnomalous).toBe(trained.size);
        expect(testNormal + testAnomalous).toBe(tested.size);
        expect({ testNormal, unlabelled }).toEqual({ testNormal: counts.testNormal, unlabelled: counts.unlabelled });
        expect(testAnomalous + (overlaps ? 0 : trainAnomalous)).toBe(counts.anomalous);
        expect(4 * testAnomalous).toBeGreaterThanOrEqual(counts.anomalous!);
        if (task.draws.length === 0 || trainAnomalous > 0) expect(trainNormal).toBe(counts.normal);
        for (const { sample, role } of task.train) {
          expect(sample.split).toBe('train');
          expect(sample.label).toBe(role === 'anomalous' ? 1 : 0);
        }
      }
    });
  });

  test('the same images in another order, and without the other categories, give the same task', () => {
    ofPlans(30, (wanted, options, at) => {
      const index = fakeIndex('own', wanted);
      const plan = planSetting(index, options, at);
      expect(planSetting({ ...index, samples: index.samples.toReversed() }, options, at)).toEqual(plan);
      expect(index).toEqual(fakeIndex('own', wanted));
      // Plain data: it survives being written down.
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      if (options.kind === 'continual') return;
      for (const task of plan.tasks) {
        const alone = fakeIndex('own', { [task.category]: wanted[task.category]! });
        expect(only(planSetting(alone, options, at))).toEqual(task);
      }
    });
  });

  test('different settings, repeats and seeds have different ids', () => {
    const check = (one: SettingOptions, other: SettingOptions) => {
      const [a, b] = [parseSetting(one), parseSetting(other)];
      expect(settingId(a) === settingId(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(parseSetting(a)).toEqual(a);
    };
    fc.assert(fc.property(setting, setting, check), { numRuns: 300 });
    const index = fakeIndex('own', { part: { normal: 1, anomalous: 1 } });
    const ids = [{}, { repeat: 1 }, { baseSeed: 1 }].map((at) => planSetting(index, { kind: 'unsupervised' }, at).id);
    expect(ids).toEqual([
      'own|unsupervised|repeat=0|seed=66',
      'own|unsupervised|repeat=1|seed=66',
      'own|unsupervised|repeat=0|seed=1',
    ]);
  });

  test('seeds of training and augmentation are their own, and depend on the repeat', () => {
    const index = fakeIndex('own', { part: { normal: 1 } });
    const seeds = [0, 1].flatMap((repeat) =>
      Object.values(only(planSetting(index, { kind: 'autovi' }, { repeat })).seeds),
    );
    expect(new Set(seeds).size).toBe(4);
  });
});

describe('manifests', () => {
  const index = fakeIndex('own', { part: { normal: 9, anomalous: 5 } });
  const hash = (ids: readonly string[] = []) => createHash('sha256').update(ids.join('\n')).digest('hex');

  test('have the hashes of what was drawn, trained on and tested with', async () => {
    const task = only(planSetting(index, { kind: 'few-shot', shots: 2, augmentation: 'flip' }));
    const manifest = await taskManifest(task);
    expect(manifest).toMatchObject({ task: task.id, counts: task.counts, capped: null, notes: [], seeds: task.seeds });
    const drawn = hash(task.draws[0]?.chosen);
    expect(manifest.draws).toEqual([{ ...task.draws[0], sha256: drawn }]);
    const trained = hash(task.train.map(({ sample }) => sample.id));
    const tested = hash(task.test.map(({ id }) => id));
    expect(manifest).toMatchObject({ trainSha256: trained, testSha256: tested });
    expect(manifest.sha256).toBe(hash([task.id, drawn, trained, tested]));
  });

  test('of every setting fit their schema, and are told apart by their hash', async () => {
    const many: SettingOptions[] = [
      { kind: 'unsupervised' },
      { kind: 'supervised', anomalies: 2 },
      { kind: 'supervised', anomalies: 9 },
      { kind: 'few-shot', shots: 2 },
      { kind: 'few-shot', shots: 2, augmentation: 'flip' },
      { kind: 'noisy', percent: 20 },
      { kind: 'noisy', percent: 20, overlap: true },
      { kind: 'autovi', images: 4 },
    ];
    const choices = [{}, { repeat: 1 }, { baseSeed: 4294967295 }];
    const manifests = await Promise.all(
      many.flatMap((options) => choices.map((at) => taskManifest(only(planSetting(index, options, at))))),
    );
    for (const manifest of manifests) {
      expect(taskManifestSchema.parse(manifest)).toEqual(manifest);
      expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
    }
    expect(new Set(manifests.map(({ sha256 }) => sha256)).size).toBe(manifests.length);
  });
});

describe('what a table must say besides', () => {
  test('nothing, as a rule', () => {
    const index = fakeIndex('own', { part: { normal: 100, anomalous: 20 } });
    for (const kind of ['unsupervised', 'supervised', 'autovi'] as const)
      expect(only(planSetting(index, { kind })).notes).toEqual([]);
  });

  test('that a number was capped, and images of unknown label left out', () => {
    const index = fakeIndex('own', { part: { normal: 100, anomalous: 4, unlabelled: 2 } });
    expect(only(planSetting(index, { kind: 'noisy', percent: 20 })).notes).toEqual([
      '3 of the 20 images asked for: at most three quarters of the 4 anomalous test images are trained on',
      'test images of unknown label, left out: 2',
    ]);
  });

  test('that items are on both sides', () => {
    const { dataset, samples } = fakeIndex('ksdd', { ksdd: { normal: 40, anomalous: 8 } });
    const grouped = samples.map((sample) => (sample.label === 1 ? { ...sample, group: 'kos01' } : sample));
    const notes = (options: SettingOptions) => only(planSetting({ dataset, samples: grouped }, options)).notes;
    expect(notes({ kind: 'noisy', percent: 5 })).toEqual([
      'items of which some images are trained on and others tested with: 1',
    ]);
    expect(notes({ kind: 'unsupervised' })).toEqual([]);
  });
});

describe('names may be anything', () => {
  const counts = { normal: 9, anomalous: 6 };
  test.each(['constructor', '__proto__', 'toString', 'a b', '%7c', '.', 'ß', '\u0000'])('%j', (name) => {
    const index = fakeIndex(name, { [`${name}1`]: counts, [`${name}0`]: counts });
    for (const kind of ['unsupervised', 'supervised', 'continual', 'autovi'] as const) {
      const { tasks } = planSetting(index, { kind });
      expect(tasks.map(({ category }) => category)).toEqual([`${name}0`, `${name}1`]);
    }
    const [autovi] = planSetting(fakeIndex('autovi', Object.fromEntries([[name, counts]])), { kind: 'autovi' }).tasks;
    expect(autovi).toMatchObject({ category: name, window: null });
  });
});

test('images of two categories may have the same name', () => {
  const { samples } = fakeIndex('own', { a: { normal: 3 } });
  const both = [...samples, ...samples.map((sample) => ({ ...sample, category: 'b' }))];
  const { tasks } = planSetting({ dataset: 'own', samples: both }, { kind: 'few-shot', shots: 2 });
  expect(tasks.map(({ category, counts }) => [category, counts.trainNormal])).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});

test('published datasets go by their layout, other data by their own name', () => {
  expect(datasetId('mvtec_ad', 'mvtec_anomaly_detection')).toBe('mvtec_ad');
  expect(datasetId('mvtec', 'screws')).toBe('screws');
  expect(datasetId('manifest', 'screws')).toBe('screws');
  expect(datasetId('mvtec', 'btad')).toBe('btad (own)');
  expect(datasetId('folder', 'visa')).toBe('visa (own)');
  expect(datasetId('btad', 'anything')).toBe('btad');
});

test('opened datasets make an index', () => {
  const { samples } = fakeIndex('own', { a: { normal: 2 }, b: { normal: 1, anomalous: 4 } });
  const part = (name: string): Dataset => {
    const own = samples.filter(({ category: found }) => found === name);
    const of = (split: string) => own.filter((sample) => sample.split === split);
    const setAside: Sample[] = [{ ...own[0]!, id: `${name}/aside.png`, label: 1 }];
    return { layout: 'mvtec', name, train: of('train'), test: of('test'), setAside, hasMasks: true, warnings: [] };
  };
  const { tasks: supervised } = planSetting(datasetIndex('own', [part('a')]), { kind: 'supervised' });
  expect(supervised[0]?.draws[0]?.chosen).toEqual(['a/aside.png']);
  const { tasks } = planSetting(datasetIndex('own', [part('b'), part('a')]), { kind: 'unsupervised' });
  expect(tasks.map(({ category: name, counts }) => [name, counts.trainNormal])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
});
