// The parts that PatchCore is made of, by the properties that their definitions promise.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { resizeNearest, smooth } from '../../src/methods/parts/anomaly-map.js';
import {
  conformalPixelPValue,
  conformalPValue,
  mergeCalibrations,
  pixelThresholdAt,
  quantileTable,
  samplePixels,
  thresholdAt,
  thresholdsOf,
} from '../../src/methods/parts/calibration.js';
import { isBadImage, nameImages } from '../../src/methods/parts/inputs.js';
import { regionsOf } from '../../src/methods/parts/prediction.js';
import { johnsonLindenstraussDimension, projectRows } from '../../src/methods/parts/projection.js';
import { resolvePatchCoreConfig } from '../../src/methods/patchcore/config.js';
import {
  euclidean,
  mostAnomalousPatch,
  patchScores,
  reweighted,
  topMean,
} from '../../src/methods/patchcore/scoring.js';
import { IadError } from '../../src/runtime/errors.js';
import { Random } from '../../src/runtime/random.js';
import { relativeDifference } from '../helpers/random-arrays.js';

const ascending = (values: readonly number[]) => Float32Array.from(values).sort();

describe('random projections', () => {
  test('the Johnson-Lindenstrauss dimension is the reference one and never zero', () => {
    expect(johnsonLindenstraussDimension(163_856, 0.9)).toBe(296);
    expect(johnsonLindenstraussDimension(500, 0.9)).toBe(153);
    expect(johnsonLindenstraussDimension(1, 0.9)).toBe(17);
  });
});

describe('image scores', () => {
  test('the factor of Eq. 7 lies in 1 - 1/b .. 1 and takes distances of any size', () => {
    const distances = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(distances, fc.constantFrom(1, 1000), (more, scale) => {
        // The first is the nearest.
        const sorted = ascending(more.map((value) => (value + 1) * scale));
        const factor = reweighted(sorted) / sorted[0]!;
        expect(factor).toBeGreaterThanOrEqual(1 - 1 / sorted.length - 1e-6);
        expect(factor).toBeLessThanOrEqual(1);
      }),
    );
    expect(reweighted(Float32Array.of(5, 5, 5, 5))).toBeCloseTo(5 * 0.75, 6);
  });

  test('a bank of one row leaves the distance as it is', () => expect(reweighted(Float32Array.of(5))).toBe(5));

  test('patch scores average the squares of the k found, also where k is less than wanted', () => {
    const found = { squared: Float32Array.of(1, 3, 4, 12), rows: Int32Array.of(0, 1, 1, 0), k: 2 };
    expect(patchScores(found, resolvePatchCoreConfig({ neighbors: 2 }))).toEqual(Float32Array.of(2, 8));
    expect(patchScores(found, resolvePatchCoreConfig({ neighbors: 9 }))).toEqual(Float32Array.of(2, 8));
    const anomalib = resolvePatchCoreConfig({ variant: 'anomalib', neighbors: 2 });
    expect(patchScores(found, anomalib)).toEqual(Float32Array.from([Math.sqrt(2), Math.sqrt(8)]));
  });

  test('topMean, mostAnomalousPatch, euclidean', () => {
    const scores = Float32Array.of(1, 9, 2, 9, 3);
    expect([1, 2, 3, 5, 99].map((top) => topMean(scores, top))).toEqual(
      [9, 9, 7, 4.8, 4.8].map((v) => expect.closeTo(v, 6)),
    );
    expect(scores).toEqual(Float32Array.of(1, 9, 2, 9, 3));
    expect(mostAnomalousPatch(scores)).toBe(1);
    expect(euclidean(Float32Array.of(0, 3), Float32Array.of(4, 0))).toBe(5);
  });
});

describe('maps', () => {
  test('smoothing 0 is the map itself; nearest takes floor(i * from / to)', async () => {
    const map = { width: 3, height: 1, data: Float32Array.of(1, 2, 3) };
    expect(await smooth(map, 0, 'edge')).toBe(map);
    expect([...resizeNearest(map, 7, 1).data]).toEqual([1, 1, 1, 2, 2, 3, 3]);
  });

  test('regions: 8-connected, with box, area and peak, the strongest first', () => {
    const mask = Uint8Array.from([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1]);
    const map = Float32Array.from([2, 0, 0, 0, 0, 3, 0, 5, 0, 0, 0, 4]);
    expect(regionsOf(mask, map, 4, 3)).toEqual([
      { box: [3, 1, 1, 2], area: 2, peak: 5 },
      { box: [0, 0, 2, 2], area: 2, peak: 3 },
    ]);
    expect(regionsOf(new Uint8Array(4), new Float32Array(4), 2, 2)).toEqual([]);
  });
});

test('a device that fails while a result is read leaves nothing behind', async () => {
  const read = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValue(new Error('the device is lost'));
  const before = tf.memory().numTensors;
  const map = { width: 3, height: 2, data: new Float32Array(6) };
  await expect(smooth(map, 1, 'edge')).rejects.toThrow('the device is lost');
  const projection = { kind: 'uniform', inputs: 4, outputs: 2, seed: 1 } as const;
  await expect(projectRows(new Float32Array(8), projection)).rejects.toThrow('the device is lost');
  expect(tf.memory().numTensors).toBe(before);
  read.mockRestore();
});

describe('calibration', () => {
  test('at most the wanted share of calibration scores lies above the threshold, and no lower score would do', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(scores, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (values, rate) => {
        const sorted = ascending(values);
        const threshold = thresholdAt(sorted, rate);
        const share = (limit: number) => sorted.filter((score) => score > limit).length / sorted.length;
        expect(share(threshold)).toBeLessThanOrEqual(rate + 1e-9);
        const lower = sorted.filter((score) => score < threshold).at(-1);
        if (lower !== undefined) expect(share(lower)).toBeGreaterThan(rate - 1e-9);
      }),
    );
  });

  test('too few scores for the rate: their largest', () => {
    expect(thresholdAt(ascending([1, 2, 3]), 0.01)).toBe(3);
    expect(
      thresholdAt(
        Float32Array.from({ length: 100 }, (_, i) => i),
        0.01,
      ),
    ).toBe(98);
    expect(
      thresholdAt(
        Float32Array.from({ length: 10 }, (_, i) => i),
        0.3,
      ),
    ).toBe(6);
  });

  test('conformal p-values: rank over n + 1, ties counted against, valid on fresh good scores', () => {
    const sorted = ascending([1, 2, 2, 4]);
    expect([0, 1, 2, 3, 4, 5].map((score) => conformalPValue(sorted, score))).toEqual([1, 1, 0.8, 0.4, 0.4, 0.2]);
    const random = new Random(7);
    const draws = 4000;
    let below = 0;
    for (let i = 0; i < draws; i++) {
      const calibration = ascending(Array.from({ length: 19 }, () => random.normal()));
      if (conformalPValue(calibration, Math.fround(random.normal())) <= 0.1) below++;
    }
    // Exactly 0.1 in expectation; the standard deviation of the share is 0.005.
    expect(Math.abs(below / draws - 0.1)).toBeLessThan(0.02);
  });

  test('the pixel table gives the threshold of a wanted share', () => {
    const values = Float32Array.from({ length: 10_001 }, (_, i) => (i * 7919) % 10_001);
    const table = quantileTable(values.slice());
    expect([table.length, table[0], table[4096]]).toEqual([4097, 0, 10_000]);
    for (const rate of [0.5, 0.1, 0.01, 0.001]) {
      const share = values.filter((value) => value > pixelThresholdAt(table, rate)).length / values.length;
      expect(share).toBeLessThanOrEqual(rate);
      expect(share).toBeGreaterThan(rate - 1 / 4096 - 1e-4);
    }
    expect(conformalPixelPValue(table, -1)).toBe(1);
    expect(conformalPixelPValue(table, 20_000)).toBeCloseTo(1 / 4096, 9);
    for (const value of [10, 5000, 9990]) {
      const share = values.filter((other) => other >= value).length / values.length;
      expect(conformalPixelPValue(table, value)).toBeGreaterThanOrEqual(share);
      expect(conformalPixelPValue(table, value)).toBeLessThan(share + 3 / 4096);
    }
  });

  test('a sample of pixels has the wanted length, keeps the distribution and depends on the seed alone', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => i);
    expect(samplePixels(values, 10_000, new Random(0))).toBe(values);
    const sample = samplePixels(values, 999, new Random(0));
    expect(sample).toHaveLength(999);
    expect(samplePixels(values, 999, new Random(0))).toEqual(sample);
    for (const [i, value] of sample.entries()) {
      expect(value).toBeGreaterThanOrEqual(Math.floor((i * 10_000) / 999));
      expect(value).toBeLessThan(((i + 1) * 10_000) / 999);
    }
  });

  test('merging counts every image once', () => {
    const earlier = { scores: ascending([1, 3, 5]), pixelQuantiles: quantileTable(ascending([0, 1, 2, 3])) };
    const later = { scores: ascending([2]), pixelQuantiles: quantileTable(ascending([10, 11, 12, 13])) };
    const merged = mergeCalibrations(earlier, later);
    expect([...merged.scores]).toEqual([1, 2, 3, 5]);
    expect(merged.pixelQuantiles).toHaveLength(4097);
    // Three quarters of the pixels are the earlier images'.
    const shareBelow10 = merged.pixelQuantiles.filter((value) => value < 10).length / 4097;
    expect(shareBelow10).toBeCloseTo(0.75, 2);
    expect([merged.pixelQuantiles[0], merged.pixelQuantiles[4096]]).toEqual([0, 13]);
    expect(thresholdsOf(merged, { falseAlarmRate: 0.3, pixelFalseAlarmRate: 0.5 }).image).toBe(3);
  });
});

describe('inputs', () => {
  test('get names', () => {
    const pixels = { width: 1, height: 1, data: new Uint8Array(3) };
    const sample = {
      id: 'a/b.png',
      category: 'a',
      split: 'test',
      label: 0,
      defectType: 'good',
      image: pixels,
      masks: [],
    } as const;
    const named = nameImages(new Set(['x.png', new Uint8Array(4), pixels, sample]));
    expect(named.map(({ id }) => id)).toEqual(['x.png', 'image-1', 'image-2', 'a/b.png']);
    expect(named[3]!.source).toBe(pixels);
  });

  test('a single image, and what is none, is refused with its place', () => {
    expect(() => nameImages('part.png')).toThrow(/BAD_ARGUMENT.*images.*brackets/);
    const untyped: { name(value: unknown): unknown } = { name: nameImages };
    for (const value of [undefined, null, 3, {}, new Uint8Array(3)]) {
      expect(() => untyped.name(value)).toThrow(/BAD_ARGUMENT/);
    }
    for (const value of [undefined, null, 3]) {
      expect(() => untyped.name(['a.png', value])).toThrow(/BAD_ARGUMENT.*images\[1\]/);
    }
  });

  test('only faults of the image may be skipped', () => {
    expect(isBadImage(new IadError('IMAGE_UNREADABLE', 'x'))).toBe(true);
    expect(isBadImage(new IadError('WORKER_CRASHED', 'x'))).toBe(false);
    expect(isBadImage(new Error('out of memory'))).toBe(false);
  });
});

test('relativeDifference sees NaN and missing values', () => {
  expect(relativeDifference([Number.NaN], [1])).toBe(Number.POSITIVE_INFINITY);
  expect(relativeDifference([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
});
