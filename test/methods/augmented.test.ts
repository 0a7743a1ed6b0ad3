// Augmented copies of training images reach every kind of method as the very pixels that a direct computation makes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import { type Augmentation, type AugmentStep, augment, augmentRandom } from '../../src/data/augment/index.js';
import { extractViews, type GeometryConfig, planGeometry, resizeToPlan } from '../../src/data/index.js';
import type { Image, Sample } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { FastFlow } from '../../src/methods/fastflow/index.js';
import { PaDiM } from '../../src/methods/padim/index.js';
import { holdOut } from '../../src/methods/parts/calibrate.js';
import { contentHash } from '../../src/methods/parts/feature-cache/index.js';
import { nameImages } from '../../src/methods/parts/inputs.js';
import { openImage } from '../../src/methods/parts/open-image.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';
import { SPADE } from '../../src/methods/spade/index.js';
import { STPM } from '../../src/methods/stpm/index.js';
import type { AugmentedSample } from '../../src/methods/types.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { same, smallParts } from '../helpers/small-parts.js';
import { TINY, Tiny } from '../helpers/tiny-trained.js';

const SIDE = 32;
const SEED = 66;
const JITTER: readonly AugmentStep[] = [
  { kind: 'rotate', degrees: [-40, 40], resample: 'bilinear' },
  { kind: 'gaussianNoise', variance: [50, 90], probability: 0.5 },
];

const { train: good, test: parts } = smallParts('cloth', { train: 5, testGood: 1, testPerDefect: 1 });
let folder: string;
let backbone: BackboneChoice;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'augmented-'));
  backbone = await seededResnet18(folder, 'layer4');
});
afterAll(() => rm(folder, { recursive: true }));

function pixels({ image }: Sample): Image {
  if (typeof image === 'string' || image instanceof Uint8Array) throw new Error('synthetic parts are pixels');
  return image;
}

function copyOf(sample: Sample, copy: Augmentation['copy'], steps = JITTER): AugmentedSample {
  return { ...sample, augmentation: { steps, seed: SEED, sample: sample.id, copy } };
}

const copiesOf = (samples: readonly Sample[], copies: readonly number[]) =>
  samples.flatMap((sample) => copies.map((copy) => copyOf(sample, copy)));

/** What the copies are, made without any part of a method: images that have the network's size already. */
function direct(sample: Sample, copy: number, steps = JITTER): Image {
  const image = pixels(sample);
  const plan = planGeometry(image.width, image.height, {
    mode: 'stretch',
    resize: null,
    inputSize: SIDE,
    tileOverlap: 0,
  });
  const [data] = extractViews(image, plan);
  const view = { width: SIDE, height: SIDE, data: data! };
  return augment({ image: view }, steps, augmentRandom(SEED, sample.id, copy)).image;
}

const directOf = (samples: readonly Sample[], copies: readonly number[]) =>
  samples.flatMap((sample) => copies.map((copy) => direct(sample, copy)));

describe('a view', () => {
  const sample = good[0]!;
  const [named] = nameImages([copyOf(sample, 3)]);

  test.each<GeometryConfig>([
    { mode: 'crop', resize: 40, inputSize: SIDE, tileOverlap: 0 },
    { mode: 'stretch', resize: null, inputSize: SIDE, tileOverlap: 0 },
  ])('is augmented once it is cut, the same every time: $mode', async (geometry) => {
    const image = pixels(sample);
    const plan = planGeometry(image.width, image.height, geometry);
    const view = { width: SIDE, height: SIDE, data: extractViews(image, plan)[0]! };
    const expected = augment({ image: view }, JITTER, augmentRandom(SEED, sample.id, 3)).image.data;
    const opened = await openImage(named!, geometry);
    expect(opened.view(0)).toEqual(expected);
    expect(opened.view(0)).toEqual(expected);
    expect(same(expected, view.data)).toBe(false);
  });

  test('of several is cut from the augmented whole', async () => {
    const geometry: GeometryConfig = { mode: 'tile', resize: 56, inputSize: SIDE, tileOverlap: 0.25 };
    const image = pixels(sample);
    const plan = planGeometry(image.width, image.height, geometry);
    const whole = augment({ image: resizeToPlan(image, plan) }, JITTER, augmentRandom(SEED, sample.id, 3)).image;
    const expected = extractViews(whole, planGeometry(whole.width, whole.height, geometry));
    const opened = await openImage(named!, geometry);
    expect(plan.views.length).toBe(4);
    expect(plan.views.map((_, i) => opened.view(i))).toEqual(expected);
  });

  test('must keep its size', async () => {
    const [cropped] = nameImages([copyOf(sample, 0, [{ kind: 'crop', width: 20, height: SIDE }])]);
    const { view } = await openImage(cropped!, { mode: 'stretch', resize: null, inputSize: SIDE, tileOverlap: 0 });
    expect(() => view(0)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', path: sample.id }));
  });
});

describe('every kind of method fits them', () => {
  const common = { geometry: 'stretch', inputSize: SIDE, calibrationShare: 0, seed: 3 } as const;
  const copies = [0, 1, 4];
  const methods: [string, () => PatchCore | PaDiM | SPADE | FastFlow | STPM][] = [
    ['patchcore', () => new PatchCore({ ...common, backbone, layers: ['layer1', 'layer2'], coresetRatio: 0.3 })],
    ['padim', () => new PaDiM({ ...common, backbone, layers: ['layer1', 'layer2'], dims: 10 })],
    ['spade', () => new SPADE({ ...common, backbone, layers: ['layer1'] })],
    [
      'fastflow',
      () =>
        new FastFlow({ ...common, backbone, layers: ['layer1'], steps: 2, hiddenRatio: 0.1, epochs: 2, batchSize: 3 }),
    ],
    ['stpm', () => new STPM({ ...common, backbone, layers: ['layer1'], epochs: 2, batchSize: 3, validationShare: 0 })],
  ];

  test.each(methods)(
    '%s, in this thread and in two, as if they were given its pixels',
    async (_, make) => {
      const plain = make();
      await plain.fit(good.slice(0, 3), { workers: 1 });
      for (const workers of [1, 2]) {
        const [given, made] = [make(), make()];
        const result = await given.fit(copiesOf(good.slice(0, 3), copies), { workers });
        await made.fit(directOf(good.slice(0, 3), copies), { workers });
        expect(result.images).toBe(9);
        expect(same(await given.toBytes(), await made.toBytes())).toBe(true);
        expect(same(await given.toBytes(), await plain.toBytes())).toBe(false);
        for (const each of [given, made]) each.dispose();
      }
      plain.dispose();
    },
    180_000,
  );

  test('predictions of a copy are those of its pixels', async () => {
    const model = new PatchCore({ ...common, backbone, layers: ['layer1'] });
    await model.fit(good, { workers: 1 });
    const [given] = await model.predict([copyOf(parts[0]!, 2)], { workers: 1, maps: 'input' });
    const [made] = await model.predict([direct(parts[0]!, 2)], { workers: 1, maps: 'input' });
    expect([given!.score, given!.map.data]).toEqual([made!.score, made!.map.data]);
    model.dispose();
  });
});

describe('a copy of every epoch', () => {
  const epochs = 3;
  const images = good.map((sample) => copyOf(sample, 'epoch'));

  test('is another one in each, the one of its number; nothing is drawn for the last pass', async () => {
    const seen: string[][] = [];
    const last: string[] = [];
    const digest = (data: ArrayLike<number>) => Buffer.from(Uint8Array.from(data)).toString('base64');
    const method = new Tiny(
      { epochs, batchSize: 2, inputSize: SIDE, calibrationShare: 0 },
      {
        usesPixels: true,
        network: (setting, state) => {
          const network = TINY.network(setting, state);
          return {
            ...network,
            loss: (inputs) => {
              const values = inputs.batch.images!.dataSync();
              const size = values.length / inputs.batch.images!.shape[0];
              seen[inputs.epoch] ??= [];
              for (let at = 0; at < values.length; at += size)
                seen[inputs.epoch]!.push(digest(values.slice(at, at + size)));
              return network.loss(inputs);
            },
            conclude: async (batches, tensors) => {
              const watched = async function* () {
                for await (const batch of batches) {
                  last.push(digest(await batch.images!.data()));
                  yield batch;
                }
              };
              return network.conclude!(watched(), tensors);
            },
          };
        },
      },
    );
    await method.fit(images, { workers: 1 });
    for (let epoch = 0; epoch < epochs; epoch++) {
      expect([...seen[epoch]!].sort()).toEqual(good.map((sample) => digest(direct(sample, epoch).data)).sort());
    }
    expect(last).toEqual(good.map((sample) => digest(direct(sample, 0, []).data)));
    method.dispose();
  });

  test('is shared by threads: each makes those of its share', async () => {
    const config = {
      backbone,
      layers: ['layer1' as const],
      inputSize: SIDE,
      calibrationShare: 0,
      steps: 2,
      hiddenRatio: 0.1,
      batchSize: 4,
      epochs,
    };
    const losses = [];
    for (const workers of [1, 2]) {
      const method = new FastFlow(config);
      losses.push((await method.fit(images, { workers })).training.epochs.map(({ loss }) => loss));
      method.dispose();
    }
    for (const [epoch, loss] of losses[0]!.entries()) {
      expect(Math.abs(losses[1]![epoch]! - loss)).toBeLessThan(1e-4 * Math.abs(loss));
    }
  });

  test('is the first one where a method reads images once', async () => {
    const banks = [];
    for (const given of [images, good.map((sample) => copyOf(sample, 0))]) {
      const model = new PatchCore({ backbone, layers: ['layer1'], geometry: 'stretch', inputSize: SIDE });
      await model.fit(given, { workers: 1 });
      banks.push(await model.toBytes());
      model.dispose();
    }
    expect(same(banks[0]!, banks[1]!)).toBe(true);
  });
});

test('no copy of an original that is held out is trained on, and what is held out is not augmented', () => {
  const all = nameImages([...copiesOf(good, [0, 1, 2]), ...parts.slice(0, 5)]);
  const { held, kept } = holdOut('any', all, new PatchCore({ calibrationShare: 0.4, seed: 2 }).config);
  expect(held).toHaveLength(4);
  const ids = new Set(held.map(({ id }) => id));
  expect(ids.size).toBe(4);
  expect(kept.filter(({ id }) => ids.has(id))).toEqual([]);
  expect(held.length + new Set(kept.map(({ id }) => id)).size).toBe(10);
  expect(held.some(({ augmentation }) => augmentation !== undefined)).toBe(false);
  // Of one original nothing can be held out.
  const single = holdOut('any', nameImages(copiesOf(good.slice(0, 1), [0, 1, 2])), new PatchCore().config);
  expect([single.held.length, single.kept.length]).toEqual([0, 3]);
});

test('the cache and checkpoints tell copies apart, and an image without steps is the image', async () => {
  const sample = good[0]!;
  const hashOf = async (input: Sample) => contentHash(nameImages([input])[0]!);
  const other = { ...copyOf(sample, 1), augmentation: { ...copyOf(sample, 1).augmentation, seed: 1 } };
  const turned = copyOf(sample, 1, [{ kind: 'rotate', degrees: [72, 72] }]);
  const hashes = await Promise.all(
    [sample, copyOf(sample, 0), copyOf(sample, 1), copyOf(sample, 'epoch'), other, turned].map(hashOf),
  );
  expect(new Set(hashes).size).toBe(6);
  expect(await hashOf(copyOf(sample, 1, []))).toBe(hashes[0]);
});
