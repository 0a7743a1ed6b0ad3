import { describe, expect, test } from 'vitest';
import type { Image, Mask } from '../../src/data/types.js';
import { colorAt } from '../../src/report/colormap.js';
import {
  commonScale,
  heatmapImage,
  legend,
  PREDICTED_COLOR,
  renderOverlay,
  renderTruth,
  TRUTH_COLOR,
} from '../../src/report/overlay.js';
import { shrinkCase } from '../../src/report/shrink.js';

const W = 9;
const H = 7;
const image: Image = { width: W, height: H, data: Uint8Array.from({ length: 3 * W * H }, (_, i) => (37 * i) % 256) };
const scale = { low: 1, high: 3 };
/** A 5 x 3 block at (2, 2). */
const block: Mask = {
  width: W,
  height: H,
  data: Uint8Array.from({ length: W * H }, (_, i) => {
    const [x, y] = [i % W, Math.floor(i / W)];
    return x >= 2 && x < 7 && y >= 2 && y < 5 ? 1 : 0;
  }),
};

function pixel({ data, width }: Image, x: number, y: number): number[] {
  return Array.from(data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3));
}

describe('renderOverlay', () => {
  test('leaves the image alone where the map is at or below the low end', () => {
    const map = new Float32Array(W * H).fill(1);
    map[0] = -5;
    map[1] = Number.NaN;
    expect(renderOverlay(image, map, { scale }).data).toEqual(image.data);
  });

  test('draws on a copy, also of pixels in a Buffer', () => {
    const inBuffer = { ...image, data: Buffer.from(image.data) };
    renderOverlay(inBuffer, new Float32Array(W * H).fill(3), { scale, mask: block });
    renderTruth(inBuffer, block);
    expect(new Uint8Array(inBuffer.data)).toEqual(image.data);
  });

  test('blends the colour in with the opacity at the high end, and more with a higher map', () => {
    const map = new Float32Array(W * H).fill(1);
    map[4] = 99;
    const black = { ...image, data: new Uint8Array(image.data.length) };
    const drawn = renderOverlay(black, map, { scale, opacity: 0.5 });
    expect(pixel(drawn, 4, 0)).toEqual(colorAt(1).map((c) => Math.round(c / 2)));
    const luminance = (value: number) => {
      const flat = renderOverlay(black, new Float32Array(W * H).fill(value), { scale });
      return pixel(flat, 0, 0).reduce((a, b) => a + b);
    };
    const rising = [1.2, 1.6, 2, 2.4, 3].map(luminance);
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(rising[0]).toBeLessThan(rising[4]!);
  });

  test('outlines the mask on its border and nowhere else', () => {
    const drawn = renderOverlay(image, new Float32Array(W * H), { scale, mask: block });
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const inside = x >= 3 && x < 6 && y === 3;
        const border = block.data[y * W + x] === 1 && !inside;
        expect(pixel(drawn, x, y)).toEqual(border ? PREDICTED_COLOR : pixel(image, x, y));
      }
    }
  });

  test('outlines the truth just outside, so both lines stay visible where they agree', () => {
    const drawn = renderOverlay(image, new Float32Array(W * H), { scale, mask: block, truth: block });
    expect(pixel(drawn, 2, 2)).toEqual(PREDICTED_COLOR);
    expect(pixel(drawn, 1, 2)).toEqual(TRUTH_COLOR);
    expect(pixel(drawn, 4, 5)).toEqual(TRUTH_COLOR);
    expect(pixel(drawn, 0, 2)).toEqual(pixel(image, 0, 2));
  });

  test('closes the outline of a mask at the edge of the picture', () => {
    const whole = { ...block, data: new Uint8Array(W * H).fill(1) };
    const drawn = renderOverlay(image, new Float32Array(W * H), { scale, mask: whole });
    expect(pixel(drawn, 0, 3)).toEqual(PREDICTED_COLOR);
    expect(pixel(drawn, 8, 6)).toEqual(PREDICTED_COLOR);
    expect(pixel(drawn, 4, 3)).toEqual(pixel(image, 4, 3));
  });

  test('does not touch its input, and names sizes that differ', () => {
    const before = image.data.slice();
    renderOverlay(image, new Float32Array(W * H).fill(9), { scale, mask: block });
    expect(image.data).toEqual(before);
    expect(() => renderOverlay(image, new Float32Array(3), { scale })).toThrow(/3 values for 63 pixels/);
    const other = { width: H, height: W, data: block.data };
    expect(() => renderOverlay(image, new Float32Array(W * H), { scale, mask: other })).toThrow(/7 x 9.*9 x 7/);
  });
});

test('renderTruth tints the defect and outlines it', () => {
  const drawn = renderTruth(image, block);
  expect(pixel(drawn, 4, 3)).toEqual(pixel(image, 4, 3).map((c, k) => Math.round(c + 0.25 * (TRUTH_COLOR[k]! - c))));
  expect(pixel(drawn, 1, 3)).toEqual(TRUTH_COLOR);
  expect(pixel(drawn, 8, 6)).toEqual(pixel(image, 8, 6));
});

test('heatmapImage and legend run over the whole colour map', () => {
  const heat = heatmapImage(Float32Array.of(1, 2, 3, 4), 2, 2, scale);
  expect([pixel(heat, 0, 0), pixel(heat, 1, 0), pixel(heat, 0, 1), pixel(heat, 1, 1)]).toEqual(
    [0, 0.5, 1, 1].map(colorAt),
  );
  const bar = legend(256, 2);
  expect(pixel(bar, 0, 1)).toEqual(colorAt(0));
  expect(pixel(bar, 255, 0)).toEqual(colorAt(1));
});

describe('commonScale', () => {
  const good = [Float32Array.of(1, 1, 1.5), Float32Array.of(0.5, 1, 1)];

  test('puts the median of good images at the low end and the threshold in the middle', () => {
    expect(commonScale(good, 2)).toEqual({ low: 1, high: 3, threshold: 2 });
  });

  test('without a threshold reaches twice as far as good images do', () => {
    expect(commonScale(good, null)).toEqual({ low: 1, high: 2, threshold: null });
  });

  test('is never empty: constant maps, no maps, values that are no numbers', () => {
    for (const maps of [[], [new Float32Array(4)], [Float32Array.of(Number.NaN, Infinity)], [Float32Array.of(-3)]]) {
      const { low, high } = commonScale(maps, null);
      expect(high).toBeGreaterThan(low);
      expect(Number.isFinite(high - low)).toBe(true);
    }
  });
});

describe('shrinkCase', () => {
  test('keeps a defect of one pixel and the peak of the map, and averages the image', () => {
    const size = 64;
    const data = new Uint8Array(size * size);
    data[40 * size + 23] = 1;
    const map = Float32Array.from(data, (flag) => 5 * flag);
    const pixels = Uint8Array.from({ length: 3 * size * size }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 0 : 200));
    const mask = { width: size, height: size, data };
    const small = shrinkCase(
      { id: 'a', image: { width: size, height: size, data: pixels }, map, mask, truth: mask },
      16,
    );
    expect(small.image.width).toBe(16);
    expect(small.image.data.every((value) => value === 100)).toBe(true);
    expect(small.map.indexOf(5)).toBe(10 * 16 + 5);
    expect(small.mask?.data.indexOf(1)).toBe(10 * 16 + 5);
    expect(small.truth?.data.reduce((a, b) => a + b)).toBe(1);
  });

  test('keeps the aspect ratio, and small cases as they are', () => {
    const at = (width: number, height: number) => {
      const pixels = { width, height, data: new Uint8Array(3 * width * height) };
      const item = { id: 'a', image: pixels, map: new Float32Array(width * height), mask: null, truth: null };
      return [item, shrinkCase(item, 10)] as const;
    };
    const [, wide] = at(100, 7);
    expect([wide.image.width, wide.image.height, wide.map.length]).toEqual([10, 1, 10]);
    const [small, same] = at(10, 4);
    expect(same).toBe(small);
  });
});
