// A method from a recipe: it sees squares of pixels, its maps become predictions, and nonsense is refused.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/benchmark/index.js';
import { encodePng } from '../../src/data/index.js';
import type { Dataset, Image, Sample, Split } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { defineMethod, type MethodRecipe } from '../../src/methods/own/index.js';
import { createMethod, methodInfos, registerMethod } from '../../src/methods/registry.js';

const grey = (value: number, width = 20, height = 10): Image => {
  return { width, height, data: new Uint8Array(3 * width * height).fill(value) };
};

interface Mean {
  readonly mean: number;
  readonly seed: number;
}

/** The distance of the red channel from its mean over all good pixels. */
const RECIPE: MethodRecipe<Mean> = {
  id: 'grey',
  inputSize: 8,
  learn(images, seed) {
    const values = images.flatMap(({ data }) => [...data]);
    return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, seed };
  },
  map: ({ data }, { mean }) => Float32Array.from({ length: data.length / 3 }, (_, i) => Math.abs(data[3 * i]! - mean)),
};

test('learns from squares of its size, and scores by the largest value of the map', async () => {
  const seen: [number, number, number][] = [];
  const Grey = defineMethod({
    ...RECIPE,
    learn(images, seed) {
      for (const { width, height } of images) seen.push([width, height, seed]);
      return RECIPE.learn(images, seed);
    },
  });
  const method = new Grey({ seed: 5, inputSize: 16 });
  const fit = await method.fit([grey(100), grey(110, 7, 9)]);
  expect(seen).toEqual([
    [16, 16, 5],
    [16, 16, 5],
  ]);
  expect(fit).toMatchObject({ images: 2, calibrationImages: 0 });
  const half = { ...grey(105), data: grey(105).data.map((value, i) => (i < 60 ? value + 40 : value)) };
  const [same, other] = await method.predict([grey(105), half]);
  expect(same).toMatchObject({ id: 'image-0', score: 0, isAnomalous: null, threshold: null, regions: [] });
  expect(other?.score).toBeCloseTo(40);
  expect(other?.map.shape).toEqual([10, 20]);
  const [input] = await method.predict([half], { maps: 'input' });
  expect(input?.map.shape).toEqual([16, 16]);
  expect(input?.map.get(0, 0)).toBeCloseTo(40);
  expect(input?.map.get(15, 0)).toBe(0);
});

test('is evaluated like any other', async () => {
  await useBackend('cpu');
  const side = 32;
  const corner = (i: number) => i % side < 8 && i < 8 * side;
  const spotted = (value: number): Image => {
    const data = Uint8Array.from({ length: 3 * side * side }, (_, i) =>
      corner(Math.floor(i / 3)) ? value + 60 : value,
    );
    return { width: side, height: side, data };
  };
  const mask = encodePng(
    { width: side, height: side, data: Uint8Array.from({ length: side * side }, (_, i) => +corner(i)) },
    'mask',
  );
  const sample = (id: string, split: Split, label: 0 | 1, image: Image): Sample => {
    const masks = label === 1 ? [{ source: mask, rule: 'nonzero' as const }] : [];
    return { id, category: 'grey', split, label, defectType: label === 1 ? 'spot' : 'good', image, masks };
  };
  const parts: Dataset = {
    layout: 'folder',
    name: 'grey',
    train: [98, 100, 102].map((value, i) => sample(`${i}`, 'train', 0, grey(value, side, side))),
    test: [
      ...[99, 101].map((value) => sample(`good-${value}`, 'test', 0, grey(value, side, side))),
      ...[99, 101].map((value) => sample(`bad-${value}`, 'test', 1, spotted(value))),
    ],
    hasMasks: true,
    warnings: [],
  };
  const method = new (defineMethod({ ...RECIPE, inputSize: side }))({});
  const fit = await method.fit(parts.train);
  const found = await evaluate(method, parts, { fit });
  expect(found).toMatchObject({ image: { auroc: 1 }, pixel: { auroc: 1, aupro: 1 }, operatingPoint: null });
  expect(found).toMatchObject({
    config: { inputSize: side, seed: 0 },
    backbone: { id: 'none' },
    dataset: { train: 3 },
  });
});

describe('bad input', () => {
  const method = new (defineMethod(RECIPE))({});

  test.each([
    [{ seed: -1 }, /grey\.seed: must be a whole number/],
    [{ inputSize: 0 }, /grey\.inputSize: must be a whole number/],
    [{ layers: [] }, /grey\.layers/],
  ])('configuration %j', (options, message) => {
    const Grey = defineMethod(RECIPE);
    expect(() => new Grey(options)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) }),
    );
  });

  test('prediction before a fit, a fit without images, a model file', async () => {
    await expect(method.predict([grey(1)])).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await expect(method.fit([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    await expect(method.save('grey.iad')).rejects.toMatchObject({ code: 'BAD_ARGUMENT', path: 'grey.iad' });
  });

  test.each([
    ['of another size', new Float32Array(3), 'has 3 values, not 8 x 8'],
    ['with a NaN', new Float32Array(64).fill(Number.NaN, 5, 6), 'no numbers, or infinite'],
    ['with infinity', new Float32Array(64).fill(Number.POSITIVE_INFINITY), 'no numbers, or infinite'],
  ])('a map %s is never a score', async (_, map, words) => {
    const bad = new (defineMethod({ ...RECIPE, map: () => map }))({});
    await bad.fit([grey(1)]);
    await expect(bad.predict([{ ...grey(3) }])).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      path: 'image-0',
      message: expect.stringContaining(words),
    });
  });

  test('an image that cannot be read ends the fit, or is left out if that is asked for', async () => {
    const whole = await encodePng(grey(9));
    const images = [whole, whole.subarray(0, 40)];
    await expect(method.fit(images)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    expect(await method.fit(images, { skipBad: true })).toMatchObject({ images: 1, skipped: [{ id: 'image-1' }] });
  });

  test('a stop', async () => {
    await expect(method.fit([grey(1)], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('the registry', () => {
  const Registered = defineMethod({ ...RECIPE, id: 'registered' });

  test('knows it by its id, and not among its own', () => {
    expect(() => createMethod('registered')).toThrow("there is no method 'registered'");
    registerMethod(Registered);
    registerMethod(Registered);
    expect(createMethod('registered', { seed: 3 }).config.seed).toBe(3);
    expect(methodInfos().some(({ id }) => id === 'registered')).toBe(false);
    expect(() => createMethod('register')).toThrow(/Known: .*patchcore.*, registered\./);
  });

  test.each(['patchcore', 'registered'])('refuses another %s', (id) => {
    expect(() => registerMethod(defineMethod({ ...RECIPE, id }))).toThrow(`there is a method '${id}' already`);
  });
});
