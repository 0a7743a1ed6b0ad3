// The frame of trained methods, on the smallest of methods.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { flip } from '../../src/data/augment/index.js';
import type { Image, Sample } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { temporaryCache } from '../../src/methods/parts/feature-cache/temporary.web.js';
import { constant } from '../../src/methods/parts/flow/parameters.js';
import { decodeModel, type ModelContent } from '../../src/methods/parts/model-file.js';
import { pyramid, type TrainedFitOptions } from '../../src/methods/parts/trained/index.js';
import { trainingSizes } from '../../src/methods/parts/trained/sizes.js';
import type { ProgressEvent } from '../../src/runtime/progress.js';
import { refusesChanges } from '../helpers/model-files.js';
import { content, same, smallParts } from '../helpers/small-parts.js';
import { TINY, Tiny, type TinyDesign } from '../helpers/tiny-trained.js';
import { expectStopHarmless } from '../helpers/whole-methods.js';

const { train: good, test: parts } = smallParts('cloth', { train: 8, testGood: 1, testPerDefect: 1 });
let folder: string;
let model: Tiny;
let bytes: Uint8Array;

const temporary = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('iad-tf-features-'));
const first = async () => (await model.predict(parts, { workers: 1 })).map(content);

/** Fits one of its own, with what it tells on the way. */
async function fitted(method: Tiny, options: TrainedFitOptions = {}, images: readonly Sample[] = good) {
  const events: ProgressEvent[] = [];
  const result = await method.fit(images, { workers: 1, onProgress: (event) => events.push(event), ...options });
  return { method, result, events, bytes: await method.toBytes() };
}

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'trained-'));
  // Other tests make temporary files meanwhile.
  vi.stubEnv('TMPDIR', folder);
  model = new Tiny();
  ({ bytes } = await fitted(model));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  model.dispose();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('fit tells what it did, and leaves neither a tensor nor a file behind', async () => {
  const [before, files] = [tf.memory().numTensors, await temporary()];
  const { method, result, events } = await fitted(new Tiny());
  expect(result).toMatchObject({ images: 7, calibrationImages: 1, skipped: [] });
  // 7 images in batches of 3: 3 steps in each of 4 epochs.
  expect(result.training).toMatchObject({ epoch: 3, steps: 12 });
  const losses = result.training.epochs.map(({ loss }) => loss);
  expect(losses[3]).toBeLessThan(losses[0]!);
  expect([...new Set(events.map(({ stage }) => stage))]).toEqual(['features', 'training', 'statistics', 'calibration']);
  const training = events.filter(({ stage }) => stage === 'training');
  expect(training.map(({ done, total }) => [done, total])).toEqual(Array.from({ length: 12 }, (_, i) => [i + 1, 12]));
  for (const { loss, remainingMs } of training) expect([typeof loss, remainingMs! >= 0]).toEqual(['number', true]);
  expect(method.learned).toEqual([
    { name: 'trained parameters', shape: [512] },
    { name: 'other parameters', shape: [2] },
  ]);
  await method.predict(parts, { workers: 1 });
  method.dispose();
  expect(tf.memory().numTensors).toBe(before);
  expect(await temporary()).toEqual(files);
});

test('buffers run with the steps, and the last pass sets what follows from the training images', async () => {
  const { tensors } = await decodeModel(Uint8Array.from(bytes), 'tiny.iad');
  expect(tensors['network/steps']!.data).toEqual(Float32Array.of(12));
  expect(tensors['network/peak']!.data[0]).toBeGreaterThan(0);
  expect(tensors['network/peak']!.data[0]).not.toBe(1);
});

test('the same seed gives the same bytes, with any memory, from any cache; another seed gives others', async () => {
  const cacheFolder = join(folder, 'features');
  const options: [Tiny, TrainedFitOptions][] = [
    [new Tiny(), {}],
    [new Tiny(), { cacheFolder }],
    [new Tiny({ batchSize: 3 }), { cacheFolder }],
  ];
  for (const [method, option] of options) expect(same((await fitted(method, option)).bytes, bytes)).toBe(true);
  expect((await readdir(cacheFolder)).length).toBe(7);
  expect(same((await fitted(new Tiny({ seed: 1 }))).bytes, bytes)).toBe(false);
});

test('features that neither memory nor cache can hold are computed anew', async () => {
  const { bytes: tight } = await fitted(new Tiny({ memoryBudget: 2 ** 20, cacheBudget: 1, inputSize: 160 }));
  const { bytes: wide } = await fitted(new Tiny({ inputSize: 160 }));
  const networks = await Promise.all([tight, wide].map(async (each) => (await decodeModel(each, 'm')).tensors));
  expect(networks[0]).toEqual(networks[1]);
});

test('in a page, whose memory it takes, a cache for one fit is small', async () => {
  expect((await temporaryCache(2 ** 33)).options).toEqual({ maxBytes: 2 ** 28 });
  expect((await temporaryCache(1000)).options).toEqual({ maxBytes: 1000 });
});

test('holds no more tensors after 200 steps than after one', async () => {
  const counts: number[] = [];
  const onProgress = ({ stage }: ProgressEvent) => {
    if (stage === 'training') counts.push(tf.memory().numTensors);
  };
  const method = new Tiny({ epochs: 100, batchSize: 4 });
  await method.fit(good, { workers: 1, onProgress, checkpoint: join(folder, 'flat'), checkpointEvery: 50 });
  expect(counts).toHaveLength(200);
  expect(new Set(counts).size).toBe(1);
});

describe('a checkpoint', () => {
  const stopped = async (checkpoint: string, at: number, method = new Tiny()) => {
    const controller = new AbortController();
    const onProgress = ({ stage, done }: ProgressEvent) => {
      if (stage === 'training' && done === at) controller.abort();
    };
    const run = method.fit(good, { workers: 1, checkpoint, signal: controller.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
  };

  test.each([1, 5, 6, 11])('of a fit that stopped after step %i leads to the same bytes', async (at) => {
    const checkpoint = join(folder, `stopped-${at}`);
    const before = tf.memory().numTensors;
    await stopped(checkpoint, at);
    expect(tf.memory().numTensors).toBe(before);
    const { bytes: resumed, events } = await fitted(new Tiny(), { checkpoint });
    expect(events.find(({ stage }) => stage === 'training')!.done).toBe(at + 1);
    expect(same(resumed, bytes)).toBe(true);
  });

  test('stays after the fit: another one trains no more, and gives the same bytes', async () => {
    const checkpoint = join(folder, 'whole');
    await fitted(new Tiny(), { checkpoint });
    expect((await stat(checkpoint)).size).toBeGreaterThan(1000);
    const { bytes: again, events } = await fitted(new Tiny({ falseAlarmRate: 0.2 }), { checkpoint });
    expect(events.filter(({ stage }) => stage === 'training')).toEqual([]);
    const networks = await Promise.all(
      [again, bytes].map(async (each) => (await decodeModel(Uint8Array.from(each), 'm')).tensors),
    );
    expect(networks[0]).toEqual(networks[1]);
  });

  test('of another training is refused, and so is a file that is none', async () => {
    const checkpoint = join(folder, 'other');
    await stopped(checkpoint, 2);
    const refused = (method: Tiny, images: readonly Sample[] = good) =>
      expect(method.fit(images, { workers: 1, checkpoint })).rejects;
    const before = tf.memory().numTensors;
    await refused(new Tiny({ seed: 2 })).toMatchObject({ code: 'MODEL_MISMATCH' });
    await refused(new Tiny({ learningRate: 0.2 })).toMatchObject({ code: 'MODEL_MISMATCH' });
    await refused(new Tiny({ epochs: 5 })).toMatchObject({ code: 'MODEL_MISMATCH' });
    const changed = good.map((sample, i) => (i === 3 ? { ...sample, image: parts[0]!.image } : sample));
    await refused(new Tiny({ calibrationShare: 0 }), changed).toMatchObject({ code: 'MODEL_MISMATCH' });
    expect(tf.memory().numTensors).toBe(before);
    await expect(
      new Tiny().fit(good, { workers: 1, checkpoint: join(folder, 'x'), checkpointEvery: 0 }),
    ).rejects.toThrow(/everySteps must be a positive integer/);
  });
});

describe('what a design may ask for', () => {
  test('a validation chooses the best epoch among images that are not trained on', async () => {
    const validation = { validation: () => ({ share: 0.3 }) };
    const { result } = await fitted(new Tiny({ learningRate: 1, epochs: 6 }, validation));
    const values = result.training.epochs.map(({ validation: value }) => value!);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(result.training.epoch).toBe(values.indexOf(Math.min(...values)));
    // 7 images, 2 of them held out: 2 steps of at most 3.
    expect(result.training.steps).toBe(12);
    const none = { validation: () => ({ share: 0.3, patience: 1 }) };
    const { result: single } = await fitted(new Tiny({ calibrationShare: 0, epochs: 2 }, none), {}, good.slice(0, 1));
    expect(single.training.epochs.map(({ validation: value }) => value)).toEqual([null, null]);
  });

  test('views that change with every step: the backbone sees them all, and nothing is cached', async () => {
    const seen: number[] = [];
    const counting = (design: TinyDesign): Partial<TinyDesign> => ({
      augment: () => (view, random) => [view, random.uniform() < 0.5 ? flip(view, 'horizontal') : view],
      usesPixels: true,
      network: (...given) => {
        const network = design.network(...given);
        const loss: typeof network.loss = (inputs) => {
          seen.push(inputs.batch.images!.shape[0], inputs.batch.features[0]!.shape[0]);
          return network.loss(inputs);
        };
        return { ...network, loss };
      },
    });
    const cacheFolder = join(folder, 'none');
    const { bytes: augmented } = await fitted(new Tiny({}, counting(TINY)), { cacheFolder });
    expect(seen.slice(0, 6)).toEqual([6, 6, 6, 6, 2, 2]);
    const { bytes: again } = await fitted(new Tiny({}, counting(TINY)), {});
    expect(same(again, augmented)).toBe(true);
    expect(same(augmented, bytes)).toBe(false);
    await expect(readdir(cacheFolder)).rejects.toThrow(/ENOENT/);
  });

  test('several inputs of a view: a set of features of each, the same cached and uncached', async () => {
    const shapes: number[][][] = [];
    const watched = (augment: TinyDesign['augment']): Partial<TinyDesign> => ({
      ...(augment && { augment }),
      inputs: ({ inputSize }) => pyramid(inputSize, 2),
      network: (setting, state) => {
        shapes.push(setting.features.map((shape) => [...shape]));
        const network = TINY.network(setting, state);
        const loss: typeof network.loss = (inputs) => {
          shapes.push(inputs.batch.features.map(({ shape }) => shape.slice(1)));
          return network.loss(inputs);
        };
        return { ...network, loss };
      },
    });
    await fitted(new Tiny({}, watched(undefined)));
    await fitted(
      new Tiny(
        {},
        watched(() => (view: Image) => [view]),
      ),
    );
    expect(new Set(shapes.map(String))).toEqual(new Set(['8,8,256,4,4,256']));
  });

  test('a last pass may set what is not trained, in its own size', async () => {
    const concluding = (arrays: Record<string, Float32Array>): Partial<TinyDesign> => ({
      network: (...given) => ({ ...TINY.network(...given), conclude: async () => arrays }),
    });
    const refused = (arrays: Record<string, Float32Array>) =>
      expect(fitted(new Tiny({ epochs: 1 }, concluding(arrays)))).rejects;
    await refused({ mean: new Float32Array(256) }).toThrow(/BAD_ARGUMENT.*256 values for mean/);
    await refused({ peak: new Float32Array(2) }).toThrow(/2 values for peak \[1\]/);
    await refused({ other: new Float32Array(1) }).toThrow(/1 values for other/);
    expect((await fitted(new Tiny({ epochs: 1 }, concluding({ steps: Float32Array.of(5) })))).result.images).toBe(7);
  });
});

describe('a pyramid', () => {
  test('takes every second pixel, and every fourth', () => {
    tf.tidy(() => {
      const images = tf.range(0, 2 * 8 * 8 * 3).reshape<tf.Tensor4D>([2, 8, 8, 3]);
      const [whole, half, quarter] = pyramid(8, 3).of(images);
      expect(whole!.dataSync()).toEqual(images.dataSync());
      const nearest = (side: number) => tf.image.resizeNearestNeighbor(images, [side, side]).dataSync();
      expect(half!.dataSync()).toEqual(nearest(4));
      expect(quarter!.dataSync()).toEqual(nearest(2));
      expect(
        tf
          .grad((x) => pyramid(8, 2).of(x.as4D(2, 8, 8, 3))[1]!)(images)
          .sum()
          .dataSync(),
      ).toEqual(Float32Array.of(96));
    });
    expect(() => pyramid(10, 3)).toThrow(/BAD_CONFIG.*inputSize.*multiple of 4/);
  });
});

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions', async () => {
    const loaded = await Tiny.fromBytes(Uint8Array.from(bytes));
    expect(loaded.config).toEqual(model.config);
    expect(same(await loaded.toBytes(), bytes)).toBe(true);
    expect((await loaded.predict(parts, { workers: 1 })).map(content)).toEqual(await first());
    loaded.dispose();
  });

  const without = ({ tensors }: ModelContent, name: string) =>
    Object.fromEntries(Object.entries(tensors).filter(([key]) => key !== name));
  refusesChanges(Tiny, () => model, [
    ['of another method', () => ({ method: 'fastflow' }), /'fastflow', not of tiny/],
    ['with a foreign configuration', () => ({ config: { dims: 3 } }), /configuration is not one of Tiny/],
    ['without what was drawn', () => ({ state: { images: 3 } }), /description of its training is missing|does not fit/],
    [
      'with an order too short',
      () => ({ state: { images: 3, epoch: 0, drawn: [0, 1] } }),
      /does not fit its configuration/,
    ],
    [
      'with a channel twice',
      () => ({ state: { images: 3, epoch: 0, drawn: new Array(256).fill(7) } }),
      /must name each channel once/,
    ],
    [
      'without an array',
      (whole) => ({ tensors: without(whole, 'network/mean') }),
      /its mean is \[\], .* makes \[256\]/,
    ],
    ['without a buffer', (whole) => ({ tensors: without(whole, 'network/steps') }), /its steps is \[\]/],
    [
      'with an array of another shape',
      ({ tensors }) => ({ tensors: { ...tensors, 'network/mean': { shape: [2, 128], data: new Float32Array(256) } } }),
      /its mean is \[2,128\]/,
    ],
    [
      'with an array too many',
      ({ tensors }) => ({ tensors: { ...tensors, 'network/more': { shape: [1], data: new Float32Array(1) } } }),
      /network\/more that belongs to nothing/,
    ],
    [
      'with NaN',
      ({ tensors }) => ({ tensors: { ...tensors, 'network/peak': { shape: [1], data: Float32Array.of(Number.NaN) } } }),
      /peak holds values that are no numbers/,
    ],
  ]);
});

test('a stop while start values are drawn comes before the next one', async () => {
  const controller = new AbortController();
  const drawn: string[] = [];
  const watched: Partial<TinyDesign> = {
    network: (...given) => {
      const tiny = TINY.network(...given);
      const parameters = tiny.parameters.map((parameter): typeof parameter => ({
        ...parameter,
        initial: (random) => {
          drawn.push(parameter.name);
          controller.abort();
          return parameter.initial(random);
        },
      }));
      return { ...tiny, parameters };
    },
  };
  const before = tf.memory().numTensors;
  const run = new Tiny({}, watched).fit(good, { workers: 1, signal: controller.signal });
  await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
  expect([drawn, tf.memory().numTensors]).toEqual([['mean'], before]);
});

describe('how large it may be', () => {
  // 2^22 numbers and a handful: 16 MiB.
  const wide = { ...constant('wide', [2 ** 11, 2 ** 11], 0), isTrained: true };
  const network = { loss: () => tf.scalar(0), score: () => Promise.reject(new Error('not scored')) };
  const MIB = 2 ** 20;

  test('a model holds all arrays, a checkpoint the moments too, and the best ones', () => {
    const fixed = { ...wide, name: 'fixed', isTrained: false };
    const parameters = [wide, fixed];
    expect(trainingSizes({ ...network, parameters }, 2, 1, false)).toEqual({
      model: 32 * MIB,
      checkpoint: 48 * MIB,
      // Start values, what is fixed, parameters and moments, gradients, what moves once more.
      step: (16 + 16 + 48 + 16 + 48) * MIB,
    });
    const validated = trainingSizes({ ...network, parameters, buffers: [{ ...wide, name: 'mean' }] }, 1, 1, true);
    expect(validated).toMatchObject({ model: 48 * MIB, checkpoint: (32 + 16 + 32) * MIB });
  });

  test('of parts that move one after another, the largest counts', () => {
    const other = { ...constant('other', [2 ** 10, 2 ** 11], 0), isTrained: true };
    const parts = () => [
      { parameters: ['wide'], steps: 1 },
      { parameters: ['other'], steps: 3 },
    ];
    expect(trainingSizes({ ...network, parameters: [wide, other], parts }, 1, 1, false).step).toBe(
      (24 + 48 + 16 + 32) * MIB,
    );
  });

  test('a checkpoint too large is refused before any image is read', async () => {
    const design: Partial<TinyDesign> = {
      network: (...given) => {
        const tiny = TINY.network(...given);
        return { ...tiny, parameters: [...tiny.parameters, { ...wide, name: 'more', shape: [2 ** 18, 800] }] };
      },
    };
    const refused = new Tiny({}, design).fit(['nowhere.png'], { checkpoint: join(folder, 'large') });
    await expect(refused).rejects.toThrow(/MEMORY_BUDGET.*checkpoint holds at most 2\.00 GiB.*without checkpoints/);
  });
});

describe('what goes wrong', () => {
  const broken: Sample = { ...good[1]!, id: 'broken.png', image: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3) };

  test('no images, bad images, a model that was not fitted', async () => {
    await expect(new Tiny().fit([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    await expect(new Tiny().toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await expect(new Tiny().fit([broken], { skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    const images = [...good.slice(0, 3), broken, good[4]!];
    const all = { calibrationShare: 0, epochs: 1 };
    await expect(new Tiny(all).fit(images, { workers: 1 })).rejects.toThrow(/IMAGE_\w+\] broken\.png/);
    const { result } = await fitted(new Tiny(all), { skipBad: true }, images);
    expect([result.images, result.skipped.map(({ id }) => id)]).toEqual([4, ['broken.png']]);
    expect(result.warnings).toEqual([expect.stringContaining('there are no thresholds')]);
  });

  test.each(['features', 'training', 'statistics', 'calibration'])(
    'a stop during %s leaves the model as it was, and no tensor or file',
    async (stage) => {
      const files = await temporary();
      await expectStopHarmless(model, good, stage);
      expect(await temporary()).toEqual(files);
    },
  );

  test('a training that diverges says so, and leaves the model as it was', async () => {
    const before = tf.memory().numTensors;
    const method = new Tiny({ learningRate: 1000, epochs: 50 });
    await expect(method.fit(good, { workers: 1 })).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
    await expect(method.toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(['peak', 'steps'])('so does one that ends with %s that are no numbers', async (name) => {
    const network: TinyDesign['network'] = (setting, state) => {
      const made = TINY.network(setting, state);
      const loss: typeof made.loss = (inputs) => {
        const value = made.loss(inputs);
        inputs.update('steps', tf.fill([1], Number.POSITIVE_INFINITY));
        return value;
      };
      return name === 'steps' ? { ...made, loss } : { ...made, conclude: async () => ({ peak: Float32Array.of(NaN) }) };
    };
    const before = tf.memory().numTensors;
    const method = new Tiny({}, { network });
    await expect(method.fit(good, { workers: 1 })).rejects.toThrow(new RegExp(`TRAINING_DIVERGED.*${name} holds`));
    await expect(method.toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
    expect(tf.memory().numTensors).toBe(before);
  });
});
