// From the tasks of settings to what methods fit: which images, which copies, and pixels as the settings' own rule makes them.
import { beforeAll, describe, expect, test } from 'vitest';
import {
  datasetIndex,
  parseSetting,
  planSetting,
  type SettingOptions,
  settingFields,
  standing,
  trainingInputs,
} from '../../src/benchmark/settings/index.js';
import { augment, augmentRandom } from '../../src/data/augment/index.js';
import { extractViews, planGeometry } from '../../src/data/index.js';
import { useBackend } from '../../src/kernels/backend.js';
import { nameImages } from '../../src/methods/parts/inputs.js';
import { openImage } from '../../src/methods/parts/open-image.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';
import { methodInfos } from '../../src/methods/registry.js';
import { STPM } from '../../src/methods/stpm/index.js';
import { smallParts } from '../helpers/small-parts.js';

const parts = smallParts('metal', { train: 6, testGood: 3, testPerDefect: 2 });
const index = datasetIndex('parts', [parts]);
const taskOf = (setting: SettingOptions, repeat = 0) => planSetting(index, setting, { repeat }).tasks[0]!;
const SIDE = 48;

beforeAll(() => useBackend('wasm'));

describe('few-shot', () => {
  const task = taskOf({ kind: 'few-shot', shots: 2, augmentation: 'colorJitter' });
  const inputs = nameImages(trainingInputs(task));

  test.each(['stretch', 'crop'] as const)('copies are what the setting says they are: %s', async (mode) => {
    expect(inputs).toHaveLength(10);
    const geometry = { mode, resize: 64, inputSize: SIDE, tileOverlap: 0 };
    for (const [i, { sample, steps, copy }] of task.train.entries()) {
      const { image } = sample;
      if (typeof image === 'string' || image instanceof Uint8Array) throw new Error('synthetic parts are pixels');
      const [data] = extractViews(image, planGeometry(image.width, image.height, geometry));
      const picture = { image: { width: SIDE, height: SIDE, data: data! } };
      const expected = augment(picture, steps, augmentRandom(task.seeds.augment, sample.id, copy)).image;
      expect((await openImage(inputs[i]!, geometry)).view(0)).toEqual(expected.data);
    }
  });

  test('without augmentation the images are the samples; a repeat draws others', () => {
    const plain = taskOf({ kind: 'few-shot', shots: 2 });
    expect(trainingInputs(plain)).toEqual(plain.train.map(({ sample }) => sample));
    const again = taskOf({ kind: 'few-shot', shots: 2, augmentation: 'colorJitter' }, 1);
    expect(again.seeds.augment).not.toBe(task.seeds.augment);
  });

  test('shots are all trained on', async () => {
    const setting = parseSetting({ kind: 'few-shot', shots: 1 });
    const { config } = new STPM();
    expect(settingFields(setting, { ...config })).toEqual({ calibrationShare: 0, validationShare: 0 });
    const fields = settingFields(setting, { ...new PatchCore().config });
    expect(fields).toEqual({ calibrationShare: 0 });
    expect(settingFields(parseSetting({ kind: 'noisy', percent: 10 }), { ...config })).toEqual({});
    const method = new PatchCore({ inputSize: SIDE, resize: 64, ...fields });
    const result = await method.fit(trainingInputs(taskOf({ kind: 'few-shot', shots: 2 })), { workers: 1 });
    expect([result.images, method.thresholds]).toEqual([2, null]);
    method.dispose();
  });
});

test("AutoVI's augmentation is another one in every epoch", () => {
  const task = taskOf({ kind: 'autovi', augmentation: true });
  for (const [i, { augmentation }] of nameImages(trainingInputs(task)).entries()) {
    const { sample, steps } = task.train[i]!;
    expect(augmentation).toEqual({ steps, seed: task.seeds.augment, sample: sample.id, copy: 'epoch' });
  }
  expect(trainingInputs(taskOf({ kind: 'autovi' }))).toEqual(parts.train);
});

test('noise is trained on as normal, the anomalies of the supervised setting are not', () => {
  const noisy = taskOf({ kind: 'noisy', percent: 20 });
  const noise = noisy.train.filter(({ role }) => role === 'noise').map(({ sample }) => sample.id);
  expect(noise).toHaveLength(1);
  expect(nameImages(trainingInputs(noisy)).map(({ id }) => id)).toEqual(expect.arrayContaining(noise));
  const supervised = taskOf({ kind: 'supervised', anomalies: 2 });
  expect(supervised.train).toHaveLength(8);
  expect(trainingInputs(supervised)).toEqual(parts.train);
});

test('methods that learn from good parts alone are references of the supervised setting, not served by it', () => {
  const supervised = parseSetting({ kind: 'supervised' });
  for (const info of methodInfos()) expect([info.id, standing(info, supervised)]).toEqual([info.id, 'reference']);
  const [some] = methodInfos();
  expect(standing({ ...some!, settings: ['supervised'] }, supervised)).toBe('served');
  expect(standing({ ...some!, settings: ['few-shot'] }, supervised)).toBeNull();
  expect(standing({ ...some!, settings: ['unsupervised'] }, parseSetting({ kind: 'continual' }))).toBeNull();
});
