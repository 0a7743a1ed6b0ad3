// Seeded lists of augmentations: what is drawn, that it depends on seed and sample alone, and the published settings.
import { describe, expect, test } from 'vitest';
import {
  AUTOVI_AUGMENTATION,
  type AugmentStep,
  augment,
  augmentRandom,
  FEW_SHOT_COPIES,
  type FewShotKind,
  fewShotSteps,
  type Image,
  type Mask,
  type Picture,
  rotate,
  scale,
} from '../../src/data/index.js';
import { Random } from '../../src/runtime/random.js';
import { readFixture } from '../helpers/fixture.js';

function noise(seed: number, width: number, height: number): Image {
  const random = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, () => random.uint32() & 255) };
}

const image = noise(7, 40, 30);
const mask: Mask = { width: 40, height: 30, data: image.data.filter((_, i) => i % 3 === 0).map((value) => value & 1) };

const EVERYTHING: readonly AugmentStep[] = [
  { kind: 'rotate', degrees: [-180, 180], resample: 'bilinear' },
  { kind: 'flip', horizontal: 0.5, vertical: 0.5 },
  { kind: 'translate', share: 0.2, border: 'edge' },
  { kind: 'scale', factor: [0.8, 1.2] },
  { kind: 'perspective', distortion: 0.3 },
  { kind: 'crop', width: 24, height: 20 },
  { kind: 'colorJitter', brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 },
  { kind: 'gaussianNoise', variance: [10, 120] },
];

describe('augment', () => {
  const make = (seed: number, sample: string, copy: number) =>
    augment({ image, mask }, EVERYTHING, augmentRandom(seed, sample, copy));

  test('depends on seed, sample and copy, and on nothing else', () => {
    const first = make(1, 'train/good/a.png', 0);
    const others = [make(2, 'train/good/a.png', 0), make(1, 'train/good/b.png', 0), make(1, 'train/good/a.png', 1)];
    for (const other of others) expect(other.image.data).not.toEqual(first.image.data);
    expect(make(1, 'train/good/a.png', 0)).toEqual(first);
    expect([first.image.width, first.image.height]).toEqual([24, 20]);
    expect([first.mask?.width, first.mask?.height]).toEqual([24, 20]);
    expect(first.mask?.data.every((value) => value <= 1)).toBe(true);
  });

  test("gives torchvision's bytes for the same draws, on every machine", () => {
    const { chain } = readFixture<{ chain: { image: string; mask: string } }>('augment.json');
    const { image: made, mask: moved } = make(66, 'train/good/000.png', 3);
    expect(Buffer.from(made.data).toString('base64')).toBe(chain.image);
    expect(Buffer.from(moved?.data ?? []).toString('base64')).toBe(chain.mask);
  });

  test('moves the mask as the image, through every geometric step', () => {
    const shown = { ...image, data: Uint8Array.from(image.data, (_, i) => mask.data[Math.floor(i / 3)]! * 255) };
    const geometric: readonly AugmentStep[] = [
      { kind: 'rotate', degrees: [-180, 180], border: 'reflect' },
      ...EVERYTHING.filter(({ kind }) => ['flip', 'translate', 'scale', 'crop'].includes(kind)),
    ];
    for (let copy = 0; copy < 10; copy++) {
      const made = augment({ image: shown, mask }, geometric, augmentRandom(1, 'x', copy));
      const follows = made.mask?.data.every((value, i) => made.image.data[3 * i] === 255 * value);
      expect(follows).toBe(true);
    }
  });

  test('leaves the mask alone where only colours change, and makes none', () => {
    const colors = EVERYTHING.slice(-2);
    expect(augment({ image, mask }, colors, new Random(1)).mask).toBe(mask);
    expect(augment({ image }, EVERYTHING, new Random(1))).not.toHaveProperty('mask');
    expect(augment({ image, mask }, [], new Random(1))).toEqual({ image, mask });
  });

  test('a rotation is applied as often as its probability says, by angles over the whole range', () => {
    const step = { kind: 'rotate', degrees: [-90, 90], probability: 0.3 } as const;
    const random = new Random(5);
    let applied = 0;
    for (let i = 0; i < 400; i++) if (augment({ image }, [step], random).image !== image) applied++;
    // 120 expected; five standard deviations of 9.2
    expect(Math.abs(applied - 120)).toBeLessThan(46);
  });

  test('shifts reach the whole range and no further', () => {
    // A single bright pixel in the middle tells where it went.
    const dot = { width: 21, height: 11, data: new Uint8Array(3 * 21 * 11) };
    dot.data.fill(255, 3 * (5 * 21 + 10), 3 * (5 * 21 + 10) + 3);
    const random = new Random(6);
    const columns = new Set<number>();
    const rows = new Set<number>();
    for (let i = 0; i < 600; i++) {
      const at = augment({ image: dot }, [{ kind: 'translate', share: 0.2 }], random).image.data.indexOf(255) / 3;
      columns.add((at % 21) - 10);
      rows.add(Math.floor(at / 21) - 5);
    }
    expect([...columns].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
    expect([...rows].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });

  test('crops come from every place', () => {
    const random = new Random(8);
    const places = new Set<string>();
    const ramp = {
      ...image,
      data: Uint8Array.from(image.data, (_, i) => [Math.floor(i / 3) % 40, Math.floor(i / 120), 0][i % 3]!),
    };
    for (let i = 0; i < 200; i++) {
      const { data } = augment({ image: ramp }, [{ kind: 'crop', width: 38, height: 29 }], random).image;
      places.add(`${data[0]},${data[1]}`);
    }
    expect([...places].sort()).toEqual(['0,0', '0,1', '1,0', '1,1', '2,0', '2,1']);
    const whole: AugmentStep = { kind: 'crop', width: 40, height: 30 };
    expect(augment({ image }, [whole], random).image).toEqual(image);
  });

  test.each<[string, AugmentStep, string]>([
    ['a probability above 1', { kind: 'rotate', degrees: [0, 1], probability: 1.5 }, 'BAD_CONFIG'],
    ['a range the wrong way round', { kind: 'rotate', degrees: [1, 0] }, 'BAD_CONFIG'],
    ['a share that is no number', { kind: 'translate', share: Number.NaN }, 'BAD_CONFIG'],
    ['a distortion above 1', { kind: 'perspective', distortion: 2 }, 'BAD_CONFIG'],
    ['a negative strength', { kind: 'colorJitter', brightness: -1 }, 'BAD_CONFIG'],
    ['a hue of more than half a turn', { kind: 'colorJitter', hue: 5 }, 'BAD_CONFIG'],
    ['a crop larger than the image', { kind: 'crop', width: 41, height: 1 }, 'BAD_ARGUMENT'],
  ])('refuses %s', (_, step, code) => {
    expect(() => augment({ image }, [step], new Random(1))).toThrow(`[${code}]`);
  });

  test('refuses a mask of another size', () => {
    const small: Picture = { image, mask: { width: 1, height: 1, data: Uint8Array.of(1) } };
    expect(() => augment(small, [], new Random(1))).toThrow(/BAD_ARGUMENT.*1 x 1, its image is 40 x 30/);
  });
});

describe('published settings', () => {
  const KINDS: readonly FewShotKind[] = ['rotation', 'scale', 'translate', 'flip', 'colorJitter', 'perspective'];
  const copies = (kind: FewShotKind) =>
    Array.from({ length: FEW_SHOT_COPIES }, (_, copy) =>
      augment({ image }, fewShotSteps(kind, copy), augmentRandom(66, 'a', copy)),
    );

  test('few-shot: the table of IM-IAD', () => {
    const angles = [0, 72, 144, 216, 288];
    expect(copies('rotation').map((made) => made.image)).toEqual(angles.map((degrees) => rotate(image, degrees)));
    const factors = [1, 0.875, 0.75, 0.625, 0.5];
    expect(copies('scale').map((made) => made.image)).toEqual(factors.map((factor) => scale(image, factor)));
    const steps = (kind: FewShotKind) => angles.map((_, copy) => fewShotSteps(kind, copy)[0]);
    expect(steps('translate').map((step) => step?.kind === 'translate' && step.share)).toEqual([
      false,
      0.125,
      0.25,
      0.375,
      0.5,
    ]);
    expect(steps('flip').slice(1)).toEqual([
      { kind: 'flip', horizontal: 0.5, vertical: 0 },
      { kind: 'flip', horizontal: 0, vertical: 0.5 },
      { kind: 'flip', horizontal: 0.5, vertical: 0.5 },
      { kind: 'flip', horizontal: 0.5, vertical: 0.5 },
    ]);
    expect(
      steps('colorJitter').map((step) => step?.kind === 'colorJitter' && Number(step.brightness?.toFixed(4))),
    ).toEqual([1, 0.5, 0.8333, 1.1667, 1.5]);
  });

  test.each(KINDS)('few-shot %s: copy 0 is the image, unless colours are jittered', (kind) => {
    const [first] = copies(kind);
    expect(first?.image === image).toBe(kind !== 'colorJitter');
  });

  test('few-shot: there are five copies', () => {
    for (const copy of [-1, 0.5, 5]) expect(() => fewShotSteps('rotation', copy)).toThrow(/BAD_ARGUMENT/);
  });

  test('AutoVI: a quarter of the images is left as it is', () => {
    let same = 0;
    for (let copy = 0; copy < 400; copy++) {
      if (augment({ image }, AUTOVI_AUGMENTATION, augmentRandom(1, 'a', copy)).image === image) same++;
    }
    // 100 expected; five standard deviations of 8.7
    expect(Math.abs(same - 100)).toBeLessThan(44);
  });
});
