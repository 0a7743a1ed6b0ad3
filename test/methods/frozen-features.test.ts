// A real network through the cache: the second pass over the images runs it no more.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { foldWeights } from '../../src/backbones/fold.js';
import { readSafetensors } from '../../src/backbones/formats/safetensors.js';
import { createBackbone } from '../../src/backbones/graph.js';
import type { Architecture, Backbone, LayerName } from '../../src/backbones/types.js';
import { encodePng, extractViews, type GeometryConfig, planGeometry } from '../../src/data/index.js';
import { loadImage } from '../../src/data/load.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { encodeEntry, pack } from '../../src/methods/parts/feature-cache/entry.js';
import { type FeatureMaps, frozenFeatures, openFeatureCache } from '../../src/methods/parts/feature-cache/index.js';
import { nameImages } from '../../src/methods/parts/inputs.js';
import { fromHalves, toHalves } from '../../src/runtime/float16.js';
import { seededStateDict } from '../backbones/golden.js';

const LAYERS = ['layer1', 'layer2'] as const;
const TILES: GeometryConfig = { mode: 'tile', resize: 48, inputSize: 32, tileOverlap: 0 };

let backbone: Backbone;
let passes = 0;
let folder = '';

beforeAll(async () => {
  await useBackend('wasm');
  const origin = { id: 'seeded', path: 'seeded', architecture: 'resnet18', until: 'layer2' } as const;
  const network = createBackbone(await foldWeights(seededStateDict('resnet18', 'layer2'), origin));
  backbone = {
    ...network,
    features<L extends LayerName>(images: tf.Tensor4D, layers: readonly L[]) {
      passes++;
      return network.features(images, layers);
    },
  };
});
afterAll(() => backbone.dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'frozen-'));
  passes = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const parts = synthSamples({ kind: 'metal', seed: 1, size: 64, train: 3, testGood: 0, testPerDefect: 0 }).train;

describe('frozen features', () => {
  const all = async (maps: AsyncIterable<FeatureMaps>) => {
    const found: FeatureMaps[] = [];
    for await (const each of maps) found.push(each);
    return found;
  };
  const pass = async (layers: readonly LayerName[] = LAYERS, geometry = TILES) => {
    const cache = await openFeatureCache({ folder });
    const found: FeatureMaps[][] = [];
    for (const image of nameImages(parts))
      found.push(await all(frozenFeatures(image, { backbone, layers, geometry, cache })));
    return found;
  };

  test('one forward pass per view, none in the second epoch, the same values, no tensor left', async () => {
    await pass();
    await rm(folder, { recursive: true });
    passes = 0;
    const tensors = tf.memory().numTensors;
    const first = await pass();
    expect(first.map((views) => views.length)).toEqual([4, 4, 4]);
    expect(passes).toBe(12);
    const second = await pass();
    expect(passes).toBe(12);
    expect(second).toEqual(first);
    expect(tf.memory().numTensors).toBe(tensors);
    // Each layer is kept by itself.
    expect((await pass(['layer1'])).map((views) => views.map((maps) => [...maps.keys()]))).toEqual(
      first.map((views) => views.map(() => ['layer1'])),
    );
    expect(passes).toBe(12);
    await pass(LAYERS, { ...TILES, tileOverlap: 0.5 });
    expect(passes).toBeGreaterThan(12);
  });

  test("are the backbone's own, rounded to float16", async () => {
    const [views] = await pass();
    const image = await loadImage(parts[0]!.image);
    const pixels = extractViews(image, planGeometry(image.width, image.height, TILES));
    for (const [i, view] of pixels.entries()) {
      const maps = tf.tidy(() => backbone.features(tf.tensor4d(Float32Array.from(view), [1, 32, 32, 3]), LAYERS));
      for (const layer of LAYERS) {
        const found = views?.[i]?.get(layer);
        expect(found?.shape).toEqual(maps[layer].shape.slice(1));
        expect(found?.data).toEqual(fromHalves(toHalves(await maps[layer].data<'float32'>())));
      }
      tf.dispose(maps);
    }
  });

  test('the same weights in two architectures are two networks', async () => {
    const folded = async (architecture: Architecture) =>
      foldWeights(seededStateDict('efficientnet_b5', 'features.1'), {
        id: 'seeded',
        path: 'seeded',
        architecture,
        until: 'features.1',
      });
    const networks = [
      createBackbone(await folded('efficientnet_b5')),
      createBackbone(await folded('efficientnet_b5_tf')),
    ] as const;
    const cache = await openFeatureCache({ folder });
    const geometry: GeometryConfig = { mode: 'stretch', resize: null, inputSize: 32, tileOverlap: 0 };
    const image = nameImages(parts)[0]!;
    const first = await all(frozenFeatures(image, { backbone: networks[0], layers: ['features.1'], geometry, cache }));
    const second = await all(frozenFeatures(image, { backbone: networks[1], layers: ['features.1'], geometry, cache }));
    for (const network of networks) network.dispose();
    expect(networks[0].hash).toBe(networks[1].hash);
    expect(cache.counts).toEqual({ hits: 0, misses: 2 });
    expect(second).not.toEqual(first);
  });

  test('maps of other sizes, made to fit the key, are computed anew', async () => {
    const first = await pass();
    expect(passes).toBe(12);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const { metadata } = readSafetensors((await readFile(path)).subarray(32));
      const map = { shape: [2, 2, 1] as const, data: new Float32Array(4) };
      await writeFile(path, await encodeEntry(metadata.key!, pack(map)));
    }
    expect(await pass()).toEqual(first);
    expect(passes).toBe(24);
    expect(await pass()).toEqual(first);
    expect(passes).toBe(24);
  });

  test('a file is known by its content, not its name, and is not decoded again', async () => {
    const image = await loadImage(parts[0]!.image);
    const file = await encodePng(image);
    const [one, two, three] = ['a.png', 'b.png', 'c.png'].map((name) => join(folder, name)) as [string, string, string];
    await writeFile(one, file);
    await writeFile(two, file);
    const cache = await openFeatureCache({ folder: join(folder, 'cache') });
    const options = { backbone, layers: LAYERS, geometry: TILES, cache };
    const first = await all(frozenFeatures({ id: one, source: one }, options));
    expect(passes).toBe(4);
    expect(await all(frozenFeatures({ id: two, source: two }, options))).toEqual(first);
    expect(await all(frozenFeatures({ id: 'bytes', source: file }, options))).toEqual(first);
    expect(passes).toBe(4);
    const darker = { ...image, data: image.data.map((value) => value >> 1) };
    await writeFile(three, await encodePng(darker));
    expect(await all(frozenFeatures({ id: three, source: three }, options))).not.toEqual(first);
    expect(passes).toBe(8);
  });

  test('errors are those of the image and of the network, and leave no tensor', async () => {
    const cache = await openFeatureCache({ folder });
    const options = { backbone, layers: LAYERS, geometry: TILES, cache };
    const tensors = tf.memory().numTensors;
    const missing = frozenFeatures({ id: 'x', source: join(folder, 'x.png') }, options);
    await expect(all(missing)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    const broken = frozenFeatures({ id: 'x', source: Uint8Array.of(1, 2, 3) }, options);
    await expect(all(broken)).rejects.toMatchObject({ code: 'IMAGE_FORMAT', path: 'x' });
    const tooDeep = frozenFeatures({ id: 'x', source: parts[0]!.image }, { ...options, layers: ['layer3'] });
    await expect(all(tooDeep)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(cache.counts).toEqual({ hits: 0, misses: 0 });
  });
});
