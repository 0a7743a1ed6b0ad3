// PIMO and AUPIMO, against their definition word for word.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaUnderCurve } from '../../src/metrics/index.js';
import { drawnImages } from './arbitrary.js';
import { distinct } from './brute.js';
import { type DrawnImage, pixelImage, pixelMaps } from './lcg.js';
import { accumulate } from './pixels.js';

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
