// What methods claim of the learning settings: one image is enough for all of them, noise is like any image, and those that learn one
// product after another keep what they know.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PatchCore, type PatchCoreOptions } from '../../src/methods/patchcore/index.js';
import { createMethod, methodInfos } from '../../src/methods/registry.js';
import { SPADE, type SpadeOptions } from '../../src/methods/spade/index.js';
import type { AnomalyMethod } from '../../src/methods/types.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { bankOf, smallParts } from '../helpers/small-parts.js';

const metal = smallParts('metal', { train: 6, testGood: 2, testPerDefect: 1 });
const cloth = smallParts('cloth', { train: 8, testGood: 2, testPerDefect: 1 });
const defective = metal.test.filter(({ label }) => label === 1);
let folder: string;
let backbone: BackboneChoice;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  backbone = await seededResnet18(folder, 'layer4');
});
afterAll(() => rm(folder, { recursive: true }));

/** Small, with a batch larger than any set of images here. */
const SMALL: Readonly<Record<string, Record<string, unknown>>> = {
  patchcore: { coresetRatio: 0.5 },
  padim: { dims: 8 },
  spade: {},
  fastflow: { steps: 2, hiddenRatio: 0.1 },
  stpm: { validationShare: 0 },
  cflow: { couplings: 1, positionChannels: 8 },
  csflow: { hidden: 4, blocks: 1, inputSize: 64 },
  differnet: { hidden: 4, blocks: 1, copies: 2, rotationCount: 2, inputSize: 64 },
};

function small(id: string, options: Record<string, unknown> = {}): AnomalyMethod {
  const training = { epochs: 2, batchSize: 32 };
  const frozen = ['patchcore', 'padim', 'spade'].includes(id);
  const common = {
    backbone,
    layers: ['layer1'],
    geometry: 'stretch',
    inputSize: 32,
    seed: 3,
    ...(frozen ? {} : training),
  };
  return createMethod(id, { ...common, ...SMALL[id], ...options });
}

const ids = methodInfos().map(({ id }) => id);

test('all methods are here', () => expect(Object.keys(SMALL).sort()).toEqual([...ids].sort()));

describe.each(ids)('%s', (id) => {
  const info = methodInfos().find((each) => each.id === id)!;

  test('claims what it can do', () => {
    expect(info.settings).toEqual(expect.arrayContaining(['unsupervised', 'few-shot', 'noisy']));
    const method = small(id);
    expect(typeof method.update === 'function').toBe(info.settings.includes('continual'));
    expect(info.settings).not.toContain('supervised');
    method.dispose();
  });

  test.each([
    [1, 1, 0],
    [2, 1, 1],
    [4, 3, 1],
  ])('of %i images it learns %i and holds out %i, and scores others', async (given, learned, held) => {
    const before = tf.memory().numTensors;
    const method = small(id);
    const result = await method.fit(metal.train.slice(0, given), { workers: 1 });
    expect([result.images, result.calibrationImages]).toEqual([learned, held]);
    expect(method.thresholds === null).toBe(held === 0);
    if (held === 0) expect(result.warnings).toContain('no good images were held out: there are no thresholds');
    for (const { score, map } of await method.predict([...metal.test.slice(0, 2), ...defective.slice(0, 1)])) {
      expect(Number.isFinite(score) && map.data.every(Number.isFinite)).toBe(true);
    }
    method.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('learns from images with defects among them', async () => {
    const method = small(id, { calibrationShare: 0 });
    const result = await method.fit([...metal.train.slice(0, 3), ...defective.slice(0, 1)], { workers: 1 });
    expect(result.images).toBe(4);
    const [prediction] = await method.predict(metal.test.slice(0, 1));
    expect(Number.isFinite(prediction!.score)).toBe(true);
    method.dispose();
  });
});

describe('one product after another', () => {
  const scores = async (method: AnomalyMethod, images = metal.test) =>
    (await method.predict(images, { workers: 1 })).map(({ score }) => score);
  const patchCore = (options: PatchCoreOptions = {}) =>
    new PatchCore({
      backbone,
      layers: ['layer1', 'layer2'],
      inputSize: 64,
      resize: 72,
      seed: 3,
      calibrationShare: 0,
      ...options,
    });

  test("PatchCore's bank grows by its share of each product's patches, and never forgets", async () => {
    const model = patchCore({ coresetRatio: 0.1 });
    await model.fit(metal.train, { workers: 1 });
    const alone = await scores(model);
    const rows = [model.memoryBank.rows];
    const first = await bankOf(model);
    await model.update(cloth.train, { workers: 1 });
    rows.push(model.memoryBank.rows);
    expect((await bankOf(model)).subarray(0, first.length)).toEqual(first);
    // 16 x 16 patches of each image, a tenth of which is kept: of 6 images, and of 8 more.
    expect(rows).toEqual([153, 153 + 204]);
    expect(model.learned).toEqual([{ name: 'memory bank', shape: [153 + 204, 1024] }]);
    // The new product is known now; distances of the first one can only have fallen, and here none of its parts looks like cloth.
    for (const [i, score] of (await scores(model)).entries()) expect(score).toBeLessThanOrEqual(alone[i]!);
    const known = await scores(model, cloth.train.slice(0, 2));
    const fresh = patchCore({ coresetRatio: 0.1 });
    await fresh.fit(metal.train, { workers: 1 });
    const unknown = await scores(fresh, cloth.train.slice(0, 2));
    for (const [i, score] of known.entries()) expect(score).toBeLessThan(unknown[i]!);
    for (const each of [model, fresh]) each.dispose();
  });

  test('with a count it stays as large as it was, with rows of both', async () => {
    const model = patchCore({ coresetCount: 100 });
    await model.fit(metal.train, { workers: 1 });
    const { warnings } = await model.update(cloth.train, { workers: 1 });
    expect([model.memoryBank.rows, warnings.length]).toEqual([100, 1]);
    const both = [...(await scores(model, metal.train.slice(0, 1))), ...(await scores(model, cloth.train.slice(0, 1)))];
    const only = patchCore({ coresetCount: 100 });
    await only.fit(cloth.train, { workers: 1 });
    const [foreign] = await scores(only, metal.train.slice(0, 1));
    expect(both[0]).toBeLessThan(foreign!);
    for (const each of [model, only]) each.dispose();
  });

  test("PatchCore's thresholds are of the held-out images of all products", async () => {
    const model = patchCore({ calibrationShare: 0.25 });
    const first = await model.fit(metal.train, { workers: 1 });
    const scoresThen = [...model.calibration!.scores];
    const second = await model.update(cloth.train, { workers: 1 });
    expect([first.calibrationImages, second.calibrationImages]).toEqual([1, 3]);
    expect(model.calibration!.scores).toHaveLength(3);
    expect([...model.calibration!.scores]).toEqual(expect.arrayContaining(scoresThen));
    expect(model.thresholds!.image).toBe(Math.max(...model.calibration!.scores));
    model.dispose();
  });

  describe('SPADE', () => {
    const spade = (options: SpadeOptions = {}) =>
      new SPADE({
        backbone,
        layers: ['layer1'],
        geometry: 'stretch',
        inputSize: 32,
        k: 2,
        calibrationShare: 0,
        ...options,
      });

    test('keeps the images of all products: the same gallery as if it had seen them at once', async () => {
      for (const storage of ['float32', 'float16'] as const) {
        const [model, whole] = [spade({ storage }), spade({ storage })];
        await model.fit(metal.train, { workers: 1 });
        const alone = await scores(model);
        const told = await model.update(cloth.train, { workers: 2 });
        await whole.fit([...metal.train, ...cloth.train], { workers: 1 });
        expect(told.images).toBe(8);
        expect(Buffer.compare(await model.toBytes(), await whole.toBytes())).toBe(0);
        expect(model.learned[0]).toEqual({ name: 'global vectors', shape: [14, 512] });
        for (const [i, score] of (await scores(model)).entries()) expect(score).toBeLessThanOrEqual(alone[i]!);
        for (const each of [model, whole]) each.dispose();
      }
    });

    test('calibrations add up, and it says where earlier scores may have risen', async () => {
      const model = spade({ calibrationShare: 0.25, k: 6 });
      await model.fit(metal.train, { workers: 1 });
      const { calibrationImages, warnings } = await model.update(cloth.train, { workers: 1 });
      expect(calibrationImages).toBe(3);
      expect(warnings).toContainEqual(expect.stringMatching(/k is 6, the gallery held 5 images/));
      model.dispose();
    });

    test('a gallery beyond its budget is refused before any image is read, and stays as it was', async () => {
      const model = spade({ inputSize: 64, memoryBudget: 2 ** 20 });
      await model.fit(metal.train.slice(0, 3), { workers: 1 });
      const before = await model.toBytes();
      const missing = Array.from({ length: 20 }, (_, i) => `nowhere-${i}.png`);
      await expect(model.update(missing)).rejects.toMatchObject({ code: 'MEMORY_BUDGET', path: 'SPADE.memoryBudget' });
      const broken = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
      await expect(model.update([broken], { skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
      await expect(model.update([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES', path: 'SPADE.update' });
      await expect(spade().update(metal.train)).rejects.toMatchObject({ code: 'NOT_FITTED', path: 'SPADE.update' });
      expect(Buffer.compare(await model.toBytes(), before)).toBe(0);
      model.dispose();
    });
  });
});
