// Against the evaluation code of others, as test/reference/localisation_fixtures.py ran it: scikit-learn, MVTec AD, MVTec 3D-AD as
// IM-IAD ships it, MVTec LOCO AD, AutoVI, and PIMO by its authors.
import { describe, expect, test } from 'vitest';
import {
  auroc,
  confusionRates,
  type LocoKind,
  locoAuspro,
  PixelAccumulator,
  type PixelImage,
} from '../../src/metrics/index.js';
import { readFixture } from '../helpers/fixture.js';
import { type DrawnConfig, type MapParams, pixelImage, pixelMaps, sproMaps } from './lcg.js';

type ByLimit = Record<string, number>;
interface OfficialRun {
  thresholds: number;
  pooled: ByLimit;
  logical: ByLimit;
  structural: ByLimit;
  byDefect: Record<string, ByLimit>;
}
interface Fixture {
  pixel: {
    params: MapParams;
    auroc: number;
    ap: number;
    prAucTrapezoid: number;
    f1Max: number;
    aupro: ByLimit;
    proPoints: number;
    auproImIad: ByLimit;
    iou: number;
    dice: number;
  }[];
  spro: { params: MapParams; configs: DrawnConfig[]; loco: OfficialRun; autovi: OfficialRun }[];
  pimo: { params: MapParams; thresholds: number; fprBounds: [number, number]; points: number; perImage: ByLimit }[];
  image: { normal: number[]; anomalous: number[]; auroc: number }[];
}
const fixture = readFixture<Fixture>('localisation.json');

function accumulate(images: readonly PixelImage[]): PixelAccumulator {
  const pixels = new PixelAccumulator();
  for (const image of images) pixels.add(image);
  return pixels;
}

function expectWithin(found: number | null | undefined, expected: number | undefined, tolerance: number): void {
  expect(found).toBeTypeOf('number');
  expect(expected).toBeTypeOf('number');
  expect(Math.abs(found! - expected!)).toBeLessThanOrEqual(tolerance);
}

describe.each(fixture.pixel)('pixels, seed $params.seed', (expected) => {
  const pixels = accumulate(pixelMaps(expected.params).map(pixelImage));

  test('scikit-learn', () => {
    const found = pixels.result();
    for (const name of ['auroc', 'ap', 'prAucTrapezoid', 'f1Max'] as const)
      expectWithin(found[name], expected[name], 1e-12);
    const { iou, dice } = confusionRates(pixels.confusion(0.75));
    expectWithin(iou, expected.iou, 1e-12);
    expectWithin(dice, expected.dice, 1e-12);
  });

  test('MVTec AD', () => {
    // Its false-positive rates are 32-bit floats, each within 2^-25 of the rate; a curve between 0 and 1 moves by no more.
    for (const [limit, value] of Object.entries(expected.aupro)) {
      expectWithin(pixels.aupro({ limit: Number(limit) }), value, 2 ** -24 / Number(limit));
    }
    // It appends (1, 1), where its last point already is.
    expect(pixels.proCurve()!.fpr.length).toBe(expected.proPoints - 1);
  });

  test('MVTec 3D-AD as IM-IAD runs it', () => {
    for (const [limit, value] of Object.entries(expected.auproImIad)) {
      expectWithin(pixels.aupro({ limit: Number(limit), variant: 'im-iad' }), value, 1e-12);
    }
  });
});

describe.each(fixture.spro)('channels, seed $params.seed', ({ params, configs, ...runs }) => {
  const images = sproMaps(params, configs);
  const pixels = accumulate(images);
  const kinds = images.map(({ channels }, i): LocoKind => {
    if (channels?.length === 0) return 'good';
    return i % 2 === 1 ? 'logical' : 'structural';
  });

  test.each(['loco', 'autovi'] as const)('%s', (rule) => {
    const run = runs[rule];
    for (const [name, value] of Object.entries(run.pooled)) {
      const limit = Number(name);
      const official = pixels.officialAuspro({ limit, rule })!;
      expectWithin(official.auspro, value, 1e-9);
      expectWithin(pixels.auspro({ limit }), official.auspro, official.errorBound + 1e-12);
      const { logical, structural } = locoAuspro(pixels, kinds, { limit, variant: 'official', rule });
      expectWithin(logical, run.logical[name], 1e-9);
      expectWithin(structural, run.structural[name], 1e-9);
      const refineOn = kinds.map((_, i) => i);
      for (const [defect, values] of Object.entries(run.byDefect)) {
        expectWithin(pixels.officialAuspro({ limit, rule, defect, refineOn })?.auspro, values[name], 1e-9);
      }
    }
  });
});

test.each(fixture.pimo)('PIMO, seed $params.seed', ({ params, perImage, points, ...options }) => {
  const found = accumulate(pixelMaps(params).map(pixelImage)).aupimo({ variant: 'anomalib', ...options });
  expect(found.points).toBe(points);
  expect(found.perImage.map(({ image }) => String(image))).toEqual(Object.keys(perImage));
  for (const { image, aupimo } of found.perImage) expectWithin(aupimo, perImage[image], 1e-9);
});

test.each(fixture.image)('image-level AUROC of MVTec LOCO AD', ({ normal, anomalous, auroc: expected }) => {
  const labels = [...normal.map(() => 0), ...anomalous.map(() => 1)];
  expectWithin(auroc([...normal, ...anomalous], labels, 'mvtec-official'), expected, 1e-12);
  const turned = labels.toReversed();
  expectWithin(auroc([...normal, ...anomalous].toReversed(), turned, 'mvtec-official'), expected, 1e-12);
});
