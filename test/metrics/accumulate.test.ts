// The ways to feed an accumulator: in one go, streamed, in parts that are merged, and by way of another thread; and the one of
// bounded memory, within its bounds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinnedPixelAccumulator, PixelAccumulator, type PixelImage, pixelMetrics } from '../../src/metrics/index.js';
import { channelledImages, drawnImages } from './arbitrary.js';
import { type DrawnImage, pixelImage, pixelMaps, sproMaps } from './lcg.js';

const METRICS = ['auroc', 'ap', 'prAucTrapezoid', 'f1Max', 'aupro', 'auspro'] as const;
const anyImages = fc.oneof(
  channelledImages,
  drawnImages.map((list) => list.map(pixelImage)),
);

function filled<A extends PixelAccumulator | BinnedPixelAccumulator>(pixels: A, images: readonly PixelImage[]): A {
  for (const image of images) pixels.add(image);
  return pixels;
}

describe('PixelAccumulator', () => {
  test('merging is adding, to the last bit', () => {
    fc.assert(
      fc.property(anyImages, anyImages, (first, second) => {
        const merged = filled(new PixelAccumulator(), first);
        merged.merge(filled(new PixelAccumulator(), second));
        const whole = filled(new PixelAccumulator(), [...first, ...second]);
        expect(merged.result()).toEqual(whole.result());
        expect(merged.toState()).toEqual(whole.toState());
      }),
    );
  });

  test('a state survives another thread', () => {
    fc.assert(
      fc.property(anyImages, (images) => {
        const pixels = filled(new PixelAccumulator(), images);
        const copy = PixelAccumulator.fromState(structuredClone(pixels.toState()));
        expect(copy.result()).toEqual(pixels.result());
        copy.add({ map: { data: [1], shape: [1, 1] } });
        expect([copy.length, pixels.length]).toEqual([images.length + 1, images.length]);
      }),
    );
  });

  test('with itself', () => {
    const list = pixelMaps({ seed: 2, images: 3, height: 9, width: 9, maxRects: 2, maxSide: 4, bits: 5, shift: 0.25 });
    const pixels = filled(new PixelAccumulator(), list.map(pixelImage));
    pixels.merge(pixels);
    expect(pixels.result()).toEqual(pixelMetrics([...list, ...list].map(pixelImage)));
  });
});

describe.each([
  ['PixelAccumulator', () => new PixelAccumulator()],
  ['BinnedPixelAccumulator', () => new BinnedPixelAccumulator()],
] as const)('%s', (_name, make) => {
  test('takes a stream, one image at a time', async () => {
    const list = pixelMaps({ seed: 2, images: 4, height: 9, width: 9, maxRects: 2, maxSide: 4, bits: 5, shift: 0.25 });
    const streamed = make();
    const lengths: number[] = [];
    async function* read(): AsyncGenerator<PixelImage> {
      for (const one of list) {
        lengths.push(streamed.length);
        await new Promise((resolve) => setImmediate(resolve));
        yield pixelImage(one);
      }
    }
    await streamed.addAll(read());
    expect(lengths).toEqual([0, 1, 2, 3]);
    expect(streamed.result()).toEqual(filled(make(), list.map(pixelImage)).result());
    const listed = make();
    await listed.addAll(list.map(pixelImage));
    expect(listed.result()).toEqual(streamed.result());
  });
});

/** Each in bins of its own page, few enough bytes to need wide ones. */
function narrow(images: readonly PixelImage[], maxBytes = 2 ** 20): BinnedPixelAccumulator {
  return filled(new BinnedPixelAccumulator({ maxBytes }), images);
}

function expectWithinBounds(found: BinnedPixelAccumulator, images: readonly PixelImage[], limit = 0.3): void {
  const exact = pixelMetrics(images, { fprLimit: limit, sproLimit: limit });
  const { errorBounds, ...values } = found.result({ fprLimit: limit, sproLimit: limit });
  for (const metric of METRICS) {
    const value = values[metric];
    const expected = exact[metric];
    if (value === null || expected === null) expect([value, errorBounds[metric]]).toEqual([expected, null]);
    else expect(Math.abs(value - expected)).toBeLessThanOrEqual(errorBounds[metric]! + 1e-12);
  }
}

describe('BinnedPixelAccumulator', () => {
  test('is exact while there is room', () => {
    const list = pixelMaps({ seed: 3, images: 5, height: 12, width: 12, maxRects: 3, maxSide: 5, bits: 4, shift: 0.5 });
    const images = list.map((one) => pixelImage({ ...one, map: one.map.map((score) => 1 + score / 64) }));
    const { errorBounds, floatsPerBin, ...values } = narrow(images, 2 ** 25).result();
    expect(floatsPerBin).toBe(1);
    const exact = pixelMetrics(images);
    for (const metric of METRICS.slice(0, 5)) expect(Math.abs(values[metric]! - exact[metric]!)).toBeLessThan(1e-12);
    expect(values.f1MaxThreshold).toBe(exact.f1MaxThreshold);
    expect(errorBounds).toEqual({ auroc: 0, ap: 0, prAucTrapezoid: 0, f1Max: 0, aupro: 0, auspro: null });
  });

  test('any images are within the bounds, in wide bins', { timeout: 120_000 }, () => {
    const limit = fc.constantFrom(0.05, 0.3, 1);
    fc.assert(
      fc.property(fc.array(anyImages, { maxLength: 4 }), limit, (lists, at) => {
        const images = lists.flat();
        expectWithinBounds(narrow(images), images, at);
      }),
      { numRuns: 30 },
    );
  });

  const params = { seed: 14, images: 10, height: 40, width: 40, maxRects: 3, maxSide: 12, bits: 24, shift: 0.25 };
  const list = pixelMaps(params);
  /** Scores over so many powers of two that the bins must be wide. */
  const stretched = (one: DrawnImage) => ({ ...one, map: one.map.map((score) => Math.exp(80 * score - 60)) });

  test('maps of a wide range are within the bounds, and those are small', () => {
    const images = list.map((one) => pixelImage(stretched(one)));
    const pixels = narrow(images);
    expectWithinBounds(pixels, images);
    const { floatsPerBin, errorBounds } = pixels.result();
    expect(floatsPerBin).toBeGreaterThan(1000);
    for (const metric of METRICS.slice(0, 5)) expect(errorBounds[metric]).toBeLessThan(0.05);
    expect(errorBounds.auroc).toBeGreaterThan(0);
  });

  test('with room as by default, the values are those of the exact one to 1e-4', () => {
    const images = list.map((one) => pixelImage(stretched(one)));
    const { errorBounds, ...values } = narrow(images, 2 ** 27).result();
    const exact = pixelMetrics(images);
    for (const metric of METRICS.slice(0, 5)) {
      expect(errorBounds[metric]).toBeLessThan(1e-4);
      expect(Math.abs(values[metric]! - exact[metric]!)).toBeLessThan(1e-4);
    }
  });

  test('channels', () => {
    const config = [
      { defect_name: 'part', pixel_value: 1, saturation_threshold: 0.5, relative_saturation: true },
      { defect_name: 'fixed', pixel_value: 2, saturation_threshold: 6, relative_saturation: false },
    ];
    const images = sproMaps(params, config);
    expectWithinBounds(narrow(images), images, 0.05);
    expect(narrow(images).result().errorBounds.auspro).toBeTypeOf('number');
    const mixed = narrow([
      ...images,
      { map: images[0]!.map, mask: { data: new Uint8Array(1600).fill(1), shape: [40, 40] } },
    ]);
    expect(mixed.result().auspro).toBeNull();
  });

  test('merging is adding, whatever the widths of the bins', () => {
    fc.assert(
      fc.property(anyImages, anyImages, (first, second) => {
        const merged = narrow(first);
        merged.merge(narrow(second));
        const whole = narrow([...first, ...second]);
        expectSame(merged, whole);
        expect(merged.length).toBe(whole.length);
      }),
      { numRuns: 20 },
    );
  });

  test('a state survives another thread and another size', () => {
    const images = list.map((one) => pixelImage(stretched(one)));
    const pixels = narrow(images, 2 ** 22);
    expectSame(BinnedPixelAccumulator.fromState(structuredClone(pixels.toState()), { maxBytes: 2 ** 22 }), pixels);
    expectSame(BinnedPixelAccumulator.fromState(pixels.toState(), { maxBytes: 2 ** 20 }), narrow(images));
    const copy = BinnedPixelAccumulator.fromState(pixels.toState());
    copy.add(images[0]!);
    expect([copy.length, pixels.length]).toEqual([11, 10]);
  });

  test('stays within its bytes', () => {
    for (const maxBytes of [2 ** 20, 2 ** 23]) {
      const pixels = new BinnedPixelAccumulator({ maxBytes });
      for (const one of list) {
        pixels.add(pixelImage(stretched(one)));
        expect(pixels.bytes).toBeLessThanOrEqual(maxBytes);
      }
    }
  });

  test('any finite float has its place', () => {
    const data = Float32Array.of(-3.4028234663852886e38, 3.4028234663852886e38, -1e-45, 1e-45, 0, -0, -1, 1);
    const image = { map: { data, shape: [2, 4] }, mask: { data: [0, 1, 0, 0, 1, 0, 1, 1], shape: [2, 4] } };
    expectWithinBounds(narrow([image]), [image]);
    expectWithinBounds(narrow([image], 2 ** 24), [image]);
    const lowest = { map: { data: data.subarray(0, 1), shape: [1, 1] }, mask: { data: [1], shape: [1, 1] } };
    expect(narrow([lowest]).result().f1MaxThreshold).toBe(data[0]);
  });
});

function expectSame(found: BinnedPixelAccumulator, expected: BinnedPixelAccumulator): void {
  const { errorBounds: bounds, ...values } = expected.result();
  const { errorBounds: foundBounds, ...foundValues } = found.result();
  for (const [metric, value] of Object.entries(values)) {
    const close = value === null ? null : expect.closeTo(value, 10);
    expect(foundValues).toMatchObject({ [metric]: close });
  }
  for (const metric of METRICS) {
    expect(foundBounds[metric]).toEqual(bounds[metric] === null ? null : expect.closeTo(bounds[metric], 10));
  }
}
