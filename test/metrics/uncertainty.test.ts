// Confidence intervals: DeLong against another implementation and the pairs themselves, the bootstrap against DeLong.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  auroc,
  averagePrecision,
  bootstrapImages,
  bootstrapPixels,
  delongInterval,
  PixelAccumulator,
} from '../../src/metrics/index.js';
import { readFixture } from '../helpers/fixture.js';
import { imageScores, pixelImage, pixelMaps, type ScoreParams } from './lcg.js';
import { expectRelative } from './relative.js';

const reference = readFixture<{
  delong: { params: ScoreParams; auroc: number; standardError: number; low90: number; high90: number }[];
}>('statistics.json');

const score = fc.constantFrom(-1, -0, 0, 0.25, 0.5, 2);
const scored = fc.array(fc.tuple(score, fc.constantFrom(0, 1)), { maxLength: 30 });
const split = (list: [number, number][]): [number[], number[]] => [list.map(([s]) => s), list.map(([, y]) => y)];
const PIXELS = { seed: 7, images: 8, height: 12, width: 12, maxRects: 3, maxSide: 5, bits: 12, shift: 0.25 };

describe('delongInterval', () => {
  test.each(reference.delong)(
    'as the reference: AUROC $auroc',
    ({ params, auroc: area, standardError, low90, high90 }) => {
      const { scores, labels } = imageScores(params);
      const found = delongInterval(scores, labels, { confidence: 0.9 });
      expectRelative(found?.value, area);
      expectRelative(found?.standardError, standardError);
      expectRelative(found?.low, low90);
      expectRelative(found?.high, high90);
    },
  );

  test('by pairs, on tied scores', () => {
    fc.assert(
      fc.property(scored, (list) => {
        const found = delongInterval(...split(list));
        const good = list.filter(([, y]) => y === 0).map(([s]) => s);
        const bad = list.filter(([, y]) => y === 1).map(([s]) => s);
        if (good.length < 2 || bad.length < 2) {
          expect(found).toBeNull();
          return;
        }
        const won = (x: number, y: number) => (x > y ? 1 : x === y ? 0.5 : 0);
        const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
        const variance = (values: number[]) => {
          const center = mean(values);
          return values.reduce((sum, x) => sum + (x - center) ** 2, 0) / (values.length - 1) / values.length;
        };
        const ofBad = bad.map((x) => mean(good.map((y) => won(x, y))));
        const ofGood = good.map((y) => mean(bad.map((x) => won(x, y))));
        expect(found!.value).toBe(auroc(...split(list)));
        expect(found!.standardError).toBeCloseTo(Math.sqrt(variance(ofBad) + variance(ofGood)), 10);
        expect(0 <= found!.low && found!.low <= found!.value && found!.value <= found!.high && found!.high <= 1).toBe(
          true,
        );
      }),
    );
  });

  test('a perfect order is a point', () => {
    expect(delongInterval([1, 2, 3, 4], [0, 0, 1, 1])).toMatchObject({ low: 1, high: 1, standardError: 0 });
  });
});

describe('bootstrap', () => {
  const { scores, labels } = imageScores({ seed: 11, n: 200, posModulus: 3, shift: 0.25, bits: 12 });

  test('agrees with DeLong about the AUROC', () => {
    const found = bootstrapImages(scores, labels)!;
    const delong = delongInterval(scores, labels)!;
    expect(found.value).toBe(delong.value);
    expect(found.resamples).toBe(2000);
    // The standard error of 2000 resamples is itself off by about 1.6 %, the ends by about 5 % of it.
    expect(Math.abs(found.standardError / delong.standardError - 1)).toBeLessThan(0.06);
    expect(Math.abs(found.low - delong.low)).toBeLessThan(0.4 * delong.standardError);
    expect(Math.abs(found.high - delong.high)).toBeLessThan(0.4 * delong.standardError);
  });

  test('the seed decides, the order of images does not', () => {
    const options = { resamples: 50, seed: 3 };
    const found = bootstrapImages(scores, labels, averagePrecision, options);
    expect(bootstrapImages(scores, labels, averagePrecision, options)).toEqual(found);
    expect(bootstrapImages([...scores].reverse(), [...labels].reverse(), averagePrecision, options)).toEqual(found);
    expect(bootstrapImages(scores, labels, averagePrecision, { ...options, seed: 4 })).not.toEqual(found);
  });

  test('keeps the classes as they are: one image of each cannot vary', () => {
    expect(bootstrapImages([1, 2], [0, 1], auroc, { resamples: 9 })).toEqual({
      ...{ value: 1, low: 1, high: 1, standardError: 0, confidence: 0.95, resamples: 9 },
    });
    expect(bootstrapImages([1, 2], [0, 0])).toBeNull();
  });

  test('draws every image, and as often as any other', () => {
    const seen = new Map<number, number>();
    const count = (drawn: Float64Array) => {
      for (const one of drawn) seen.set(one, (seen.get(one) ?? 0) + 1);
      return 0;
    };
    const list = Array.from({ length: 10 }, (_, i) => i);
    bootstrapImages(
      list,
      list.map((i) => (i < 5 ? 0 : 1)),
      count,
      { resamples: 4000 },
    );
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(list);
    // 4001 expected, standard deviation 57.
    for (const times of seen.values()) expect(Math.abs(times - 4001)).toBeLessThan(5 * 57);
  });

  test('of pixels draws whole images, those with a defect among themselves', () => {
    const pixels = new PixelAccumulator();
    for (const image of pixelMaps(PIXELS)) pixels.add(pixelImage(image));
    const defective = pixelMaps(PIXELS).filter(({ mask }) => mask.includes(1)).length;
    const shares: number[] = [];
    const found = bootstrapPixels(
      pixels,
      (resample) => {
        expect(resample.length).toBe(PIXELS.images);
        shares.push(resample.toState().images.filter(({ anomalous }) => anomalous.length > 0).length);
        return resample.aupro();
      },
      { resamples: 40, seed: 1 },
    )!;
    expect(new Set(shares)).toEqual(new Set([defective]));
    expect(found.value).toBe(pixels.aupro());
    expect(found.low < found.value && found.value < found.high).toBe(true);
    expect(found.resamples).toBe(40);
    expect(bootstrapPixels(new PixelAccumulator(), (empty) => empty.aupro())).toBeNull();
  });

  test('leaves out resamples without a value, and says how many remain', () => {
    let calls = 0;
    const found = bootstrapImages([1, 2, 3], [0, 1, 1], () => (calls++ % 2 === 0 ? calls : null), { resamples: 10 });
    expect(found?.resamples).toBe(5);
  });
});
