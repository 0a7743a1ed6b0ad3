// Saturated overlap, curves, PIMO and what one threshold finds, against their definitions word for word.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thinnedIndices } from '../../src/metrics/area.js';
import {
  areaUnderCurve,
  auroc,
  type DefectChannel,
  defectChannels,
  locoAuroc,
  locoAuspro,
  PixelAccumulator,
  type PixelImage,
  pixelMetrics,
  prCurve,
  rocCurve,
  saturationArea,
} from '../../src/metrics/index.js';
import { channelledImages, drawnImages } from './arbitrary.js';
import { bruteRegions, distinct } from './brute.js';
import { type DrawnImage, pixelImage, pixelMaps } from './lcg.js';

function accumulate(images: readonly PixelImage[]): PixelAccumulator {
  const pixels = new PixelAccumulator();
  for (const image of images) pixels.add(image);
  return pixels;
}

function expectClose(found: number | null | undefined, expected: number | null): void {
  if (typeof found !== 'number' || expected === null) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThan(1e-12);
}

const valuesOf = (grid: { data: ArrayLike<number> }) => Array.from(grid.data);
const channelsOf = (image: PixelImage): readonly DefectChannel[] => image.channels ?? [];

/** Scores of each channel's pixels with its saturation area, and of the pixels in no channel. */
function partsOf(images: readonly PixelImage[], defect?: string) {
  const channels: { scores: number[]; saturation: number }[] = [];
  const normal: number[] = [];
  for (const image of images) {
    const map = valuesOf(image.map).map(Math.fround);
    const inChannel = (channel: DefectChannel) => map.filter((_, i) => channel.mask.data[i] === 1);
    normal.push(...map.filter((_, i) => channelsOf(image).every((channel) => channel.mask.data[i] === 0)));
    for (const channel of channelsOf(image)) {
      if (defect !== undefined && channel.defect !== defect) continue;
      const scores = inChannel(channel);
      channels.push({ scores, saturation: saturationArea(scores.length, channel) });
    }
  }
  return { channels, normal };
}

function bruteSpro(images: readonly PixelImage[], threshold: number, defect?: string): number | null {
  const { channels } = partsOf(images, defect);
  if (channels.length === 0) return null;
  const found = channels.map(({ scores, saturation }) =>
    Math.min(scores.filter((score) => score > threshold).length / saturation, 1),
  );
  return found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** From (0, 0) above all scores to (1, 1) below them. */
function bruteSproCurve(images: readonly PixelImage[], defect?: string): { x: number[]; y: number[] } | null {
  const { channels, normal } = partsOf(images, defect);
  if (channels.length === 0 || normal.length === 0) return null;
  const thresholds = [...distinct(images.flatMap(({ map }) => valuesOf(map).map(Math.fround))), -Infinity];
  return {
    x: thresholds.map((t) => normal.filter((score) => score > t).length / normal.length),
    y: thresholds.map((t) => bruteSpro(images, t, defect)!),
  };
}

describe('saturated overlap', () => {
  test.each([0.05, 0.3, 1])('area to %d', (limit) => {
    fc.assert(
      fc.property(channelledImages, (images) => {
        const curve = bruteSproCurve(images);
        const expected = curve && areaUnderCurve(curve.x, curve.y, limit) / limit;
        expectClose(accumulate(images).auspro({ limit }), expected);
        expectClose(pixelMetrics(images, { sproLimit: limit }).auspro, expected);
      }),
    );
  });

  test('curve', () => {
    fc.assert(
      fc.property(channelledImages, (images) => {
        const expected = bruteSproCurve(images);
        const found = accumulate(images).sproCurve();
        if (expected === null || found === null) {
          expect(found).toBe(expected);
          return;
        }
        for (const [i, x] of expected.x.entries()) {
          expectClose(found.fpr[i], x);
          expectClose(found.overlap[i], expected.y[i]!);
        }
        expect(found.fpr.length).toBe(expected.x.length);
      }),
    );
  });

  test('of one type, on the images that have it and the good ones', () => {
    fc.assert(
      fc.property(channelledImages, (images) => {
        const with1 = images.filter((image) => {
          return channelsOf(image).length === 0 || channelsOf(image).some(({ defect }) => defect === 'dent');
        });
        const curve = bruteSproCurve(with1, 'dent');
        const expected = curve && areaUnderCurve(curve.x, curve.y, 0.3) / 0.3;
        expectClose(accumulate(images).auspro({ limit: 0.3, defect: 'dent' }), expected);
      }),
    );
  });

  test('at one threshold', () => {
    fc.assert(
      fc.property(channelledImages, fc.constantFrom(-1, 0, 0.25, 0.3, Infinity), (images, threshold) => {
        const found = accumulate(images).overlap(threshold);
        expectClose(found.spro, bruteSpro(images, threshold));
        expect(found.perChannel.map(({ defect }) => defect)).toEqual(
          images.flatMap((image) => channelsOf(image).map(({ defect }) => defect)),
        );
      }),
    );
  });

  test('the refined thresholds come within their bound', () => {
    fc.assert(
      fc.property(
        channelledImages,
        fc.constantFrom(0.05, 0.3, 1),
        fc.constantFrom('loco' as const, 'autovi' as const),
        (images, limit, rule) => {
          const pixels = accumulate(images);
          const exact = pixels.auspro({ limit });
          const official = pixels.officialAuspro({ limit, rule });
          if (exact === null || official === null) {
            expect(official).toBe(exact);
            return;
          }
          expect(Math.abs(official.auspro - exact)).toBeLessThanOrEqual(official.errorBound + 1e-12);
        },
      ),
    );
  });

  test('a channel for each region, saturated in full, gives the overlap of regions', () => {
    fc.assert(
      fc.property(drawnImages, (list) => {
        const images = list.map((one) => ({ ...pixelImage(one), mask: null, channels: regionsOf(one) }));
        const found = accumulate(images).result({ fprLimit: 0.3, sproLimit: 0.3 });
        expect(found).toEqual({ ...pixelMetrics(list.map(pixelImage)), auspro: found.aupro });
      }),
    );
  });

  test('channels and masks do not mix', () => {
    const shape = [1, 2];
    const map = { data: [1, 0], shape };
    const channels = [
      { mask: { data: [1, 0], shape }, defect: 'dent', saturationThreshold: 1, relativeSaturation: true },
    ];
    const pixels = accumulate([
      { map, channels },
      { map, mask: { data: [0, 1], shape } },
      { map: { data: [0, 0], shape } },
    ]);
    expect(pixels.result()).toMatchObject({ auspro: null, aupro: expect.any(Number) });
    expect(pixels.auspro({ images: [0, 2] })).toBe(1);
    expect(pixels.overlap(0.5)).toEqual({ pro: 0.5, spro: null, perChannel: [] });
  });

  test('saturation at nothing or at more than there is: a warning', () => {
    const shape = [1, 3];
    const mask = { data: [1, 1, 0], shape };
    const tiny = { mask, defect: 'a', saturationThreshold: 0.25, relativeSaturation: true };
    const large = { mask, defect: 'b', saturationThreshold: 9, relativeSaturation: false };
    const pixels = accumulate([{ map: { data: [1, 2, 3], shape }, channels: [tiny, large] }]);
    expect(pixels.warnings).toEqual([
      'image 0, channel 0 (a): 0.25 of its 2 pixels is none; one is asked for',
      'image 0, channel 1 (b): it saturates at 9 pixels and has 2; all of them are asked for',
    ]);
    const both = accumulate([{ map: { data: [1, 2, 3], shape } }]);
    both.merge(pixels);
    expect(both.warnings[0]).toMatch(/^image 1, channel 0/);
    expect(both.overlap(1.5).perChannel).toEqual([
      { defect: 'a', spro: 1 },
      { defect: 'b', spro: 0.5 },
    ]);
  });

  test('channels from mask files', () => {
    const entry = { defect_name: 'dent', pixel_value: 200, saturation_threshold: 0.5, relative_saturation: true };
    const [channel] = defectChannels(
      [{ data: Uint8Array.of(9, 0, 200, 200, 0), shape: [2, 2], stride: [2, 1], offset: 1 }],
      [entry],
    );
    expect(channel).toEqual({
      mask: { data: Uint8Array.of(0, 1, 1, 0), shape: [2, 2] },
      defect: 'dent',
      saturationThreshold: 0.5,
      relativeSaturation: true,
    });
  });
});

describe('MVTec LOCO AD', () => {
  const kinds = ['good', 'logical', 'good', 'structural', 'logical'] as const;

  test('image-level AUROC of each kind with all good images, and their mean', () => {
    const scores = [1, 2, 2, 3, 0];
    expect(locoAuroc(scores, kinds)).toEqual({ logical: 0.375, structural: 1, mean: 0.6875 });
    const [first, second] = ['logical', 'structural'].map((kind) => {
      const own = kinds.flatMap((one, i) => (one === kind || one === 'good' ? [i] : []));
      return auroc(
        own.map((i) => scores[i]!),
        own.map((i) => (kinds[i] === 'good' ? 0 : 1)),
        'mvtec-official',
      );
    });
    expect(locoAuroc(scores, kinds, 'mvtec-official')).toMatchObject({ logical: first, structural: second });
  });

  test('a kind that is missing leaves no mean', () => {
    expect(locoAuroc([1, 2], ['good', 'logical'])).toEqual({ logical: 1, structural: null, mean: null });
    const pixels = accumulate([{ map: { data: [0], shape: [1, 1] } }]);
    for (const variant of ['exact', 'official'] as const) {
      expect(locoAuspro(pixels, ['good'], { variant })).toEqual({ logical: null, structural: null, mean: null });
    }
  });
});

function regionsOf(one: DrawnImage): DefectChannel[] {
  return bruteRegions(one).map((region) => {
    const data = new Uint8Array(one.mask.length);
    for (const at of region) data[at] = 1;
    return {
      mask: { data, shape: [one.height, one.width] },
      defect: 'any',
      saturationThreshold: 1,
      relativeSaturation: true,
    };
  });
}

describe('curves', () => {
  const images = pixelMaps({
    seed: 6,
    images: 6,
    height: 20,
    width: 20,
    maxRects: 3,
    maxSide: 8,
    bits: 9,
    shift: 0.25,
  });
  const pixels = accumulate(images.map(pixelImage));

  test('have a point per distinct score, and the areas of the metrics', () => {
    const scores = distinct(images.flatMap(({ map }) => [...map]));
    const roc = pixels.rocCurve()!;
    const pr = pixels.prCurve()!;
    const pro = pixels.proCurve()!;
    for (const { thresholds } of [roc, pro]) expect([...thresholds]).toEqual([Infinity, ...scores]);
    expect([...pr.thresholds]).toEqual(scores);
    const { auroc, prAucTrapezoid, aupro } = pixels.result();
    expectClose(areaUnderCurve(roc.fpr, roc.tpr, 1), auroc);
    expectClose(areaUnderCurve([0, ...pr.recall], [1, ...pr.precision], 1), prAucTrapezoid);
    expectClose(areaUnderCurve(pro.fpr, pro.overlap, 0.3) / 0.3, aupro);
    expect([pro.fpr[0], pro.overlap[0], pro.fpr.at(-1), pro.overlap.at(-1)]).toEqual([0, 0, 1, 1]);
  });

  test('are those of the pooled pixels', () => {
    fc.assert(
      fc.property(drawnImages, (list) => {
        const pooled = [list.flatMap(({ map }) => [...map]), list.flatMap(({ mask }) => [...mask])] as const;
        const own = accumulate(list.map(pixelImage));
        expect(own.rocCurve()).toEqual(rocCurve(...pooled));
        expect(own.prCurve()).toEqual(prCurve(...pooled));
      }),
    );
  });

  test('hold the counts of every threshold', () => {
    const roc = pixels.rocCurve()!;
    for (const i of [1, 2, 50, roc.fpr.length - 1]) {
      const {
        truePositives: tp,
        falsePositives: fp,
        trueNegatives: tn,
        falseNegatives: fn,
      } = pixels.confusion(roc.thresholds[i]!);
      expectClose(roc.tpr[i], tp / (tp + fn));
      expectClose(roc.fpr[i], fp / (fp + tn));
      expectClose(pixels.overlap(roc.thresholds[i]!, '>=').pro, pixels.proCurve()!.overlap[i]!);
    }
  });

  test('are thinned on request only, to points of the curve', () => {
    const full = pixels.rocCurve()!;
    for (const maxPoints of [2, 3, 20, 100]) {
      const thin = pixels.rocCurve({ maxPoints })!;
      expect(thin.fpr.length).toBeLessThanOrEqual(maxPoints);
      expect(thin.fpr.length).toBeGreaterThan(maxPoints / 2);
      expect([thin.fpr[0], thin.tpr[0], thin.fpr.at(-1), thin.tpr.at(-1)]).toEqual([0, 0, 1, 1]);
      for (const [i, threshold] of thin.thresholds.entries()) {
        const at = full.thresholds.indexOf(threshold);
        expect([full.fpr[at], full.tpr[at]]).toEqual([thin.fpr[i], thin.tpr[i]]);
      }
    }
    expect(pixels.rocCurve({ maxPoints: 1e6 })).toEqual(full);
  });

  test('what is left out is near to what is kept', () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 20 }), (list, maxPoints) => {
        const along = (axis: 0 | 1) => {
          let sum = 0;
          return Float64Array.from(list, (step) => (sum += step[axis]));
        };
        const [x, y] = [along(0), along(1)];
        const kept = thinnedIndices(x, y, maxPoints);
        expect(kept.length).toBeLessThanOrEqual(maxPoints);
        expect([kept[0], kept.at(-1)]).toEqual([0, list.length - 1]);
        const place = (i: number) => x[i]! + y[i]!;
        const length = place(list.length - 1) - place(0);
        for (let i = 0; i < list.length; i++) {
          const nearest = Math.min(...[...kept].map((k) => Math.abs(place(k) - place(i))));
          expect(nearest).toBeLessThanOrEqual(length / (maxPoints - 1) + 1e-9);
        }
      }),
    );
  });

  test('are null where undefined', () => {
    const normal = accumulate([{ map: { data: [1, 2], shape: [1, 2] } }]);
    expect([normal.rocCurve(), normal.prCurve(), normal.proCurve(), normal.sproCurve()]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const bad = accumulate([{ map: { data: [1, 2], shape: [1, 2] }, mask: { data: [1, 1], shape: [1, 2] } }]);
    expect([bad.rocCurve(), bad.proCurve(), bad.prCurve()?.precision]).toEqual([null, null, Float64Array.of(1, 1)]);
  });
});

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

describe('PIMO', () => {
  // At no share of small images, so that rounding decides nothing.
  const bounds = [0.0507, 0.4011] as const;

  /** The definition, with T interpolated in ln F. */
  function bruteAupimo(list: readonly DrawnImage[], [low, high]: readonly [number, number]): number | null {
    const normal = list.filter(({ mask, map }) => !mask.includes(1) && map.length > 0);
    const anomalous = list.filter(({ mask }) => mask.includes(1));
    if (normal.length === 0 || anomalous.length === 0) return null;
    const share = (values: number[], t: number) => values.filter((value) => value >= t).length / values.length;
    const thresholds = distinct(normal.flatMap(({ map }) => [...map]));
    const f = thresholds.map((t) => normal.reduce((sum, { map }) => sum + share([...map], t), 0) / normal.length);
    if (f[0]! > low) return null;
    const areas = anomalous.map(({ map, mask }) => {
      const values = [...map].filter((_, i) => mask[i] === 1);
      const t = thresholds.map((threshold) => share(values, threshold));
      const x = f.map(Math.log);
      const shifted = x.map((value) => value - x[0]!);
      const to = (level: number) => areaUnderCurve(shifted, t, Math.min(Math.log(level) - x[0]!, shifted.at(-1)!));
      return (to(high) - to(low)) / Math.log(high / low);
    });
    return areas.reduce((a, b) => a + b, 0) / areas.length;
  }

  test('exact', () => {
    fc.assert(
      fc.property(fc.array(drawnImages, { minLength: 3, maxLength: 5 }), (lists) => {
        const list = lists.flat();
        const found = accumulate(list.map(pixelImage)).aupimo({ fprBounds: bounds });
        const expected = bruteAupimo(list, bounds);
        if (expected === null) expect(found.aupimo).toBeNull();
        else expect(Math.abs(found.aupimo! - expected)).toBeLessThan(1e-9);
        expect(found.reason === null).toBe(expected !== null);
      }),
    );
  });

  test('many even thresholds come near to all of them', () => {
    const list = pixelMaps({
      seed: 12,
      images: 12,
      height: 40,
      width: 40,
      maxRects: 1,
      maxSide: 12,
      bits: 20,
      shift: 0.25,
    });
    const pixels = accumulate(list.map(pixelImage));
    const exact = pixels.aupimo({ fprBounds: [0.01, 0.2] });
    const even = pixels.aupimo({ fprBounds: [0.01, 0.2], variant: 'anomalib', thresholds: 100_000 });
    expect(exact.perImage.length).toBeGreaterThan(2);
    for (const [i, { image, aupimo }] of exact.perImage.entries()) {
      expect(even.perImage[i]!.image).toBe(image);
      expect(Math.abs(even.perImage[i]!.aupimo - aupimo)).toBeLessThan(0.005);
    }
    expect(even.warnings).toEqual([]);
  });

  test('undefined for a reason', () => {
    const good = { map: { data: [1, 2, 3, 4], shape: [2, 2] } };
    const bad = { map: { data: [1, 2, 3, 4], shape: [2, 2] }, mask: { data: [0, 0, 1, 1], shape: [2, 2] } };
    expect(accumulate([bad]).aupimo()).toMatchObject({ aupimo: null, reason: 'there is no normal image' });
    expect(accumulate([good]).aupimo()).toMatchObject({ aupimo: null, reason: 'there is no anomalous pixel' });
    expect(accumulate([good, bad]).aupimo().reason).toMatch(/smallest shared .* 0.25, above the lower bound 0.00001/);
    const even = { variant: 'anomalib', fprBounds: [0.25, 1], thresholds: 40 } as const;
    const few = accumulate([good, bad]).aupimo({ ...even, thresholds: 4 });
    expect(few).toMatchObject({
      aupimo: null,
      reason: expect.stringMatching(/4 points between the bounds, not more than 30/),
    });
    const forced = accumulate([good, bad]).aupimo({ ...even, thresholds: 4, force: true });
    expect(forced.aupimo).toBeGreaterThan(0.5);
    expect(forced.warnings.join()).toMatch(/4 points .* fewer than 300/);
    expect(accumulate([good, bad]).aupimo({ ...even, fprBounds: [0.1, 1] }).reason).toMatch(/as low as 0.1/);
    expect(accumulate([good, bad]).aupimo({ ...even, fprBounds: [0.25, 0.26] }).reason).toMatch(/nearest to both/);
  });

  test('images are called by their index among all', () => {
    const list = pixelMaps({
      seed: 12,
      images: 6,
      height: 20,
      width: 20,
      maxRects: 1,
      maxSide: 9,
      bits: 12,
      shift: 0.5,
    });
    const pixels = accumulate(list.map(pixelImage));
    const all = pixels.aupimo({ fprBounds: [0.01, 0.5] });
    const chosen = list.flatMap(({ mask }, i) => (!mask.includes(1) || i === all.perImage[1]!.image ? [i] : []));
    expect(pixels.aupimo({ fprBounds: [0.01, 0.5], images: chosen }).perImage).toEqual([all.perImage[1]]);
  });
});
