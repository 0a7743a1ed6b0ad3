// What one threshold finds, and metrics of maps that one threshold made binary.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PixelAccumulator, pixelMetrics } from '../../src/metrics/index.js';
import { drawnImages } from './arbitrary.js';
import { pixelImage, pixelMaps } from './lcg.js';
import { accumulate, expectClose } from './pixels.js';

describe('one threshold', () => {
  test('mean IoU leaves normal images out and counts their false alarms', () => {
    fc.assert(
      fc.property(drawnImages, fc.constantFrom(0, 0.25, 0.3), (list, threshold) => {
        const ious: number[] = [];
        const alarms: boolean[] = [];
        for (const { map, mask } of list) {
          const both = map.filter((score, i) => score >= threshold && mask[i] === 1).length;
          const either = map.filter((score, i) => score >= threshold || mask[i] === 1).length;
          if (mask.includes(1)) ious.push(both / either);
          else alarms.push(either > 0);
        }
        const mean = (values: number[]) =>
          values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
        const found = accumulate(list.map(pixelImage)).meanIou(threshold);
        expectClose(found.meanIou, mean(ious));
        expectClose(found.falseAlarmShare, mean(alarms.map(Number)));
        expect(found.anomalousImages).toBe(ious.length);
      }),
    );
  });

  test('a true-negative rate of pixels', () => {
    const map = { data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99], shape: [1, 11] };
    const pixels = accumulate([{ map, mask: { data: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], shape: [1, 11] } }]);
    expect([0, 0.1, 0.9, 0.91, 1].map((tnr) => pixels.thresholdAtTnr(tnr))).toEqual([1, 1, 9, 10, 10]);
    expect(pixels.confusion(9, '>')).toMatchObject({ falsePositives: 1, truePositives: 1 });
    expect(new PixelAccumulator().thresholdAtTnr(0.5)).toBeNull();
  });
});

describe('protocol im-iad', () => {
  test('is the metrics of the binarised maps', () => {
    const list = pixelMaps({
      seed: 8,
      images: 5,
      height: 16,
      width: 16,
      maxRects: 2,
      maxSide: 6,
      bits: 10,
      shift: 0.5,
    });
    const pixels = accumulate(list.map(pixelImage));
    const threshold = pixels.imIadThreshold()!;
    const zeroOne = list.map((one) =>
      pixelImage({ ...one, map: one.map.map((score) => (score >= threshold ? 1 : 0)) }),
    );
    const { aupro: _, ...expected } = pixelMetrics(zeroOne);
    expect(pixels.result({ protocol: 'im-iad' })).toEqual({
      ...expected,
      aupro: accumulate(zeroOne).aupro({ variant: 'im-iad' }),
    });
    // One operating point.
    const {
      truePositives: tp,
      falsePositives: fp,
      trueNegatives: tn,
      falseNegatives: fn,
    } = pixels.confusion(threshold);
    expectClose(expected.auroc, (1 + tp / (tp + fn) - fp / (fp + tn)) / 2);
  });

  test('constant maps take no part; with no other, all is undefined', () => {
    const flat = { map: { data: [5, 5], shape: [1, 2] }, mask: { data: [1, 0], shape: [1, 2] } };
    const ramp = { map: { data: [0, 4], shape: [1, 2] }, mask: { data: [0, 1], shape: [1, 2] } };
    expect(accumulate([flat, ramp]).imIadThreshold()).toBe(2);
    const pixels = accumulate([flat]);
    expect(pixels.imIadThreshold()).toBeNull();
    expect(Object.values(pixels.result({ protocol: 'im-iad' })).every((value) => value === null)).toBe(true);
  });
});
