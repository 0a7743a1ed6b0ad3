// The learning settings: sampling against the vectors, numbers of images against the benchmark's, and what holds for every plan.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUTOVI_TRAINING_SIZES,
  checkServes,
  claimOf,
  datasetId,
  datasetIndex,
  FEW_SHOT_AUGMENTATIONS,
  parseSetting,
  planSetting,
  readSetting,
  repeatsOf,
  SETTING_KINDS,
  type SettingOptions,
  type SettingPlan,
  serves,
  settingId,
  taskManifest,
  taskManifestSchema,
} from '../../src/benchmark/settings/index.js';
import { AUTOVI_AUGMENTATION, augment, augmentRandom } from '../../src/data/augment/index.js';
import type { Dataset, Sample } from '../../src/data/types.js';
import { methodInfos } from '../../src/methods/registry.js';
import { readFixture } from '../helpers/fixture.js';
import { fewShot, noisy, PERCENT } from './arbitrary-settings.js';
import { type FakeCounts, fakeIndex, numberOf } from './fake-index.js';

interface Vectors {
  draws: { base_seed: number; key: string; state: number; population: number; count: number; indices: number[] }[];
}

const only = (plan: SettingPlan) => {
  expect(plan.tasks).toHaveLength(1);
  return plan.tasks[0]!;
};

describe('draws are those of the sampling vectors', () => {
  const { draws } = readFixture<Vectors>('sampling_vectors.json');
  const settings: Record<string, SettingOptions> = {
    'few-shot': { kind: 'few-shot', shots: 8 },
    supervised: { kind: 'supervised' },
    noise: { kind: 'noisy', percent: 10 },
  };
  const served = draws.filter(({ key }) => key.split('|')[2]! in settings);

  test('all purposes of settings occur', () => {
    expect(new Set(served.map(({ key }) => key.split('|')[2]))).toEqual(new Set(Object.keys(settings)));
  });

  test.each(served)('$key', ({ base_seed, key, state, population, indices }) => {
    const [dataset = '', category = '', purpose = '', repeat] = key.split('|');
    const counts: FakeCounts = purpose === 'few-shot' ? { normal: population } : { normal: 128, anomalous: population };
    const index = fakeIndex(dataset, { [category]: counts });
    const plan = planSetting(index, settings[purpose]!, { repeat: Number(repeat), baseSeed: base_seed });
    const [draw] = only(plan).draws;
    expect(draw).toMatchObject({ key, state, population });
    expect(draw?.chosen.map(numberOf)).toEqual(indices);
  });
});

/** Normal, anomalous, the cap, and the number of noisy images at 5, 10, 15 and 20 per cent. */
const NOISE: [category: string, normal: number, anomalous: number, cap: number, noisy: number[]][] = [
  ['bottle', 209, 63, 47, [10, 20, 31, 41]],
  ['cable', 224, 92, 69, [11, 22, 33, 44]],
  ['capsule', 219, 109, 81, [10, 21, 32, 43]],
  ['carpet', 280, 89, 66, [14, 28, 42, 56]],
  ['grid', 264, 57, 42, [13, 26, 39, 42]],
  ['hazelnut', 391, 70, 52, [19, 39, 52, 52]],
  ['leather', 245, 92, 69, [12, 24, 36, 49]],
  ['metal_nut', 220, 93, 69, [11, 22, 33, 44]],
  ['pill', 267, 141, 105, [13, 26, 40, 53]],
  ['screw', 320, 119, 89, [16, 32, 48, 64]],
  ['tile', 230, 84, 63, [11, 23, 34, 46]],
  ['toothbrush', 60, 30, 22, [3, 6, 9, 12]],
  ['transistor', 213, 40, 30, [10, 21, 30, 30]],
  ['wood', 247, 60, 45, [12, 24, 37, 45]],
  ['zipper', 240, 119, 89, [12, 24, 36, 48]],
  ['bracket_black', 289, 47, 35, [14, 28, 35, 35]],
  ['bracket_brown', 185, 51, 38, [9, 18, 27, 37]],
  ['bracket_white', 110, 30, 22, [5, 11, 16, 22]],
  ['connector', 128, 14, 10, [6, 10, 10, 10]],
  ['metal_plate', 54, 71, 53, [2, 5, 8, 10]],
  ['tubes', 122, 69, 51, [6, 12, 18, 24]],
];

describe('noisy', () => {
  test.each(NOISE)('%s has as many noisy images as IM-IAD', (category, normal, anomalous, cap, expected) => {
    const index = fakeIndex('mvtec_ad', { [category]: { normal, anomalous } });
    const tasks = PERCENT.map((percent) => only(planSetting(index, { kind: 'noisy', percent })));
    expect(tasks.map(({ counts }) => counts.trainAnomalous)).toEqual(expected);
    tasks.forEach(({ capped }, i) => {
      const wanted = Math.floor((PERCENT[i]! * normal) / 100);
      if (wanted > cap) expect(capped).toMatchObject({ wanted, used: cap });
      else expect(capped).toBeNull();
    });
    const [most] = tasks[3]!.draws;
    for (const { draws } of tasks) expect(most?.chosen.slice(0, draws[0]?.chosen.length)).toEqual(draws[0]?.chosen);
  });

  test('noise is trained on as normal, without masks, and not tested', () => {
    const task = only(
      planSetting(fakeIndex('mpdd', { tubes: { normal: 122, anomalous: 69 } }), { kind: 'noisy', percent: 5 }),
    );
    const noise = task.train.filter(({ role }) => role === 'noise');
    expect(noise.map(({ sample }) => sample.id)).toEqual(task.draws[0]?.chosen);
    expect(
      noise.every(({ sample }) => sample.label === 0 && sample.masks.length === 0 && sample.split === 'train'),
    ).toBe(true);
    expect(task.counts).toEqual({
      trainNormal: 122,
      trainAnomalous: 6,
      testNormal: 1,
      testAnomalous: 63,
      unlabelled: 0,
    });
  });

  test('nothing but its name and pixels is left of an anomaly among the noise', () => {
    const { dataset, samples } = fakeIndex('mvtec_loco', { pushpins: { normal: 40, anomalous: 9 } });
    const grouped = samples.map((sample) =>
      sample.label === 1 ? { ...sample, anomalyGroup: 'logical' as const } : sample,
    );
    const [clean] = samples;
    const { train } = only(planSetting({ dataset, samples: grouped }, { kind: 'noisy', percent: 10 }));
    const noise = train.filter(({ role }) => role === 'noise');
    expect(noise).toHaveLength(4);
    for (const { sample } of noise) {
      const { id, image } = sample;
      expect(sample).toEqual({ ...clean, id, image });
    }
  });

  test('the share may be of all training images', () => {
    const index = fakeIndex('own', { part: { normal: 80, anomalous: 100 } });
    const task = only(planSetting(index, { kind: 'noisy', percent: 20, ratioOf: 'total' }));
    expect(task.counts).toMatchObject({ trainNormal: 80, trainAnomalous: 20 });
  });

  test('overlap keeps the noisy images in the test set', () => {
    const index = fakeIndex('own', { part: { normal: 100, anomalous: 20 } });
    const apart = only(planSetting(index, { kind: 'noisy', percent: 10 }));
    const overlapping = only(planSetting(index, { kind: 'noisy', percent: 10, overlap: true }));
    expect(overlapping.train).toEqual(apart.train);
    expect(overlapping.counts.testAnomalous).toBe(20);
    expect(apart.counts.testAnomalous).toBe(10);
    expect(overlapping.id).not.toBe(apart.id);
  });
});

describe('supervised', () => {
  test('ten anomalies with masks move from test to training', () => {
    const index = fakeIndex('mvtec_ad', { screw: { normal: 320, testNormal: 41, anomalous: 119 } });
    const task = only(planSetting(index, { kind: 'supervised' }));
    expect(task.counts).toMatchObject({ trainNormal: 320, trainAnomalous: 10, testNormal: 41, testAnomalous: 109 });
    const anomalies = task.train.filter(({ role }) => role === 'anomalous');
    expect(anomalies.every(({ sample }) => sample.label === 1 && sample.masks.length === 1)).toBe(true);
  });

  test('three quarters of the anomalies at most', () => {
    const of = (anomalous: number) => fakeIndex('own', { part: { normal: 9, anomalous } });
    expect(only(planSetting(of(14), { kind: 'supervised' })).capped).toBeNull();
    expect(only(planSetting(of(13), { kind: 'supervised' })).capped).toMatchObject({ wanted: 10, used: 9 });
    expect(only(planSetting(of(2), { kind: 'supervised' })).counts).toMatchObject({
      trainAnomalous: 1,
      testAnomalous: 1,
    });
  });

  describe('of a dataset that has anomalies in its training part', () => {
    const { dataset, samples } = fakeIndex('ksdd2', { ksdd2: { normal: 20, anomalous: 9 } });
    const aside = (count: number) =>
      Array.from({ length: count }, (_, i): Sample => {
        const id = `train/${String(i).padStart(4, '0')}.png`;
        const masks = [{ source: `${id}.mask`, rule: 'nonzero' as const }];
        return { id, category: 'ksdd2', split: 'train', label: 1, defectType: 'defect', image: id, masks };
      });

    test('draws from those, and tests all that there is to test', () => {
      const index = { dataset, samples, setAside: aside(30) };
      const task = only(planSetting(index, { kind: 'supervised' }));
      expect(task.counts).toMatchObject({ trainNormal: 20, trainAnomalous: 10, testAnomalous: 9 });
      expect(task.draws[0]).toMatchObject({ key: 'ksdd2|ksdd2|supervised|0', population: 30 });
      const anomalies = task.train.filter(({ role }) => role === 'anomalous').map(({ sample }) => sample);
      expect(anomalies.map(({ id }) => id)).toEqual(task.draws[0]?.chosen);
      expect(anomalies.every(({ label, masks }) => label === 1 && masks.length === 1)).toBe(true);
      expect(new Set(anomalies.map(({ id }) => id)).size).toBe(10);
      const reversed = { ...index, setAside: index.setAside.toReversed() };
      expect(only(planSetting(reversed, { kind: 'supervised' }))).toEqual(task);
    });

    test('takes all of them where they are fewer, and says so', () => {
      const task = only(planSetting({ dataset, samples, setAside: aside(4) }, { kind: 'supervised' }));
      expect(task.capped).toMatchObject({ wanted: 10, used: 4 });
      expect(task.notes).toEqual(['4 of the 10 images asked for: there are no more anomalous training images']);
    });

    test('no other setting sees them', () => {
      for (const options of [
        { kind: 'unsupervised' },
        { kind: 'noisy', percent: 10 },
        { kind: 'few-shot', shots: 8 },
        { kind: 'autovi' },
      ] as const) {
        const plain = planSetting({ dataset, samples }, options);
        expect(planSetting({ dataset, samples, setAside: aside(5) }, options)).toEqual(plain);
      }
    });

    test.each<[string, Partial<Sample>]>([
      ['is not anomalous', { label: 0 }],
      ['is for testing', { split: 'test' }],
    ])('refuses one set aside that %s', (_, change) => {
      const setAside = aside(3).map((sample, i) => (i === 1 ? { ...sample, ...change } : sample));
      const refusal = {
        code: 'BAD_ARGUMENT',
        message: expect.stringMatching(/ksdd2\/ksdd2.*train\/0001\.png is set aside/),
      };
      expect(() => planSetting({ dataset, samples, setAside }, { kind: 'unsupervised' })).toThrow(
        expect.objectContaining(refusal),
      );
    });

    test('refuses one that is tested too', () => {
      const [tested] = samples.filter(({ label }) => label === 1);
      const setAside = [{ ...tested!, split: 'train' as const }];
      expect(() => planSetting({ dataset, samples, setAside }, { kind: 'supervised' })).toThrow(/BAD_ARGUMENT.*twice/);
    });
  });

  test('is drawn independently of noise, and of other repeats and base seeds', () => {
    const index = fakeIndex('own', { part: { normal: 100, anomalous: 90 } });
    const chosen = (setting: SettingOptions, choice = {}) => only(planSetting(index, setting, choice)).draws[0]?.chosen;
    const supervised = chosen({ kind: 'supervised' });
    expect(chosen({ kind: 'noisy', percent: 10 })).not.toEqual(supervised);
    expect(chosen({ kind: 'supervised' }, { repeat: 1 })).not.toEqual(supervised);
    expect(chosen({ kind: 'supervised' }, { baseSeed: 1 })).not.toEqual(supervised);
  });
});

describe('few-shot', () => {
  const index = fakeIndex('mvtec_ad', { bottle: { normal: 209, testNormal: 20, anomalous: 63 } });

  test('1, 2, 4 and 8 shots are nested', () => {
    const chosen = ([1, 2, 4, 8] as const).map(
      (shots) => only(planSetting(index, { kind: 'few-shot', shots })).draws[0]?.chosen ?? [],
    );
    expect(chosen.map(({ length }) => length)).toEqual([1, 2, 4, 8]);
    for (const some of chosen) expect(chosen[3]?.slice(0, some.length)).toEqual(some);
  });

  test('all images where there are fewer', () => {
    const task = only(planSetting(fakeIndex('own', { part: { normal: 3 } }), { kind: 'few-shot', shots: 8 }));
    expect(task.counts.trainNormal).toBe(3);
    expect(task.capped).toMatchObject({ wanted: 8, used: 3 });
  });

  test.each(FEW_SHOT_AUGMENTATIONS)('%s: five copies of each image, or one', (augmentation) => {
    const task = only(planSetting(index, { kind: 'few-shot', shots: 2, augmentation }));
    const copies = augmentation === 'none' ? [0] : [0, 1, 2, 3, 4];
    expect(task.train.map(({ copy }) => copy)).toEqual([...copies, ...copies]);
    expect(task.augmentation).toBe(augmentation === 'none' ? 'none' : 'copies');
    expect(task.counts).toMatchObject({ trainNormal: 2, testNormal: 20, testAnomalous: 63 });
    expect(task.train[0]?.steps).toHaveLength(augmentation === 'colorJitter' ? 1 : 0);
  });

  test('rotations by 72 degrees, which start anew for each image', () => {
    const task = only(planSetting(index, { kind: 'few-shot', shots: 2, augmentation: 'rotation' }));
    const turns = [0, 1, 2, 3, 4].map((i) => (i === 0 ? [] : [{ kind: 'rotate', degrees: [72 * i, 72 * i] }]));
    expect(task.train.map(({ steps }) => steps)).toEqual([...turns, ...turns]);
  });

  test("the benchmark's code piles them up", () => {
    const setting = { kind: 'few-shot', shots: 2, augmentation: 'rotation', protocol: 'im-iad-code' } as const;
    const task = only(planSetting(index, setting));
    expect(task.train.map(({ steps }) => steps.length)).toEqual([0, 1, 2, 3, 4, 4, 5, 6, 7, 8]);
    const degrees = task.train.at(-1)?.steps.map((step) => (step.kind === 'rotate' ? step.degrees[0] : null));
    expect(degrees).toEqual([72, 144, 216, 288, 72, 144, 216, 288]);
  });

  test('copies are made as the docs say, each by its own numbers', () => {
    const task = only(planSetting(index, { kind: 'few-shot', shots: 1, augmentation: 'colorJitter' }));
    const image = { width: 2, height: 2, data: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) };
    const made = task.train.map(({ sample, steps, copy }) =>
      augment({ image }, steps, augmentRandom(task.seeds.augment, sample.id, copy)).image.data.join(),
    );
    expect(new Set(made).size).toBe(5);
  });
});

describe('continual', () => {
  const setting = { kind: 'continual' } as const;
  const counts = { normal: 2, anomalous: 1 };
  const loco = ['breakfast_box', 'screw_bag', 'pushpins', 'splicing_connectors', 'juice_bottle'];
  const index = fakeIndex('mvtec_loco', Object.fromEntries(loco.toSorted().map((name) => [name, counts])));
  const namesOf = ({ tasks }: SettingPlan) => tasks.map(({ category }) => category);

  test('one model learns in the published order and is tested on all it has learned', () => {
    const plan = planSetting(index, setting);
    expect(namesOf(plan)).toEqual(loco);
    expect(plan.models).toBe('one');
    expect(plan.evaluations).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4]]);
    for (const { train, category } of plan.tasks)
      expect(train.every(({ sample }) => sample.category === category)).toBe(true);
  });

  test('reversed, in an order of names, or by name where none is published', () => {
    expect(namesOf(planSetting(index, { ...setting, order: 'reversed' }))).toEqual(loco.toReversed());
    expect(namesOf(planSetting(index, { ...setting, order: ['pushpins', 'juice_bottle'] }))).toEqual([
      'pushpins',
      'juice_bottle',
    ]);
    expect(namesOf(planSetting(fakeIndex('own', { b: counts, a: counts }), setting))).toEqual(['a', 'b']);
    const classes = Array.from({ length: 10 }, (_, i): [string, FakeCounts] => [`Class${i + 1}`, counts]);
    expect(namesOf(planSetting(fakeIndex('dagm', Object.fromEntries(classes)), setting)).at(-1)).toBe('Class10');
  });

  test.each<[string, Record<string, FakeCounts>, SettingOptions, RegExp]>([
    ['a category is missing', { '01': counts, '02': counts }, setting, /no category "03".*There are: 01, 02/],
    ['there is one too many', { '01': counts, '02': counts, '03': counts, '04': counts }, setting, /"04" is not in/],
    [
      'one is named twice',
      { '01': counts, '02': counts },
      { ...setting, order: ['01', '01'] },
      /named twice in 01, 01/,
    ],
  ])('refuses when %s', (_, categories, options, message) => {
    const planning = () => planSetting(fakeIndex('btad', categories), options);
    expect(planning).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  test('refuses a dataset of one category', () => {
    expect(() => planSetting(fakeIndex('mtd', { mtd: counts }), setting)).toThrow(/BAD_ARGUMENT.*mtd.*1 category/);
  });
});

describe('autovi', () => {
  const index = fakeIndex('autovi', {
    pipe_clip: { normal: 195, anomalous: 3 },
    tank_screw: { normal: 100, anomalous: 2 },
  });

  test('all images, at the released windows', () => {
    const { tasks } = planSetting(index, { kind: 'autovi' });
    expect(tasks.map(({ counts, window, draws }) => [counts.trainNormal, window, draws])).toEqual([
      [195, [400, 400], []],
      [100, [1000, 750], []],
    ]);
    expect(only(planSetting(fakeIndex('own', { pipe_clip: { normal: 1 } }), { kind: 'autovi' })).window).toBeNull();
  });

  test('training sets of growing size are nested and end with all images', () => {
    const sizes = AUTOVI_TRAINING_SIZES.map((images) => planSetting(index, { kind: 'autovi', images }).tasks[1]!);
    expect(sizes.map(({ counts }) => counts.trainNormal)).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100]);
    expect(sizes.map(({ capped }) => capped?.used ?? null)).toEqual([...Array(7).fill(null), 100, null]);
    const chosen = sizes.slice(0, -1).map(({ draws }) => draws[0]?.chosen);
    for (const some of chosen) expect(chosen.at(-1)?.slice(0, some?.length)).toEqual(some);
    expect(sizes[0]?.draws[0]?.key).toBe('autovi|tank_screw|subset|0');
  });

  test('the augmentation is drawn anew in each epoch', () => {
    const [task] = planSetting(index, { kind: 'autovi', augmentation: true }).tasks;
    expect(task?.augmentation).toBe('each-epoch');
    expect(task?.train.every(({ steps }) => steps === AUTOVI_AUGMENTATION)).toBe(true);
  });
});

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

describe('bad input', () => {
  const good = fakeIndex('own', { part: { normal: 20, anomalous: 20 } });

  test.each<[unknown, RegExp]>([
    [undefined, /setting: must have a kind/],
    [{ kind: 'zero-shot' }, /setting.*must have a kind: unsupervised, supervised, few-shot/],
    [{ kind: 'unsupervised', shots: 1 }, /setting\.shots/],
    [{ kind: 'few-shot' }, /setting\.shots: must be 1, 2, 4 or 8/],
    [{ kind: 'few-shot', shots: 3 }, /setting\.shots: must be 1, 2, 4 or 8/],
    [{ kind: 'few-shot', shots: 1, augmentation: 'blur' }, /setting\.augmentation: must be one of none, rotation/],
    [{ kind: 'few-shot', shots: 1, protocol: 'code' }, /setting\.protocol: must be paper or im-iad-code/],
    [{ kind: 'supervised', anomalies: 0 }, /setting\.anomalies: must be a whole number from 1/],
    [{ kind: 'supervised', anomalies: 2.5 }, /setting\.anomalies: must be a whole number from 1/],
    [{ kind: 'noisy', percent: 0.05 }, /setting\.percent: must be 5, 10, 15 or 20/],
    [{ kind: 'noisy', percent: 5, ratioOf: 'test' }, /setting\.ratioOf: must be normal or total/],
    [{ kind: 'noisy', percent: 5, overlap: 1 }, /setting\.overlap: must be true or false/],
    [{ kind: 'continual', order: ['a'] }, /setting\.order: must be published, reversed/],
    [{ kind: 'autovi', images: 0 }, /setting\.images: must be all, or a whole number from 1/],
  ])('refuses %o', (options, message) => {
    const expected = expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) });
    expect(() => parseSetting(options)).toThrow(expected);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 32])('refuses repeat and base seed %d', (value) => {
    for (const name of ['repeat', 'baseSeed']) {
      const expected = expect.objectContaining({ code: 'BAD_ARGUMENT', path: name });
      expect(() => planSetting(good, { kind: 'unsupervised' }, { [name]: value })).toThrow(expected);
    }
  });

  const [first] = good.samples;
  const noisy = { kind: 'noisy', percent: 5 } as const;
  test.each<[string, typeof good, SettingOptions, string, RegExp]>([
    ['no images', { dataset: 'own', samples: [] }, { kind: 'unsupervised' }, 'FOLDER_EMPTY', /own/],
    [
      'an image twice',
      { ...good, samples: [...good.samples, { ...first!, split: 'test' }] },
      { kind: 'unsupervised' },
      'BAD_ARGUMENT',
      /train\/good\/0000\.png.*twice/,
    ],
    [
      'an anomaly in training',
      { dataset: 'own', samples: [{ ...first!, label: 1 }] },
      { kind: 'unsupervised' },
      'ANOMALY_IN_TRAIN',
      /0000\.png is not normal/,
    ],
    [
      'no training images',
      fakeIndex('own', { part: { normal: 0 } }),
      { kind: 'unsupervised' },
      'NO_GOOD_IMAGES',
      /own\/part/,
    ],
    [
      'no labelled test images',
      fakeIndex('own', { part: { normal: 1, testNormal: 0, unlabelled: 3 } }),
      { kind: 'unsupervised' },
      'FOLDER_EMPTY',
      /own\/part/,
    ],
    [
      'one anomaly to learn from',
      fakeIndex('own', { part: { normal: 9, anomalous: 1 } }),
      { kind: 'supervised' },
      'BAD_ARGUMENT',
      /1 anomalous test images, at least 2/,
    ],
    [
      'no anomalies for noise',
      fakeIndex('own', { part: { normal: 99 } }),
      noisy,
      'BAD_ARGUMENT',
      /0 anomalous test images/,
    ],
    [
      'a share below one image',
      fakeIndex('own', { part: { normal: 19, anomalous: 9 } }),
      noisy,
      'BAD_ARGUMENT',
      /5 % of noise in 19 normal images is no image/,
    ],
    [
      'a name that breaks keys',
      fakeIndex('a|b', { part: { normal: 1 } }),
      { kind: 'unsupervised' },
      'BAD_ARGUMENT',
      /"a\|b"/,
    ],
    ['a dataset without name', fakeIndex('', { part: { normal: 1 } }), { kind: 'unsupervised' }, 'BAD_ARGUMENT', /""/],
  ])('refuses %s', (_, index, options, code, message) => {
    expect(() => planSetting(index, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
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

describe('methods say which settings they serve', () => {
  const info = { id: 'padim', settings: ['unsupervised', 'few-shot'] as const };

  test('others are refused by name', () => {
    const refusal = {
      code: 'SETTING_NOT_SERVED',
      message: expect.stringMatching(/padim.*continual.*unsupervised, few-shot/),
    };
    expect(() => checkServes(info, parseSetting({ kind: 'continual' }))).toThrow(expect.objectContaining(refusal));
    expect(() => checkServes(info, parseSetting({ kind: 'few-shot', shots: 1 }))).not.toThrow();
    expect(serves(info, parseSetting({ kind: 'autovi' }))).toBe(true);
    expect(serves(info, parseSetting({ kind: 'supervised' }))).toBe(false);
  });

  test('every method claims settings that there are, each once, and the unsupervised one', () => {
    const kinds: readonly string[] = SETTING_KINDS;
    for (const { id, settings } of methodInfos()) {
      expect(settings, id).toContain('unsupervised');
      expect(new Set(settings).size, id).toBe(settings.length);
      expect(
        settings.filter((claim) => !kinds.includes(claim)),
        id,
      ).toEqual([]);
    }
  });

  test('every method is let into what it claims, and kept out of everything else by name', () => {
    const all = ['unsupervised', 'supervised', 'few-shot:m=1', 'noisy:percent=5', 'continual', 'autovi'].map(
      readSetting,
    );
    expect(all.map(({ kind }) => kind).sort()).toEqual(SETTING_KINDS.toSorted());
    for (const info of methodInfos()) {
      for (const setting of all) {
        const checking = () => checkServes(info, setting);
        if (info.settings.includes(claimOf(setting))) expect(checking, info.id).not.toThrow();
        else expect(checking, info.id).toThrow(expect.objectContaining({ code: 'SETTING_NOT_SERVED' }));
      }
    }
  });
});

test('repeats', () => {
  const options: SettingOptions[] = [
    { kind: 'unsupervised' },
    { kind: 'continual' },
    { kind: 'supervised' },
    { kind: 'few-shot', shots: 4 },
    { kind: 'noisy', percent: 20 },
    { kind: 'autovi' },
  ];
  expect(options.map((option) => repeatsOf(parseSetting(option)))).toEqual([1, 1, 3, 3, 3, 8]);
});
