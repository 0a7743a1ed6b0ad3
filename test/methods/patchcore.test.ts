// PatchCore as a whole, with real ImageNet features on small synthetic parts.
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image, Sample } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PatchCore, type PatchCoreOptions } from '../../src/methods/patchcore/index.js';
import type { CallOptions, FitResult, Prediction } from '../../src/methods/types.js';
import { bankOf, content, smallParts, smallPatchCore } from '../helpers/small-parts.js';

const board = smallParts('board', { train: 14, testGood: 3, testPerDefect: 1 });
const good = board.train;
const parts = board.test;
let model: PatchCore;
let result: FitResult;
let predictions: Prediction[];

beforeAll(async () => {
  await useBackend('wasm');
  model = smallPatchCore();
  result = await model.fit(good, { workers: 1 });
  predictions = await model.predict(parts, { workers: 1 });
});
afterAll(() => model.dispose());

describe('fit', () => {
  test('says what it learned from', () => {
    expect(result).toMatchObject({ images: 13, calibrationImages: 1, skipped: [] });
    expect(result.warnings).toEqual([expect.stringMatching(/held out \(1\) .* 0\.01, that takes 100/)]);
    expect(Object.keys(result.timings)).toEqual(['features', 'coreset', 'gather', 'calibration']);
    expect(model.memoryBank).toEqual({ rows: 83, columns: 1024 });
    expect(model.backbone.id).toBe('resnet50.keras_in1k');
  });

  test('the same seed gives the same bytes, another seed others; a second fit forgets the first', async () => {
    const other = smallPatchCore();
    await other.fit(good.slice(0, 3), { workers: 1 });
    await other.fit(good, { workers: 1 });
    expect(await other.toBytes()).toEqual(await model.toBytes());
    const reseeded = smallPatchCore({ seed: 4 });
    await reseeded.fit(good, { workers: 1 });
    expect(await bankOf(reseeded)).not.toEqual(await bankOf(model));
  });

  test('two worker threads give the same bytes and predictions', async () => {
    const spread = smallPatchCore();
    expect(await spread.fit(good, { workers: 2 })).toMatchObject({ images: 13, calibrationImages: 1 });
    expect(await spread.toBytes()).toEqual(await model.toBytes());
    const found = await spread.predict(parts, { workers: 2 });
    expect(found.map(content)).toEqual(predictions.map(content));
    expect(threads()).toBe(0);
  });

  test('a small budget gives the same bank in two passes, a smaller one thins and says so, the smallest is refused', async () => {
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => stages.add(stage);
    const twoPasses = smallPatchCore({ memoryBudget: 2 ** 20 });
    const told = await twoPasses.fit(good, { workers: 2, onProgress });
    expect(stages).toContain('features of the coreset');
    expect(told.warnings).toHaveLength(1);
    expect(await bankOf(twoPasses)).toEqual(await bankOf(model));

    const thinning = smallPatchCore({ memoryBudget: 2 ** 20, projection: null, coresetRatio: 0.05 });
    const { warnings } = await thinning.fit(good, { workers: 1 });
    expect(warnings[0]).toMatch(/memoryBudget of 1048576 bytes .* thinned \d+ times/);
    expect(thinning.memoryBank.rows).toBe(41);
    const [fine, stain] = await thinning.predict([image(parts[0]!), stained(image(parts[0]!), 91, 83)]);
    expect(stain!.score).toBeGreaterThan(fine!.score);

    const refused = smallPatchCore({ memoryBudget: 2 ** 20, projection: null });
    await expect(refused.fit(good, { workers: 1 })).rejects.toThrow(/MEMORY_BUDGET.*1048576 bytes hold \d+ candidates/);
    expect(() => refused.memoryBank).toThrow(/NOT_FITTED/);
  });

  test('a bank of all patches knows the training images by heart', async () => {
    const all = smallPatchCore({ coresetRatio: 1, calibrationShare: 0 });
    const told = await all.fit(good.slice(0, 3), { workers: 1 });
    expect([all.memoryBank.rows, told.calibrationImages, all.thresholds]).toEqual([192, 0, null]);
    expect(told.warnings).toEqual(['no good images were held out: there are no thresholds']);
    for (const prediction of await all.predict(good.slice(0, 3))) {
      expect(prediction.score).toBeLessThanOrEqual(1e-5);
      expect(prediction).toMatchObject({ isAnomalous: null, threshold: null, pValue: null, mask: null, regions: [] });
    }
  });
});

describe.each<[string, PatchCoreOptions, number, number]>([
  ['coresetCount', { coresetCount: 10 }, 10, 1024],
  ['a count beyond all patches', { coresetCount: 10_000 }, 192, 1024],
  ['no projection', { projection: null }, 19, 1024],
  ['projection auto', { projection: 'auto' }, 19, 1024],
  ['three layers, pooled in general', { layers: ['layer1', 'layer2', 'layer3'], dimension: 96 }, 76, 96],
  ['the last layer alone', { layers: ['layer4'], inputSize: 96, dimension: 128 }, 2, 128],
  ['patches of one cell', { patchSize: 1, dimension: 64 }, 19, 64],
  ['patches of 5 x 5', { patchSize: 5, dimension: 64 }, 19, 64],
  ['three neighbours, five patches, no smoothing', { neighbors: 3, scoreTop: 5, smoothing: 0 }, 19, 1024],
  ['more neighbours than the bank has rows', { neighbors: 9, coresetCount: 2 }, 2, 1024],
  ['re-weighting', { reweight: 3 }, 19, 1024],
  ['re-weighting with a bank of one row', { reweight: 3, coresetCount: 1 }, 1, 1024],
  ['variant anomalib', { variant: 'anomalib' }, 19, 1536],
  ['stretched', { geometry: 'stretch' }, 19, 1024],
  ['tiled at native resolution', { geometry: 'tile', resize: null }, 76, 1024],
  ['tiled at a size of its own', { geometry: 'tile', resize: 65, tileOverlap: 0 }, 76, 1024],
])('%s', (_, options, rows, columns) => {
  test('fits, predicts finite maps at the image size, and tells a defect', async () => {
    const before = tf.memory().numTensors;
    const own = smallPatchCore(options);
    await own.fit(good.slice(0, 4), { workers: 1 });
    expect(own.memoryBank).toEqual({ rows, columns });
    const odd = stained(image(parts[0]!), 91, 83);
    const [fine, stain] = await own.predict([cut(image(parts[0]!), 91, 83), odd], { workers: 1 });
    for (const prediction of [fine!, stain!]) {
      expect(prediction.map.shape).toEqual([83, 91]);
      expect(prediction.map.data.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(prediction.score)).toBe(true);
    }
    expect(stain!.score).toBeGreaterThan(fine!.score);
    own.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('predict', () => {
  test('one by one or together gives the same', async () => {
    for (const [i, part] of parts.entries()) {
      const [alone] = await model.predict([part]);
      expect(content(alone!)).toEqual(content(predictions[i]!));
    }
  });

  test('verdict, mask, regions and p-value follow from the thresholds', () => {
    const { image: threshold, pixel } = model.thresholds!;
    const [held] = model.calibration!.scores;
    expect(threshold).toBe(held);
    for (const { id, score, isAnomalous, map, mask, regions, pValue, ...rest } of predictions) {
      expect(parts.map((part) => part.id)).toContain(id);
      expect([rest.threshold, isAnomalous, pValue]).toEqual([
        threshold,
        score > threshold,
        score > threshold ? 0.5 : 1,
      ]);
      expect(mask!.data).toEqual(Uint8Array.from(map.data, (value) => (value > pixel ? 1 : 0)));
      expect(regions.reduce((sum, { area }) => sum + area, 0)).toBe(mask!.data.reduce((sum, value) => sum + value, 0));
      expect(Math.max(0, ...regions.map(({ peak }) => peak))).toBe(regions.length ? Math.max(...map.data) : 0);
    }
  });

  test('maps at the size that papers measure at', async () => {
    const [prediction] = await model.predict(parts.slice(0, 1), { maps: 'input' });
    expect(prediction!.map.shape).toEqual([64, 64]);
    const [tiled] = [smallPatchCore({ geometry: 'tile', resize: null })];
    await tiled!.fit(good.slice(0, 2), { workers: 1 });
    const [wide] = await tiled!.predict([cut(image(parts[0]!), 96, 70)], { maps: 'input' });
    expect(wide!.map.shape).toEqual([70, 96]);
    tiled!.dispose();
  });

  test('of nothing is nothing', async () => expect(await model.predict([])).toEqual([]));

  test('thirty in a row, and runs left early, leave no tensor behind', async () => {
    await model.predict(parts.slice(0, 1));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 30; i++) await model.predict(parts.slice(i % 3, (i % 3) + 1));
    for await (const _ of model.predictEach(parts)) break;
    for await (const _ of model.predictEach(parts, { workers: 2 })) {
      expect(threads()).toBeGreaterThan(0);
      break;
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(threads()).toBe(0);
  });

  test('calls at once share a session; one that runs survives dispose and fit', async () => {
    const own = smallPatchCore();
    const before = tf.memory().numTensors;
    await own.fit(good.slice(0, 6), { workers: 1 });
    expect(tf.memory().numTensors).toBe(before);
    const here = { workers: 1 };
    const alone = (await own.predict(parts, here)).map(content);
    own.dispose();
    const both = await Promise.all([own.predict(parts, here), own.predict(parts, here)]);
    for (const found of both) expect(found.map(content)).toEqual(alone);

    const running = own.predictEach(parts, here);
    const first = await running.next();
    own.dispose();
    await own.fit(good.slice(6, 12), { workers: 1 });
    const rest: Prediction[] = first.value ? [first.value] : [];
    for await (const prediction of running) rest.push(prediction);
    expect(rest.map(content)).toEqual(alone);
    expect((await own.predict(parts, here)).map(({ score }) => score)).not.toEqual(alone.map(({ score }) => score));
    own.dispose();
    own.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('follows a change of the backend', async () => {
    await useBackend('cpu');
    const [onCpu] = await model.predict(parts.slice(0, 1));
    expect(onCpu!.score / predictions[0]!.score).toBeCloseTo(1, 3);
    await useBackend('wasm');
    const [back] = await model.predict(parts.slice(0, 1));
    expect(content(back!)).toEqual(content(predictions[0]!));
  });
});

describe('update', () => {
  test('by ratio appends, by count keeps the size, and calibrations add up', async () => {
    const own = smallPatchCore();
    await own.fit(good.slice(0, 6), { workers: 1 });
    const earlier = await bankOf(own);
    const told = await own.update(good.slice(6), { workers: 2 });
    expect(told).toMatchObject({ images: 7, calibrationImages: 2 });
    expect(own.memoryBank.rows).toBe(32 + 44);
    expect((await bankOf(own)).slice(0, earlier.length)).toEqual(earlier);
    own.dispose();

    const counted = smallPatchCore({ coresetCount: 100 });
    await counted.fit(good.slice(0, 6), { workers: 1 });
    const before = await bankOf(counted);
    await counted.update(good.slice(6, 7), { workers: 1 });
    expect(counted.memoryBank.rows).toBe(100);
    expect(await bankOf(counted)).not.toEqual(before);
    counted.dispose();
  });
});

describe('what goes wrong', () => {
  const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
  const broken: Sample = { ...good[1]!, id: 'board/train/good/broken.png', image: bytes };

  test('a model that was not fitted says so', async () => {
    const empty = smallPatchCore();
    await expect(empty.predict(parts)).rejects.toMatchObject({ code: 'NOT_FITTED', path: 'PatchCore.predict' });
    await expect(empty.update(good)).rejects.toMatchObject({ code: 'NOT_FITTED', path: 'PatchCore.update' });
    await expect(empty.toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
    for (const read of [
      () => empty.thresholds,
      () => empty.memoryBank,
      () => empty.backbone,
      () => empty.calibration,
    ]) {
      expect(read).toThrow(/NOT_FITTED/);
    }
    empty.dispose();
  });

  test('no images, all bad images, a single path, odd workers', async () => {
    await expect(smallPatchCore().fit([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    await expect(smallPatchCore().fit([broken], { skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
    await expect(model.predict('part.png')).rejects.toMatchObject({ code: 'BAD_ARGUMENT', path: 'images' });
    for (const workers of [0, 1.5, Number.NaN]) {
      await expect(model.predict(parts, { workers })).rejects.toMatchObject({ code: 'BAD_ARGUMENT', path: 'workers' });
    }
  });

  test.each([1, 2])('a bad image names itself, with %i threads', async (workers) => {
    const own = smallPatchCore();
    const images = [...good.slice(0, 3), broken, ...good.slice(3, 5)];
    await expect(own.fit(images, { workers })).rejects.toThrow(/IMAGE_\w+\] board\/train\/good\/broken\.png/);
    await expect(model.predict(['/nowhere/part.png', ...parts], { workers })).rejects.toThrow(
      /IMAGE_NOT_FOUND\] \/nowhere\/part\.png/,
    );
    await expect(model.predict([parts[0]!, bytes], { workers })).rejects.toThrow(/IMAGE_\w+\] image-1/);
    const wrong: Image = { width: 5, height: 5, data: new Uint8Array(3) };
    await expect(model.predict([parts[0]!, wrong], { workers })).rejects.toThrow(/BAD_ARGUMENT\] image-1/);
    expect(threads()).toBe(0);
  });

  test('bad images may be skipped while fitting, wherever they fall, and are listed', async () => {
    const skipping = smallPatchCore({ calibrationShare: 0.5 });
    const images = good.slice(0, 8).map((sample, i) => (i % 4 === 1 ? { ...broken, id: `broken-${i}` } : sample));
    const told = await skipping.fit(images, { workers: 1, skipBad: true });
    expect(told.skipped.map(({ id }) => id).sort()).toEqual(['broken-1', 'broken-5']);
    expect(told.images + told.calibrationImages).toBe(6);
    // A prediction per image is promised, so there is nothing to skip.
    const options: CallOptions & { skipBad: boolean } = { skipBad: true };
    await expect(model.predict([broken], options)).rejects.toThrow(/IMAGE_/);
  });

  test.each([
    ['features', 1],
    ['features', 2],
    ['coreset', 1],
    ['calibration', 1],
    ['calibration', 2],
  ])('a stop during %s with %i threads leaves the model as it was', async (stage, workers) => {
    const own = await PatchCore.fromBytes(await model.toBytes());
    const before = { bytes: await own.toBytes(), tensors: tf.memory().numTensors };
    const controller = new AbortController();
    const onProgress = (event: { stage: string }) => {
      if (event.stage === stage) controller.abort();
    };
    const options = { workers, onProgress, signal: controller.signal };
    await expect(own.fit(good, options)).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(own.update(good.slice(0, 4), options)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await own.toBytes()).toEqual(before.bytes);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(threads()).toBe(0);
  });

  test.each([1, 2])('a stop during predict with %i threads', async (workers) => {
    const controller = new AbortController();
    const run = model.predict(parts, { workers, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(threads()).toBe(0);
  });
});

/** Worker threads that are alive. */
function threads(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Worker' || name === 'MessagePort').length;
}

function image(sample: Sample): Image {
  if (typeof sample.image === 'string' || sample.image instanceof Uint8Array)
    throw new Error('synthetic parts are pixels');
  return sample.image;
}

/** The upper left part of an image. */
function cut(from: Image, width: number, height: number): Image {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    data.set(from.data.subarray(3 * y * from.width, 3 * (y * from.width + width)), 3 * y * width);
  }
  return { width, height, data };
}

/** The same with a magenta square in the middle. */
function stained(from: Image, width: number, height: number): Image {
  const part = cut(from, width, height);
  for (let y = 30; y < 54; y++) {
    for (let x = 30; x < 54; x++) part.data.set([255, 0, 255], 3 * (y * width + x));
  }
  return part;
}
