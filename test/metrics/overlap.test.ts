// Saturated overlap, and MVTec LOCO AD's ways with it, against their definitions word for word.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areaUnderCurve,
  auroc,
  type DefectChannel,
  defectChannels,
  locoAuroc,
  locoAuspro,
  type PixelImage,
  pixelMetrics,
  saturationArea,
} from '../../src/metrics/index.js';
import { channelledImages, drawnImages } from './arbitrary.js';
import { bruteRegions, distinct } from './brute.js';
import { type DrawnImage, pixelImage } from './lcg.js';
import { accumulate, expectClose } from './pixels.js';

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
