// SPADE against golden values that test/reference/spade_fixtures.py computed with NumPy and PyTorch.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { resolveWeights } from '../../src/backbones/index.js';
import type { Image } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { resolveSpadeConfig, type SpadeOptions } from '../../src/methods/spade/config.js';
import { Embedder } from '../../src/methods/spade/embedder.js';
import { GalleryBuilder } from '../../src/methods/spade/gallery.js';
import { SPADE } from '../../src/methods/spade/index.js';
import { Scorer } from '../../src/methods/spade/scorer.js';
import { readFixture } from '../helpers/fixture.js';
import { noisyBlocks, stained } from '../helpers/noisy-blocks.js';
import { relativeDifference } from '../helpers/random-arrays.js';

const golden = readFixture<{
  size: number;
  k: number;
  good_seeds: [number, number][];
  test_seeds: [number, number];
  global_every_16th: number[];
  distances: number[];
  found: number[];
  score: number;
  raw: Record<'layer1' | 'layer2' | 'layer3', number[]>;
  map_every_97th: number[];
  concat_raw: number[];
  concat_map_max: number;
}>('spade.json');

const { size, k } = golden;
const good = golden.good_seeds.map((seeds) => noisyBlocks(...seeds, size));
const part = stained(noisyBlocks(...golden.test_seeds, size));
const options: SpadeOptions = { geometry: 'stretch', inputSize: size, k, calibrationShare: 0 };

beforeAll(async () => {
  await useBackend('wasm');
});

test('global vector, distances and the layers’ grids of one image', async () => {
  const config = resolveSpadeConfig(options);
  const weights = await resolveWeights('resnet50', { until: 'layer4' });
  const embedder = await Embedder.open({ config, weights });
  const embed = async (source: Image) => (await embedder.open({ id: 'made up', source })).embed();
  const builder = new GalleryBuilder(config, weights.architecture, good.length);
  for (const each of good) {
    const { maps, global } = await embed(each);
    const joined = tf.concat(maps.map((map) => map.flatten()));
    builder.add(await joined.data<'float32'>(), await global.data<'float32'>());
    tf.dispose([joined, global, ...maps]);
  }
  const gallery = builder.finish();
  const { maps, global } = await embed(part);
  const everyNth = (await global.data<'float32'>()).filter((_, at) => at % 16 === 0);
  expect(relativeDifference(everyNth, golden.global_every_16th)).toBeLessThan(1e-5);
  const scorer = new Scorer(resolveSpadeConfig({ ...options, k: good.length }), gallery);
  const { images, distances } = await scorer.retrieve(global);
  const ordered = golden.distances.toSorted((a, b) => a - b);
  expect(relativeDifference(distances, ordered)).toBeLessThan(1e-5);
  expect([...images.subarray(0, k)]).toEqual(golden.found);
  const grids = await scorer.distances(maps, images.slice(0, k));
  for (const [i, layer] of (['layer1', 'layer2', 'layer3'] as const).entries()) {
    expect(relativeDifference(grids[i]!.data, golden.raw[layer])).toBeLessThan(1e-5);
  }
  scorer.dispose();
  const whole = new Scorer(resolveSpadeConfig({ ...options, fusion: 'concat' }), gallery);
  const [grid] = await whole.distances(maps, images.slice(0, k));
  expect(relativeDifference(grid!.data, golden.concat_raw)).toBeLessThan(1e-5);
  whole.dispose();
  tf.dispose([global, ...maps]);
  embedder.dispose();
});

test('score and map, end to end', async () => {
  const model = new SPADE(options);
  await model.fit(good, { workers: 1 });
  const [found] = await model.predict([part], { maps: 'input' });
  const everyNth = found!.map.data.filter((_, at) => at % 97 === 0);
  const errors = [relativeDifference(everyNth, golden.map_every_97th), Math.abs(found!.score / golden.score - 1)];
  expect(Math.max(...errors)).toBeLessThan(1e-5);
  model.dispose();
  const concat = new SPADE({ ...options, fusion: 'concat', imageScore: 'mapMax' });
  await concat.fit(good, { workers: 1 });
  const [other] = await concat.predict([part]);
  expect(Math.abs(other!.score / golden.concat_map_max - 1)).toBeLessThan(1e-5);
  concat.dispose();
});
