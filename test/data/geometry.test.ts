import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assembleMap,
  evaluationMap,
  evaluationMask,
  extractViews,
  type GeometryConfig,
  mapToImage,
  maskViews,
  planGeometry,
  resizeBilinear,
} from '../../src/data/index.js';
import { IadError } from '../../src/runtime/errors.js';
import { fixture } from './image-fixtures.js';

const crop: GeometryConfig = { mode: 'crop', resize: 256, inputSize: 224, tileOverlap: 0 };
const stretch: GeometryConfig = { mode: 'stretch', resize: 256, inputSize: 224, tileOverlap: 0 };
const tile: GeometryConfig = { mode: 'tile', resize: 256, inputSize: 224, tileOverlap: 0.25 };

describe('planGeometry', () => {
  test.each(fixture.crops)('crop rounds as torchvision: $width x $height, $resize, $crop', (wanted) => {
    const { width, height, resize, resized, offset } = wanted;
    const plan = planGeometry(width, height, { ...crop, resize, inputSize: wanted.crop });
    expect(plan.resized).toEqual(resized);
    expect(plan.views).toEqual([{ x: offset[0], y: offset[1] }]);
  });

  test('stretch ignores resize', () => {
    expect(planGeometry(105, 398, stretch)).toEqual({
      original: [105, 398],
      resized: [224, 224],
      views: [{ x: 0, y: 0 }],
      inputSize: 224,
    });
  });

  test('tile: a tall part in 2 columns and 6 rows', () => {
    const plan = planGeometry(105, 398, tile);
    expect(plan.resized).toEqual([256, 970]);
    expect(plan.views.length).toBe(12);
    expect(plan.views.at(0)).toEqual({ x: 0, y: 0 });
    expect(plan.views.at(-1)).toEqual({ x: 32, y: 746 });
  });

  test('tile at native resolution scales up what is smaller than a tile', () => {
    expect(planGeometry(1000, 700, { ...tile, resize: null }).resized).toEqual([1000, 700]);
    expect(planGeometry(112, 398, { ...tile, resize: null }).resized).toEqual([224, 796]);
    expect(planGeometry(224, 224, { ...tile, resize: null }).views).toEqual([{ x: 0, y: 0 }]);
  });

  test('tiles cover every pixel, step no further than the overlap allows, and end flush', () => {
    const side = fc.integer({ min: 1, max: 400 });
    const overlap = fc.double({ min: 0, max: 0.75, noNaN: true });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 8, max: 64 }), overlap, (width, height, inputSize, tileOverlap) => {
        fc.pre(Math.max(width, height) / Math.min(width, height) < 40);
        const plan = planGeometry(width, height, { mode: 'tile', resize: null, inputSize, tileOverlap });
        for (const axis of ['x', 'y'] as const) {
          const size = plan.resized[axis === 'x' ? 0 : 1];
          const offsets = [...new Set(plan.views.map((view) => view[axis]))].sort((a, b) => a - b);
          expect(offsets[0]).toBe(0);
          expect(offsets.at(-1)! + inputSize).toBe(size);
          for (let i = 1; i < offsets.length; i++) {
            expect(offsets[i]! - offsets[i - 1]!).toBeLessThanOrEqual(Math.max(1, inputSize * (1 - tileOverlap)));
          }
        }
      }),
      { seed: 2 },
    );
  });

  test.each<[string, Partial<GeometryConfig>]>([
    ['inputSize', { inputSize: 0 }],
    ['inputSize', { inputSize: 10.5 }],
    ['resize', { resize: -1 }],
    ['resize', { resize: 100 }],
    ['tileOverlap', { tileOverlap: 0.8 }],
    ['tileOverlap', { tileOverlap: Number.NaN }],
  ])('refuses %s out of range', (path, change) => {
    expect(() => planGeometry(300, 300, { ...tile, ...change })).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG', path }),
    );
  });

  test('a strip that would become enormous is refused', () => {
    expect(() => planGeometry(1, 100_000, { ...crop, resize: 1024 })).toThrow(
      expect.objectContaining({ code: 'IMAGE_TOO_LARGE' }),
    );
  });
});

/** Every pixel of the scaled image tells its place. */
function gradient(width: number, height: number) {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set([(i % width) & 255, Math.floor(i / width) & 255, 7], 3 * i);
  return { width, height, data };
}

describe('views', () => {
  test.each([crop, stretch, tile])('of a 105 x 398 image: $mode', (config) => {
    const image = gradient(105, 398);
    const plan = planGeometry(105, 398, config);
    const scaled = resizeBilinear(image, ...plan.resized);
    const views = extractViews(image, plan);
    expect(views.length).toBe(plan.views.length);
    plan.views.forEach(({ x, y }, index) => {
      for (const [vx, vy] of [
        [0, 0],
        [223, 0],
        [100, 57],
        [223, 223],
      ] as const) {
        const from = 3 * ((y + vy) * scaled.width + x + vx);
        const at = 3 * (vy * 224 + vx);
        expect(views[index]!.subarray(at, at + 3)).toEqual(scaled.data.subarray(from, from + 3));
      }
    });
  });

  test('a crop larger than the image is padded with zeros', () => {
    const plan = planGeometry(3, 2, { mode: 'crop', resize: null, inputSize: 4, tileOverlap: 0 });
    const image = { width: 3, height: 2, data: new Uint8Array(18).fill(9) };
    const [view] = extractViews(image, plan);
    const red = Array.from({ length: 16 }, (_, i) => view![3 * i]);
    // torchvision pads the odd pixel on the right.
    expect(red).toEqual([0, 0, 0, 0, 9, 9, 9, 0, 9, 9, 9, 0, 0, 0, 0, 0]);
    const map = assembleMap([Float32Array.from({ length: 16 }, (_, i) => i)], plan);
    expect(map).toEqual({ width: 3, height: 2, data: Float32Array.of(4, 5, 6, 8, 9, 10) });
  });

  test('an image of another size than planned is refused', () => {
    const plan = planGeometry(10, 10, stretch);
    expect(() => extractViews(gradient(10, 11), plan)).toThrow(IadError);
    expect(() => maskViews({ width: 9, height: 10, data: new Uint8Array(90) }, plan)).toThrow(IadError);
  });
});

describe('maps', () => {
  test('tiles cut from one map give that map back', () => {
    const plan = planGeometry(105, 398, { ...tile, resize: 40, inputSize: 32, tileOverlap: 0.4 });
    const [width, height] = plan.resized;
    const whole = Float32Array.from({ length: width * height }, (_, i) => Math.fround(Math.sin(i) * 3));
    const views = plan.views.map(({ x, y }) =>
      Float32Array.from({ length: 32 * 32 }, (_, i) => whole[(y + Math.floor(i / 32)) * width + x + (i % 32)]!),
    );
    const map = assembleMap(views, plan);
    expect([map.width, map.height]).toEqual([width, height]);
    for (const [i, value] of map.data.entries()) expect(value).toBeCloseTo(whole[i]!, 6);
    expect(evaluationMap(views, plan)).toEqual(map);
  });

  test('where two tiles overlap one fades into the other', () => {
    const plan = planGeometry(12, 8, { mode: 'tile', resize: 8, inputSize: 8, tileOverlap: 0.5 });
    expect(plan.views).toEqual([
      { x: 0, y: 0 },
      { x: 4, y: 0 },
    ]);
    const { data } = assembleMap([new Float32Array(64), new Float32Array(64).fill(1)], plan);
    // Weights of the left tile in columns 4..7: 4 3 2 1, of the right one: 1 2 3 4.
    const expected = [0, 0, 0, 0, 1 / 5, 2 / 5, 3 / 5, 4 / 5, 1, 1, 1, 1];
    for (const [x, value] of expected.entries()) expect(data[12 * 3 + x]).toBeCloseTo(value, 6);
  });

  test('outside of a centre crop the map has its minimum', () => {
    const plan = planGeometry(6, 4, { mode: 'crop', resize: 4, inputSize: 2, tileOverlap: 0 });
    expect(plan.views).toEqual([{ x: 2, y: 1 }]);
    const map = assembleMap([Float32Array.of(5, 6, 7, 8)], plan);
    expect(Array.from(map.data)).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 5, 5, 5, 5, 7, 8, 5, 5, 5, 5, 5, 5, 5, 5]);
  });

  test.each(fixture.maps)(
    'mapToImage interpolates as torch: $width x $height to $to',
    ({ width, height, data, to, result }) => {
      const plan = { original: to, resized: [width, height], views: [{ x: 0, y: 0 }], inputSize: 1 } as const;
      const map = mapToImage({ width, height, data: Float32Array.from(data) }, plan);
      expect([map.width, map.height]).toEqual(to);
      for (const [i, value] of result.entries()) expect(map.data[i]).toBeCloseTo(value, 6);
    },
  );

  test.each([crop, stretch, tile])('a defect comes back to its place: $mode', (config) => {
    const width = 105;
    const height = 398;
    const plan = planGeometry(width, height, config);
    const mask = { width, height, data: new Uint8Array(width * height) };
    // In the middle of the part, so that the crop shows it.
    for (let y = 190; y < 210; y++) mask.data.fill(1, y * width + 40, y * width + 60);
    const views = maskViews(mask, plan).map((view) => Float32Array.from(view));
    const map = mapToImage(assembleMap(views, plan), plan);
    expect([map.width, map.height]).toEqual([width, height]);
    let wrong = 0;
    map.data.forEach((value, i) => {
      if (value > 0.5 !== (mask.data[i] === 1)) wrong++;
    });
    // 76 pixels lie along the border of the square.
    expect(wrong).toBeLessThanOrEqual(config.mode === 'stretch' ? 40 : 10);
    const shown = evaluationMask(mask, plan);
    const scored = evaluationMap(views, plan);
    expect([scored.width, scored.height]).toEqual([shown.width, shown.height]);
    expect(Array.from(scored.data, Math.round)).toEqual(Array.from(shown.data));
  });

  test('maps that do not fit the plan are refused', () => {
    const plan = planGeometry(10, 10, stretch);
    expect(() => assembleMap([], plan)).toThrow(IadError);
    expect(() => evaluationMap([new Float32Array(3)], plan)).toThrow(IadError);
    expect(() => mapToImage({ width: 1, height: 1, data: new Float32Array(1) }, plan)).toThrow(IadError);
  });
});
