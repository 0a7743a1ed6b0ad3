// SPADE's gallery and scorer on made-up features: what must hold whatever the network gives.
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { interpolate } from '../../src/data/interpolate.js';
import { useBackend } from '../../src/kernels/backend.js';
import { resolveSpadeConfig, type SpadeOptions } from '../../src/methods/spade/config.js';
import { type Gallery, GalleryBuilder, type LayerSizes } from '../../src/methods/spade/gallery.js';
import { toHalves } from '../../src/runtime/float16.js';
import { relativeDifference, squaredDistance } from '../helpers/random-arrays.js';
import { galleryOf, type MadeUp, madeUp, scoring } from '../helpers/spade.js';

const SIZES: readonly LayerSizes[] = [
  { layer: 'layer1', side: 4, channels: 5 },
  { layer: 'layer2', side: 2, channels: 7 },
];
const WIDTH = 6;
const GOOD = [1, 2, 3].map((seed) => madeUp(SIZES, WIDTH, seed));
const PART = madeUp(SIZES, WIDTH, 9);

let before = 0;
beforeAll(async () => {
  await useBackend('wasm');
});
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

const retrieve = (good: readonly MadeUp[], part: MadeUp, options: SpadeOptions) =>
  scoring(SIZES, galleryOf(SIZES, good), part, options, (scorer, { global }) => scorer.retrieve(global));

const grids = async (gallery: Gallery, part: MadeUp, images: number[], options: SpadeOptions = {}, sizes = SIZES) => {
  const found = await scoring(sizes, gallery, part, options, (scorer, { maps }) =>
    scorer.distances(maps, Int32Array.from(images)),
  );
  return found.map(({ data }) => data);
};

const score = (gallery: Gallery, part: MadeUp, options: SpadeOptions = {}) =>
  scoring(SIZES, gallery, part, options, (scorer, features) => scorer.score(features));

/** Least distance of each row to any of the others. */
function leastDistances(rows: Float32Array, bank: readonly Float32Array[], depth: number): number[] {
  const row = (values: Float32Array, i: number) => values.subarray(i * depth, (i + 1) * depth);
  return Array.from({ length: rows.length / depth }, (_, i) => {
    const all = bank.flatMap((map) =>
      Array.from({ length: map.length / depth }, (__, j) => squaredDistance(row(rows, i), row(map, j))),
    );
    return Math.sqrt(Math.min(...all));
  });
}

describe('what is found', () => {
  test('is what brute force finds: the images, and the least distances of every layer', async () => {
    const far = GOOD.map(({ global }) => Math.sqrt(squaredDistance(global, PART.global)));
    const order = [0, 1, 2].sort((a, b) => far[a]! - far[b]!);
    const { images, distances } = await retrieve(GOOD, PART, { k: 2 });
    expect([...images]).toEqual(order.slice(0, 2));
    expect(
      relativeDifference(
        distances,
        order.slice(0, 2).map((i) => far[i]!),
      ),
    ).toBeLessThan(1e-6);
    const found = await grids(galleryOf(SIZES, GOOD), PART, [2, 0]);
    for (const [i, { channels }] of SIZES.entries()) {
      const expected = leastDistances(PART.maps[i]!, [GOOD[2]!.maps[i]!, GOOD[0]!.maps[i]!], channels);
      expect(relativeDifference(found[i]!, expected)).toBeLessThan(1e-6);
    }
  });

  test('concatenated, is what brute force finds of all layers, bilinear on the first grid', async () => {
    const descriptors = ({ maps }: MadeUp) => {
      const large = SIZES.map(
        ({ side, channels }, i) => interpolate({ width: side, height: side, data: maps[i]! }, 4, 4, channels).data,
      );
      return Float32Array.from({ length: 16 * 12 }, (_, at) => {
        const [position, channel] = [Math.floor(at / 12), at % 12];
        return channel < 5 ? large[0]![position * 5 + channel]! : large[1]![position * 7 + channel - 5]!;
      });
    };
    const [found, ...more] = await grids(galleryOf(SIZES, GOOD), PART, [0, 1], { fusion: 'concat' });
    expect(more).toEqual([]);
    const bank = GOOD.slice(0, 2).map(descriptors);
    expect(relativeDifference(found!, leastDistances(descriptors(PART), bank, 12))).toBeLessThan(1e-6);
  });

  test.each(['layers', 'concat'] as const)('of an image that is in the gallery is 0: %s', async (fusion) => {
    const gallery = galleryOf(SIZES, GOOD);
    const { images, distances } = await retrieve(GOOD, GOOD[1]!, { k: 3 });
    expect([images[0], distances[0]]).toEqual([1, 0]);
    const found = await score(gallery, GOOD[1]!, { k: 1, fusion });
    expect([found.score, Math.max(...found.map)]).toEqual([0, 0]);
    expect((await score(gallery, GOOD[1]!, { k: 2, fusion })).score).toBeGreaterThan(0);
  });

  test('of equally near images is the first', async () => {
    expect([...(await retrieve([GOOD[0]!, GOOD[1]!, GOOD[1]!], GOOD[1]!, { k: 2 })).images]).toEqual([1, 2]);
  });

  test.each([7, 14])('leaves no position out on a grid of side %i', async (side) => {
    const sizes: LayerSizes[] = [{ layer: 'layer3', side, channels: 9 }];
    const good = [1, 2, 3, 4, 5].map((seed) => madeUp(sizes, WIDTH, seed));
    const gallery = galleryOf(sizes, good);
    for (const [image, { maps }] of good.entries()) {
      for (const position of [0, side * side - 1]) {
        // The part shows this one position everywhere.
        const one = maps[0]!.subarray(9 * position, 9 * position + 9);
        const part = { maps: [new Float32Array(side * side * 9).map((_, at) => one[at % 9]!)], global: PART.global };
        const [found] = await grids(gallery, part, [0, 1, 2, 3, 4], {}, sizes);
        expect(Math.max(...found!)).toBe(0);
        const [without] = await grids(
          gallery,
          part,
          [0, 1, 2, 3, 4].filter((i) => i !== image),
          {},
          sizes,
        );
        expect(Math.min(...without!)).toBeGreaterThan(0);
      }
    }
  });

  test('can only become less where images are added', async () => {
    const gallery = galleryOf(SIZES, GOOD);
    const one = await grids(gallery, PART, [0]);
    const more = await grids(gallery, PART, [0, 1, 2]);
    let fell = 0;
    for (const [layer, values] of one.entries()) {
      for (const [at, value] of values.entries()) {
        expect(more[layer]![at]).toBeLessThanOrEqual(value);
        if (more[layer]![at]! < value) fell++;
      }
    }
    expect(fell).toBeGreaterThan(0);
  });
});

describe('score and map', () => {
  test('the score of k = 1 is the nearest distance, and it rises with k until all images are taken', async () => {
    const gallery = galleryOf(SIZES, GOOD);
    const { distances } = await retrieve(GOOD, PART, { k: 3 });
    const scores = await Promise.all([1, 2, 3, 50].map(async (k) => (await score(gallery, PART, { k })).score));
    expect(scores[0]).toBe(distances[0]);
    expect(scores[1]).toBeGreaterThan(scores[0]!);
    expect(scores[2]).toBeGreaterThan(scores[1]!);
    expect(scores[3]).toBe(scores[2]);
    expect(scores[2]).toBeCloseTo((distances[0]! + distances[1]! + distances[2]!) / 3, 6);
  });

  test("the map is the mean of the layers' grids, each interpolated to the input; mapMax is its maximum", async () => {
    const gallery = galleryOf(SIZES, GOOD);
    const [first, second] = await grids(gallery, PART, [0, 1, 2]);
    const large = [first!, second!].map((data) => {
      const side = Math.sqrt(data.length);
      return interpolate({ width: side, height: side, data }, 32, 32).data;
    });
    const expected = large[0]!.map((value, at) => (value + large[1]![at]!) / 2);
    const { map, score: most } = await score(gallery, PART, { smoothing: 0, imageScore: 'mapMax' });
    expect(relativeDifference(map, expected)).toBeLessThan(1e-6);
    expect(most).toBe(Math.max(...map));
    const smooth = await score(gallery, PART, { imageScore: 'mapMax' });
    expect(smooth.score).toBe(Math.max(...smooth.map));
    expect(smooth.score).toBeLessThan(most);
  });

  test('do not depend on the order of the gallery', async () => {
    const { map, score: one } = await score(galleryOf(SIZES, GOOD), PART, { k: 2 });
    const turned = await score(galleryOf(SIZES, [GOOD[2]!, GOOD[0]!, GOOD[1]!]), PART, { k: 2 });
    expect([turned.map, turned.score]).toEqual([map, one]);
  });

  test.each(['layers', 'concat'] as const)('in float16 they change by less than a hundredth: %s', async (fusion) => {
    const gallery = galleryOf(SIZES, GOOD);
    const halves = gallery.layers.map((layer) => ({ ...layer, maps: toHalves(Float32Array.from(layer.maps)) }));
    const options = { k: 2, fusion, imageScore: 'mapMax' } as const;
    const exact = await score(gallery, PART, options);
    const half = await score({ ...gallery, layers: halves }, PART, options);
    expect(half.map).not.toEqual(exact.map);
    expect(relativeDifference(half.map, exact.map)).toBeLessThan(0.01);
    expect(Math.abs(half.score / exact.score - 1)).toBeLessThan(0.01);
  });
});

describe('the gallery while it grows', () => {
  const config = resolveSpadeConfig({ inputSize: 32 });
  // ResNet-18 at 32: 8 x 8 x 64, 4 x 4 x 128 and 2 x 2 x 256, layer4 512.
  const floats = 64 * 64 + 16 * 128 + 4 * 256;
  const maps = (value: number) => new Float32Array(floats).fill(value);
  const global = (value: number) => new Float32Array(512).fill(value);

  test('keeps copies of what is added, and no more', () => {
    const builder = new GalleryBuilder(config, 'resnet18', 3);
    const buffer = maps(1);
    builder.add(buffer, global(1));
    builder.add(buffer.fill(2), global(2));
    const { images, globals, layers } = builder.finish();
    expect([images, globals.length]).toEqual([2, 2 * 512]);
    expect(layers.map(({ layer, side, channels }) => [layer, side, channels])).toEqual([
      ['layer1', 8, 64],
      ['layer2', 4, 128],
      ['layer3', 2, 256],
    ]);
    for (const values of [globals, ...layers.map((layer) => layer.maps)]) {
      expect(values.every((value, at) => value === (at < values.length / 2 ? 1 : 2))).toBe(true);
    }
    expect(() => new GalleryBuilder(config, 'resnet18', 3).finish()).toThrow(/NO_GOOD_IMAGES.*SPADE/);
  });

  test('refuses more than the budget or a model file holds, before anything is added', () => {
    const budget = { ...config, memoryBudget: 2 ** 20 };
    const each = 4 * (floats + 512);
    const most = Math.floor(2 ** 20 / each);
    expect(() => new GalleryBuilder(budget, 'resnet18', most)).not.toThrow();
    expect(() => new GalleryBuilder(budget, 'resnet18', most + 1)).toThrow(
      new RegExp(
        `MEMORY_BUDGET\\] SPADE\\.memoryBudget: ${most + 1} images take ${each} bytes each, memoryBudget holds ${most}.*Raise.*float16`,
      ),
    );
    const half = { ...budget, storage: 'float16' } as const;
    expect(() => new GalleryBuilder(half, 'resnet18', most + 1)).not.toThrow();
    expect(() => new GalleryBuilder(half, 'resnet18', 2 * most + 1)).toThrow(/MEMORY_BUDGET(?!.*float16)/);
    const vast = resolveSpadeConfig({ memoryBudget: 2 ** 40 });
    expect(() => new GalleryBuilder(vast, 'wide_resnet50_2', 382)).toThrow(
      /MEMORY_BUDGET.*5627904 bytes each, a model file of 2 GiB holds 380 of them/,
    );
  });

  test('in float16 takes what float16 holds and refuses the rest', () => {
    const builder = new GalleryBuilder({ ...config, storage: 'float16' }, 'resnet18', 2);
    builder.add(maps(1 / 3), global(1 / 3));
    const { globals, layers } = builder.finish();
    expect(globals[0]).toBe(Math.fround(1 / 3));
    expect(layers[0]!.maps).toEqual(toHalves(maps(1 / 3).subarray(0, 4096)));
    expect(() => builder.add(maps(65520), global(1))).toThrow(/BAD_CONFIG\] SPADE\.storage.*65504.*float32/);
  });
});
