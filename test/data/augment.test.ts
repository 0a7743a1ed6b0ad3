// The single augmentations: torchvision's bytes, what masks do, what is refused.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { projectionTo } from '../../src/data/augment/perspective.js';
import {
  addGaussianNoise,
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  type Border,
  type Corners,
  crop,
  flip,
  type Pixels,
  perspective,
  type Resample,
  rotate,
  scale,
  translate,
} from '../../src/data/index.js';
import { Random } from '../../src/runtime/random.js';
import { readFixture } from '../helpers/fixture.js';
import { bytesOf, largestDifference } from './image-fixtures.js';

interface Source {
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

type Case = { source: Source; width: number; height: number; data: string } & (
  | { op: 'rotate'; degrees: number; resample: Resample; border: Border; expand: boolean }
  | { op: 'translate'; right: number; down: number; border: Border }
  | { op: 'scale'; factor: number; resample: Resample; border: Border }
  | { op: 'perspective'; corners: Corners; resample: Resample; coefficients: number[] }
  | { op: 'flip'; axis: 'horizontal' | 'vertical' }
  | { op: 'crop'; x: number; y: number }
);

const COLORS = { adjustBrightness, adjustContrast, adjustSaturation, adjustHue };

const fixture = readFixture<{
  cases: Case[];
  colors: { op: keyof typeof COLORS; amount: number; sha256: string; part: string }[];
}>('augment.json');

function made({ seed, width, height, channels }: Source): Pixels {
  const random = new Random(seed);
  const mask = channels === 1 ? 1 : 255;
  return { width, height, data: Uint8Array.from({ length: width * height * channels }, () => random.uint32() & mask) };
}

function run(one: Case): Pixels {
  const source = made(one.source);
  switch (one.op) {
    case 'rotate':
      return rotate(source, one.degrees, one);
    case 'translate':
      return translate(source, one.right, one.down, one);
    case 'scale':
      return scale(source, one.factor, one);
    case 'perspective':
      return perspective(source, one.corners, one);
    case 'flip':
      return flip(source, one.axis);
    case 'crop':
      return crop(source, one.x, one.y, one.width, one.height);
    default:
      return one satisfies never;
  }
}

function title({ data: _, source: { channels }, ...rest }: Case): string {
  return `${channels === 1 ? 'mask' : 'image'} ${JSON.stringify(rest)}`;
}

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe("torchvision's bytes", () => {
  test.each(fixture.cases.map((one) => ({ title: title(one), one })))('$title', ({ one }) => {
    const result = run(one);
    expect([result.width, result.height]).toEqual([one.width, one.height]);
    expect(Buffer.from(result.data).toString('base64')).toBe(one.data);
  });

  test('perspective: the coefficients', () => {
    const cases = fixture.cases.filter((one) => one.op === 'perspective');
    expect(cases.length).toBeGreaterThan(0);
    for (const { source, corners, coefficients } of cases) {
      const found = projectionTo(source.width, source.height, corners);
      // float32 of what two solvers leave; the coefficients are of order 1, the last two of order 1 / size
      for (const [i, value] of coefficients.entries()) expect(found[i]).toBeCloseTo(value, 6);
    }
  });

  const colorful = made({ seed: 5, width: 64, height: 64, channels: 3 });
  for (let i = 0; i < 4 * 64 * 3; i++) colorful.data[i] = Math.floor(i / 3);
  test.each(fixture.colors)('$op $amount', ({ op, amount, sha256: wanted, part }) => {
    const before = sha256(colorful.data);
    const { data } = COLORS[op](colorful, amount);
    expect(largestDifference(data.slice(3000, 3090), bytesOf(part))).toBe(0);
    expect(sha256(data)).toBe(wanted);
    expect(sha256(colorful.data)).toBe(before);
  });
});

describe('geometry', () => {
  const image = made({ seed: 9, width: 31, height: 20, channels: 3 });
  const mask = made({ seed: 9, width: 31, height: 20, channels: 1 });

  test('four quarter turns, two flips, and a shift there and back give the image again', () => {
    let turned = image;
    for (let i = 0; i < 4; i++) turned = rotate(turned, 90, { expand: true });
    expect(turned).toEqual(image);
    for (const axis of ['horizontal', 'vertical'] as const) {
      expect(flip(flip(image, axis), axis)).toEqual(image);
      expect(flip(image, axis)).not.toEqual(image);
    }
    expect(crop(translate(translate(image, 4, 3), -4, -3), 0, 0, 27, 17)).toEqual(crop(image, 0, 0, 27, 17));
  });

  test('a turn and the turn back restore the inside of a smooth image', () => {
    const side = 64;
    const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
      const x = Math.floor(i / 3) % side;
      const y = Math.floor(i / 3 / side);
      return Math.round(128 + 60 * Math.sin(x / 9) + 50 * Math.cos(y / 11));
    });
    const inside = (pixels: Pixels) => crop(pixels, 20, 20, 24, 24).data;
    const whole = { width: side, height: side, data };
    const again = rotate(rotate(whole, 33, { resample: 'bilinear' }), -33, { resample: 'bilinear' });
    // Two interpolations that round down: at most 2, and the curvature's share (80 / 9^2 / 8 twice).
    expect(largestDifference(inside(again), inside(whole))).toBeLessThanOrEqual(4);
  });

  test.each(['zero', 'edge', 'reflect'] as const)('a mask goes where its image goes: %s', (border) => {
    const shown = {
      ...mask,
      data: Uint8Array.from({ length: 3 * 620 }, (_, i) => mask.data[Math.floor(i / 3)]! * 255),
    };
    const moves = [
      (pixels: Pixels) => rotate(pixels, 37, { border }),
      (pixels: Pixels) => rotate(pixels, -71, { border, expand: true }),
      (pixels: Pixels) => translate(pixels, -20, 7, { border }),
      (pixels: Pixels) => scale(pixels, 0.3, { border }),
    ];
    for (const move of moves) {
      const moved = move(mask).data;
      expect(move(shown).data).toEqual(
        Uint8Array.from({ length: 3 * moved.length }, (_, i) => moved[Math.floor(i / 3)]! * 255),
      );
      expect(new Set(moved)).toEqual(new Set([0, 1]));
    }
  });

  test('a mask is never interpolated', () => {
    const options = { resample: 'bilinear' } as const;
    expect(rotate(mask, 20, options)).toEqual(rotate(mask, 20));
  });

  test('a turned mask of ones says what belongs to the image', () => {
    const ones = { width: 10, height: 4, data: new Uint8Array(40).fill(1) };
    const white = { width: 10, height: 4, data: new Uint8Array(120).fill(255) };
    const alpha = rotate(ones, 45, { expand: true });
    expect([alpha.width, alpha.height]).toEqual([10, 10]);
    const painted = rotate(white, 45, { expand: true });
    expect(alpha.data.every((value, i) => painted.data[3 * i] === 255 * value)).toBe(true);
    const area = alpha.data.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(area - 40)).toBeLessThanOrEqual(6);
  });

  test('edge and reflect leave no pixel black, however far outside', () => {
    const bright = { width: 5, height: 3, data: new Uint8Array(45).fill(200) };
    for (const border of ['edge', 'reflect'] as const) {
      for (const resample of ['nearest', 'bilinear'] as const) {
        for (const moved of [scale(bright, 0.01, { border, resample }), rotate(bright, 77, { border, resample })]) {
          expect(new Set(moved.data)).toEqual(new Set([200]));
        }
      }
      expect(new Set(translate({ width: 1, height: 1, data: Uint8Array.of(3, 3, 3) }, 9, -9, { border }).data)).toEqual(
        new Set([3]),
      );
    }
  });

  test('the source is not written to', () => {
    const before = sha256(image.data);
    rotate(image, 12, { resample: 'bilinear' });
    scale(image, 2);
    flip(image, 'vertical');
    translate(image, 1, 1);
    addGaussianNoise(image, 50, new Random(1));
    expect(sha256(image.data)).toBe(before);
  });
});

describe('noise', () => {
  test('has the mean and variance asked for', () => {
    const grey = { width: 200, height: 100, data: new Uint8Array(60_000).fill(128) };
    const { data } = addGaussianNoise(grey, 60, new Random(3));
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    // five standard errors; rounding to whole numbers adds a twelfth
    expect(Math.abs(mean - 128)).toBeLessThan(5 * Math.sqrt(60 / data.length));
    expect(Math.abs(variance - 60 - 1 / 12)).toBeLessThan(5 * 60 * Math.sqrt(2 / data.length));
  });

  test('is cut off at the ends, and none at variance 0', () => {
    const ends = { width: 100, height: 1, data: Uint8Array.from({ length: 300 }, (_, i) => (i % 2) * 255) };
    const { data } = addGaussianNoise(ends, 100, new Random(3));
    expect(data.every((value, i) => (i % 2 === 0 ? value < 128 : value > 127))).toBe(true);
    expect(addGaussianNoise(ends, 0, new Random(3)).data).toEqual(ends.data);
  });
});

describe('refused', () => {
  const image = made({ seed: 9, width: 4, height: 3, channels: 3 });
  test.each([
    ['a size that is not that of the data', () => rotate({ width: 5, height: 3, data: image.data }, 3)],
    ['no pixels', () => flip({ width: 0, height: 0, data: new Uint8Array(0) }, 'vertical')],
    ['an angle that is no number', () => rotate(image, Number.NaN)],
    ['half a pixel', () => translate(image, 0.5, 0)],
    ['a factor of 0', () => scale(image, 0)],
    ['a crop that reaches out', () => crop(image, 1, 0, 4, 3)],
    ['a crop of nothing', () => crop(image, 1, 0, 0, 3)],
    ['a negative brightness', () => adjustBrightness(image, -0.1)],
    ['an infinite contrast', () => adjustContrast(image, Number.POSITIVE_INFINITY)],
    ['a saturation that is no number', () => adjustSaturation(image, Number.NaN)],
    ['more than half a turn of hue', () => adjustHue(image, 0.51)],
    ...Object.entries(COLORS).map(([name, adjust]): [string, () => unknown] => [
      `a mask by ${name}`,
      () => adjust({ width: 4, height: 3, data: new Uint8Array(12) }, 0.5),
    ]),
    ['a negative variance', () => addGaussianNoise(image, -1, new Random(1))],
    [
      'corners on a line',
      () =>
        perspective(image, [
          [0, 0],
          [1, 1],
          [2, 2],
          [0, 2],
        ]),
    ],
  ])('%s', (_, call) => expect(call).toThrow(/\[BAD_ARGUMENT\]/));
});
