// A method that a user defines by two functions is one like any other, and what it does wrong is said.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pixelGaussian from '../../examples/own-method.js';
import { evaluate } from '../../src/benchmark/evaluate.js';
import { useBackend } from '../../src/kernels/backend.js';
import { defineMethod, type MethodDefinition, type OwnArrays } from '../../src/methods/own/index.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';
import { createMethod, loadMethod, methodInfos, registerMethod } from '../../src/methods/registry.js';
import { content, smallParts } from '../helpers/small-parts.js';

const SMALL = { inputSize: 64, resize: 64, smoothing: 1 };
const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-own-'));
const parts = smallParts('cloth', { train: 8, testGood: 3, testPerDefect: 1 });

beforeAll(async () => {
  await useBackend('wasm');
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** Scores the distance to the first image's brightness. */
function brightness(more: Partial<MethodDefinition<Record<never, never>, OwnArrays>> = {}) {
  const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
  return defineMethod<Record<never, never>, OwnArrays>({
    id: 'brightness',
    async fit(views) {
      for await (const { data } of views) return { level: Float32Array.of(mean(data)) };
      return { level: Float32Array.of(0) };
    },
    score: ({ width, data }, { level }) => ({
      map: new Float32Array(width ** 2).fill(Math.abs(mean(data) - level![0]!)),
    }),
    ...more,
  });
}

describe('a method from two functions', () => {
  test('learns, judges, finds defects far better than chance', async () => {
    const model = new pixelGaussian({ ...SMALL, seed: 1 });
    const before = tf.memory().numTensors;
    const stages = new Set<string>();
    const fit = await model.fit(parts.train, { onProgress: ({ stage }) => stages.add(stage) });
    expect(fit).toMatchObject({ images: 7, calibrationImages: 1, skipped: [] });
    expect(fit.warnings.join()).toMatch(/^too few good images/);
    expect([...stages]).toEqual(['fit', 'calibration']);
    expect(model.learned).toEqual([
      { name: 'mean', shape: [3 * 64 * 64] },
      { name: 'spread', shape: [3 * 64 * 64] },
    ]);
    const { image, pixel, operatingPoint, backbone } = await evaluate(model, parts, { fit });
    expect(image.auroc).toBeGreaterThan(0.8);
    expect(pixel?.auroc).toBeGreaterThan(0.8);
    expect(operatingPoint).not.toBeNull();
    expect(backbone.id).toBe('pixels');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('has options of its own beside the common ones, each checked', () => {
    const method = new pixelGaussian({ floor: 2 });
    expect(method.config).toMatchObject({ floor: 2, inputSize: 224, geometry: 'crop', seed: 0, falseAlarmRate: 0.01 });
    const create = (options: Record<string, unknown>) => () => new pixelGaussian(options);
    expect(create({ floor: 'low' })).toThrow(/^\[BAD_CONFIG\] pixel-gaussian\.floor: .*expected number/);
    expect(create({ inputSize: 1 })).toThrow(/^\[BAD_CONFIG\] pixel-gaussian\.inputSize: /);
    expect(create({ ceiling: 1 })).toThrow(/^\[BAD_CONFIG\] pixel-gaussian\.ceiling: /);
    // @ts-expect-error there is no such option
    expect(() => new pixelGaussian({ backbone: 'resnet18' })).toThrow(/BAD_CONFIG/);
  });

  test('may be asynchronous, and give a score that is not the maximum of its map', async () => {
    const model = new (brightness({
      score: async ({ width }) => ({ map: new Float32Array(width ** 2).fill(1), score: 7 }),
    }))({ ...SMALL, calibrationShare: 0 });
    await model.fit(parts.train.slice(0, 2));
    const [prediction] = await model.predict([parts.test[0]!]);
    expect(prediction).toMatchObject({ score: 7, isAnomalous: null, mask: null });
    expect(prediction?.map.shape).toEqual([96, 96]);
    expect(model.thresholds).toBeNull();
  });

  test('is saved and loaded, and predicts the same bit for bit', async () => {
    const model = new pixelGaussian({ ...SMALL, floor: 3 });
    await model.fit(parts.train);
    const file = join(scratch, 'parts.iad');
    await model.save(file);
    const loaded = await pixelGaussian.load(file);
    expect(loaded.config).toEqual(model.config);
    const [one, two] = [await model.predict(parts.test), await loaded.predict(parts.test)];
    expect(two.map(content)).toEqual(one.map(content));
    await expect(brightness().load(file)).rejects.toMatchObject({ code: 'MODEL_FORMAT' });
    await expect(PatchCore.load(file)).rejects.toMatchObject({ code: 'MODEL_FORMAT' });
  });

  test('leaves out what cannot be read, if told so', async () => {
    const bad = join(scratch, 'bad.png');
    writeFileSync(bad, 'no image');
    const model = new pixelGaussian({ ...SMALL, calibrationShare: 0 });
    const images = [bad, ...parts.train];
    await expect(model.fit(images)).rejects.toMatchObject({ code: 'IMAGE_FORMAT' });
    expect(await model.fit(images, { skipBad: true })).toMatchObject({ images: 8, skipped: [{ id: bad }] });
    await expect(model.fit([bad], { skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
  });

  test('learns on top of what it knows, if it can', async () => {
    const able = brightness({
      update: async ({ level }, views) => {
        for await (const _ of views);
        return { level: Float32Array.of(level![0]! + 1) };
      },
    });
    expect(able.info.settings).toEqual(['unsupervised', 'few-shot', 'noisy', 'continual']);
    const model = new able(SMALL);
    await expect(model.update?.(parts.train)).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await model.fit(parts.train.slice(0, 4));
    const [before, { score }] = [model.calibration?.scores, (await model.predict([parts.train[0]!]))[0]!];
    expect(await model.update?.(parts.train.slice(4))).toMatchObject({ images: 3, calibrationImages: 2 });
    expect(model.calibration?.scores.length).toBe(2);
    expect(model.calibration?.scores).toContain(before?.[0]);
    expect(Math.abs((await model.predict([parts.train[0]!]))[0]!.score - score)).toBeCloseTo(1, 4);
    expect(new (brightness())().update).toBeUndefined();
  });

  test('sees every augmented copy, and none of those held out', async () => {
    const seen: string[] = [];
    const model = new (brightness({
      async fit(views) {
        for await (const { id, data } of views) seen.push(`${id} ${data.join()}`);
        return { level: Float32Array.of(0) };
      },
    }))({ ...SMALL, calibrationShare: 0.5 });
    const copies = parts.train.slice(0, 2).flatMap((sample) =>
      [0, 1, 2].map((copy) => {
        const steps = [{ kind: 'rotate', degrees: [90 * copy, 90 * copy] } as const];
        return { ...sample, augmentation: { steps, seed: 1, sample: sample.id, copy } };
      }),
    );
    expect(await model.fit(copies)).toMatchObject({ images: 3, calibrationImages: 1 });
    expect(new Set(seen).size).toBe(3);
    expect(new Set(seen.map((each) => each.split(' ')[0])).size).toBe(1);
  });

  test('is stopped between two images, and stays as it was', async () => {
    const model = new pixelGaussian(SMALL);
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 3 && stop.abort('enough');
    await expect(model.fit(parts.train, { onProgress, signal: stop.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    await expect(model.predict(parts.test)).rejects.toMatchObject({
      code: 'NOT_FITTED',
      path: 'pixel-gaussian.predict',
    });
    await expect(model.fit([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
  });
});

describe('what it does wrong is said', () => {
  const fitted = async (more: Parameters<typeof brightness>[0]) => {
    const model = new (brightness(more))(SMALL);
    return { model, fit: await model.fit(parts.train.slice(0, 3)) };
  };

  test('tensors that it leaves behind', async () => {
    const kept: tf.Tensor[] = [];
    const { fit } = await fitted({
      score: ({ width }) => {
        kept.push(tf.scalar(1), tf.scalar(2));
        return { map: new Float32Array(width ** 2) };
      },
    });
    tf.dispose(kept);
    expect(fit.warnings[0]).toMatch(/^2 tensors were left on the backend/);
    expect((await fitted({})).fit.warnings.join()).not.toContain('tensors');
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['nothing learned', { fit: () => ({}) }, /brightness\.fit: it must give what it learned/],
    ['nothing at all', { fit: () => undefined }, /brightness\.fit: it must give what it learned/],
    ['no arrays', { fit: () => ({ level: [1] }) }, /brightness\.fit: level must be a Float32Array/],
    ['no numbers', { fit: () => ({ level: Float32Array.of(Number.NaN) }) }, /brightness\.fit: level holds/],
    ['no map', { score: () => ({}) }, /brightness\.score: the map .* for .+ must be a Float32Array of 64 x 64/],
    ['a map of another size', { score: () => ({ map: new Float32Array(5) }) }, /brightness\.score: the map/],
    [
      'a map of nothing',
      { score: () => ({ map: new Float32Array(64 * 64).fill(Infinity) }) },
      /brightness\.score: the map/,
    ],
    ['no score', { score: () => ({ map: new Float32Array(64 * 64), score: 'high' }) }, /brightness\.score: the score/],
  ])('%s', async (_, more, message) => {
    await expect(fitted(more)).rejects.toMatchObject({ code: 'BAD_ARGUMENT', message: expect.stringMatching(message) });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['an id with a blank', { id: 'pixel gaussian' }, /info\.id: must be of lower-case/],
    ['a setting that there is not', { settings: ['online'] }, /info\.settings\.0/],
    [
      'an option that all have',
      { options: { inputSize: 3 } },
      /brightness\.options\.inputSize: an option of this name/,
    ],
    ['an option of no type', { options: { sizes: [1, 2] } }, /brightness\.options\.sizes: not a default/],
  ])('%s', (_, more, message) => {
    expect(() => brightness(more)).toThrow(message);
  });
});

describe('the registry', () => {
  test('knows it once it is registered, and says how where it does not', async () => {
    const model = new pixelGaussian({ ...SMALL, calibrationShare: 0 });
    await model.fit(parts.train.slice(0, 2));
    const file = join(scratch, 'unknown.iad');
    await model.save(file);
    await expect(loadMethod(file)).rejects.toThrow(
      /^\[MODEL_FORMAT\] .*unknown\.iad: a model of method 'pixel-gaussian', which is not known here\. .*--module/,
    );
    expect(() => createMethod('pixel-gaussian')).toThrow(
      /^\[BAD_ARGUMENT\] method: there is no method 'pixel-gaussian'/,
    );
    registerMethod(pixelGaussian);
    registerMethod(pixelGaussian);
    expect(methodInfos().filter(({ id }) => id === 'pixel-gaussian').length).toBe(1);
    expect((await loadMethod(file)).info).toBe(pixelGaussian.info);
    expect(createMethod('pixel-gaussian', { floor: 9 }).config).toMatchObject({ floor: 9 });
  });

  test('refuses an id that another method has', () => {
    expect(() => registerMethod(brightness({ id: 'patchcore' }))).toThrow(/there is another method 'patchcore'/);
    registerMethod(brightness({ id: 'twice' }));
    expect(() => registerMethod(brightness({ id: 'twice' }))).toThrow(/there is another method 'twice'/);
  });

  test('refuses what is no method, and says what it lacks', () => {
    class Empty {
      static readonly info = { id: 'empty', name: 'Empty', paper: '', year: 2026, family: '', settings: ['noisy'] };
      fit() {}
    }
    const register = (value: unknown) => () => Reflect.apply(registerMethod, null, [value]);
    expect(register(Empty)).toThrow(/it lacks planOf, predict, predictEach, save, dispose, static fromContent/);
    expect(register({ info: Empty.info })).toThrow(/it is no class/);
    expect(register(class {})).toThrow(/not a method: info: /);
  });
});
