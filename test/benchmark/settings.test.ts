// The learning settings: sampling against the vectors, numbers of images against the benchmark's, and what holds for every plan.
import { describe, expect, test } from 'vitest';
import {
  AUTOVI_TRAINING_SIZES,
  FEW_SHOT_AUGMENTATIONS,
  parseSetting,
  planSetting,
  repeatsOf,
  type SettingOptions,
  type SettingPlan,
} from '../../src/benchmark/settings/index.js';
import { AUTOVI_AUGMENTATION, augment, augmentRandom } from '../../src/data/augment/index.js';
import type { Sample } from '../../src/data/types.js';
import { readFixture } from '../helpers/fixture.js';
import { PERCENT } from './arbitrary-settings.js';
import { type FakeCounts, fakeIndex, numberOf } from './fake-index.js';
import { only } from './only-task.js';

interface Vectors {
  draws: { base_seed: number; key: string; state: number; population: number; count: number; indices: number[] }[];
}

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
