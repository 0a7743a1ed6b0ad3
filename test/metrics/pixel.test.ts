// Pixel-level metrics against the definitions on small tied maps, and the sort beneath them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstKeyAt, floatOfKey, keyOfBits, sortKeys } from '../../src/metrics/float-keys.js';
import {
  auroc,
  confusionCounts,
  type Grid,
  imageMetrics,
  PixelAccumulator,
  pixelMetrics,
} from '../../src/metrics/index.js';
import { drawnImages, finite, score } from './arbitrary.js';
import { bruteAupro, bruteAuroc } from './brute.js';
import { type DrawnImage, Lcg, pixelImage, pixelMaps } from './lcg.js';

const images = drawnImages;

const pooled = (list: readonly DrawnImage[]): [number[], number[]] => [
  list.flatMap(({ map }) => [...map]),
  list.flatMap(({ mask }) => [...mask]),
];

function accumulate(list: readonly DrawnImage[]): PixelAccumulator {
  const pixels = new PixelAccumulator();
  for (const one of list) pixels.add(pixelImage(one));
  return pixels;
}

const metricsOf = (list: readonly DrawnImage[], options: { fprLimit?: number } = {}) =>
  pixelMetrics(list.map(pixelImage), options);
const aupro = (list: readonly DrawnImage[], limit = 0.3) => accumulate(list).aupro({ limit });
const grid = (data: ArrayLike<number>, height: number, width: number): Grid => ({ data, shape: [height, width] });

function expectClose(found: number | null, expected: number | null): void {
  if (found === null || expected === null) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThan(1e-12);
}

describe('against the definitions', () => {
  test('pooled pixels give the image-level metrics of all pixels', () => {
    fc.assert(
      fc.property(images, (list) => {
        const { aupro: _, auspro: none, ...found } = metricsOf(list);
        expect(none).toBeNull();
        expect(found).toEqual(imageMetrics(...pooled(list)));
        expectClose(found.auroc, bruteAuroc(...pooled(list)));
      }),
    );
  });

  test.each([0.05, 0.3, 1])('aupro at %d', (limit) => {
    fc.assert(fc.property(images, (list) => expectClose(aupro(list, limit), bruteAupro(list, limit))));
  });

  test('one region over the whole range: aupro at 1 is auroc', () => {
    const [first] = pixelMaps({ seed: 7, images: 1, height: 9, width: 11, maxRects: 0, maxSide: 1, bits: 4, shift: 0 });
    const mask = first!.mask.map((_, i) => (i < 30 ? 1 : 0));
    expectClose(aupro([{ ...first!, mask }], 1), auroc(first!.map, mask));
  });

  test('confusion counts at 64-bit thresholds', () => {
    const threshold = fc.oneof(
      score,
      fc.constantFrom(0.1, 1e300, -1e300, Infinity, -Infinity),
      fc.double({ noNaN: true }),
    );
    fc.assert(
      fc.property(images, threshold, fc.constantFrom('>=' as const, '>' as const), (list, at, rule) => {
        expect(accumulate(list).confusion(at, rule)).toEqual(confusionCounts(...pooled(list), at, rule));
      }),
    );
  });
});

describe('symmetries', () => {
  const list = pixelMaps({ seed: 5, images: 8, height: 13, width: 17, maxRects: 3, maxSide: 6, bits: 4, shift: 0.25 });

  test('the order of images changes no bit', () => {
    const expected = metricsOf(list);
    expect(metricsOf(list.toReversed())).toEqual(expected);
    expect(metricsOf([...list.slice(3), ...list.slice(0, 3)])).toEqual(expected);
  });

  test('nor does the order of tied regions of different area', () => {
    // The first pixel of each region ties, so the group's overlap is the sum of 1/area.
    const one = (area: number): DrawnImage => ({
      map: Float32Array.of(1, ...new Float32Array(63)),
      mask: Uint8Array.from({ length: 64 }, (_, i) => (i < area ? 1 : 0)),
      width: 64,
      height: 1,
    });
    const ascending = Array.from({ length: 40 }, (_, i) => one(i + 1));
    const expected = aupro(ascending);
    expect(aupro(ascending.toReversed())).toBe(expected);
    for (let first = 1; first < 40; first++) {
      expect(aupro([...ascending.slice(first), ...ascending.slice(0, first)])).toBe(expected);
    }
  });

  test('a strictly rising transform changes nothing but the threshold', () => {
    const moved = list.map((one) => ({ ...one, map: one.map.map((score) => score * 8 - 3) }));
    const expected = metricsOf(list);
    expect(metricsOf(moved)).toEqual({ ...expected, f1MaxThreshold: expected.f1MaxThreshold! * 8 - 3 });
  });

  test('flipped masks give 1 - auroc', () => {
    const flipped = list.map((one) => ({ ...one, mask: one.mask.map((y) => 1 - y) }));
    expectClose(metricsOf(flipped).auroc, 1 - metricsOf(list).auroc!);
  });

  test('a choice of images is as if only these had been added', () => {
    const pixels = accumulate(list);
    expect(pixels.length).toBe(8);
    for (const chosen of [[1], [6, 0, 3], [0, 1, 2, 3, 4, 5, 6, 7], []]) {
      const some = chosen.map((i) => list[i]!);
      expect(pixels.result({ images: chosen, fprLimit: 0.2 })).toEqual(metricsOf(some, { fprLimit: 0.2 }));
      expect(pixels.confusion(0.5, '>', { images: chosen })).toEqual(confusionCounts(...pooled(some), 0.5, '>'));
    }
  });

  test('a result leaves the accumulator as it was', () => {
    const pixels = accumulate(list.slice(0, 5));
    pixels.result();
    for (const one of list.slice(5)) pixels.add(pixelImage(one));
    expect(pixels.result()).toEqual(metricsOf(list));
  });
});

describe('edge cases', () => {
  const none = {
    auroc: null,
    ap: null,
    prAucTrapezoid: null,
    f1Max: null,
    f1MaxThreshold: null,
    aupro: null,
    auspro: null,
  };

  test('no image, or none chosen', () => {
    const pixels = new PixelAccumulator();
    expect(pixels.result()).toEqual(none);
    pixels.add({ map: grid([1], 1, 1), mask: grid([1], 1, 1) });
    expect(pixels.result({ images: [] })).toEqual(none);
    expect(pixels.result()).toEqual({ ...none, ap: 1, prAucTrapezoid: 1, f1Max: 1, f1MaxThreshold: 1 });
  });

  test('a null mask is a mask of zeros', () => {
    const [first, second] = pixelMaps({
      seed: 3,
      images: 2,
      height: 6,
      width: 6,
      maxRects: 3,
      maxSide: 3,
      bits: 3,
      shift: 0,
    });
    const good = { ...second!, mask: new Uint8Array(36) };
    const { map } = pixelImage(good);
    for (const without of [{ map, mask: null }, { map }, { map, channels: [] }]) {
      expect(pixelMetrics([pixelImage(first!), without])).toEqual(metricsOf([first!, good]));
    }
  });

  test('views into larger buffers are read at their place, and nothing is kept of them', () => {
    const buffer = Float32Array.of(9, 0.1, 0.2, 0.3, 0.4, 9);
    const pixels = new PixelAccumulator();
    pixels.add({ map: grid(buffer.subarray(1, 5), 2, 2), mask: grid(Uint8Array.of(0, 0, 1, 1), 2, 2) });
    buffer.fill(0);
    expect(pixels.result()).toMatchObject({ auroc: 1, ap: 1, f1Max: 1, f1MaxThreshold: Math.fround(0.3), aupro: 1 });
  });

  test('regions do not join across images', () => {
    const half = { map: Float32Array.of(1, 0), mask: Uint8Array.of(1, 0), width: 2, height: 1 };
    const big = { map: new Float32Array(4), mask: Uint8Array.of(1, 1, 1, 0), width: 4, height: 1 };
    // Two regions of equal weight, one found before any normal pixel, the other only with all of them.
    expectClose(aupro([half, big], 1), 0.75);
  });
});

describe('float keys', () => {
  const keyOf = (score: number) => keyOfBits(new Uint32Array(Float32Array.of(score).buffer)[0]!);

  test('order and value are kept', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        expect(Math.sign(keyOf(a) - keyOf(b))).toBe(Math.sign(a - b) + 0);
        expect(floatOfKey(keyOf(a))).toBe(a + 0);
      }),
    );
  });

  test('the first key of a threshold', () => {
    fc.assert(
      fc.property(finite, fc.oneof(finite, fc.double({ noNaN: true })), (score, threshold) => {
        expect(keyOf(score) >= firstKeyAt(threshold, '>=')).toBe(score >= threshold);
        expect(keyOf(score) >= firstKeyAt(threshold, '>')).toBe(score > threshold);
      }),
    );
  });

  const chunks = (bits: number) => {
    const random = new Lcg(bits);
    return [0, 1, 3000, 70_000].map((n) => Uint32Array.from({ length: n }, () => random.r(bits)));
  };
  test.each([
    ['all digits', chunks(32)],
    ['the low digit only', chunks(11)],
    ['one bit', chunks(1)],
    ['the high digit only', chunks(10).map((chunk) => chunk.map((key) => key * 2 ** 22))],
    ['the middle digit only', chunks(11).map((chunk) => chunk.map((key) => key * 2 ** 11))],
    ['a single value', [new Uint32Array(5).fill(77), new Uint32Array(4).fill(77)]],
    ['one chunk', chunks(32).slice(3)],
    ['no key', [new Uint32Array(0)]],
    ['no chunk', []],
  ])('sortKeys: %s', (_name, given) => {
    const before = given.map((chunk) => chunk.slice());
    const expected = Uint32Array.from(given.flatMap((chunk) => [...chunk])).sort();
    expect(sortKeys(given)).toEqual(expected);
    expect(given).toEqual(before);
  });
});
