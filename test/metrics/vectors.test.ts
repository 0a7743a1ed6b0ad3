// Every test vector of metric_vectors.json, value by value. What the module does not compute yet is listed, not skipped:
// the last test fails as soon as the list and the file disagree.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  aupro,
  auroc,
  averagePrecision,
  confusionCounts,
  confusionRates,
  connectedComponents,
  f1Max,
  PixelAccumulator,
  pixelMetrics,
  prAucTrapezoid,
  tprAtTnr,
} from '../../src/metrics/index.js';
import { type DrawnImage, imageScores, Lcg, type MapParams, pixelMaps, type ScoreParams } from './lcg.js';

interface Vector {
  id: string;
  kind: string;
  inputs: Record<string, unknown>;
  expected: Record<string, unknown>;
}
const file = JSON.parse(readFileSync(new URL('../fixtures/metric_vectors.json', import.meta.url), 'utf8')) as {
  lcg: { check: { seed: number; first_five_next: number[] } };
  cases: Vector[];
};

/** Cases whose metric is not built: sPRO, PIMO, forgetting measure, Welch's test, spread over categories. */
const LATER_CASES = [
  'fm-01',
  'fm-02',
  'spro-01',
  'spro-02-single-thresholds',
  'welch-01',
  'welch-02',
  'welch-03',
  'welch-04',
  'agg-01',
  'gen-spro-01',
  'gen-spro-02-ties',
  'gen-pimo-01',
];
/** Values not built within cases that are: variants of public code, histogram form, binarisation of protocol im-iad. */
const LATER_VALUES = [
  'aupro_0.3_sampled_100',
  'binarised',
  'binned_auroc_64',
  'binned_auroc_64_error_bound',
  'mvtec_code_value',
  'raw_threshold',
];

const nested = (rows: unknown): number[][][] => rows as number[][][];

function imagesOf(maps: number[][][], masks: number[][][]): DrawnImage[] {
  return maps.map((rows, i) => ({
    map: Float32Array.from(rows.flat()),
    mask: Uint8Array.from(masks[i]!.flat()),
    width: rows[0]!.length,
    height: rows.length,
  }));
}

function binary({ inputs }: Vector): Record<string, unknown> {
  const { scores, labels } =
    'generator' in inputs
      ? imageScores(inputs.params as ScoreParams)
      : (inputs as { scores: number[]; labels: number[] });
  const best = f1Max(scores, labels);
  return {
    auroc: auroc(scores, labels),
    average_precision: averagePrecision(scores, labels),
    pr_auc_trapezoid: prAucTrapezoid(scores, labels),
    f1_max: best?.f1 ?? null,
    f1_max_threshold: best?.threshold ?? null,
    positives: labels.reduce((sum, label) => sum + label, 0),
    first_scores: scores.slice(0, 4),
    first_labels: labels.slice(0, 4),
    sum_scores: scores.reduce((sum, score) => sum + score, 0),
  };
}

function pixel({ inputs }: Vector): Record<string, unknown> {
  const images =
    'generator' in inputs ? pixelMaps(inputs.params as MapParams) : imagesOf(nested(inputs.maps), nested(inputs.masks));
  const pixels = new PixelAccumulator();
  for (const { map, mask, width, height } of images) pixels.add(map, mask, width, height);
  const result = pixels.result();
  const rates = confusionRates(pixels.confusion(0.75));
  const maxima = images.map(({ map }) => Math.max(...map));
  const labels = images.map(({ mask }) => Math.max(...mask));
  return {
    regions: images.reduce((sum, i) => sum + connectedComponents(i.mask, i.width, i.height).count, 0),
    'aupro_0.3': result.aupro,
    'aupro_0.05': aupro(images, 0.05),
    aupro_1: aupro(images, 1),
    pixel_auroc: result.auroc,
    pixel_average_precision: result.ap,
    pixel_f1_max: result.f1Max,
    pixel_f1_max_threshold: result.f1MaxThreshold,
    'iou_0.75': rates.iou,
    'dice_0.75': rates.dice,
    image_auroc_of_map_maximum: auroc(maxima, labels),
    anomalous_pixels: images.reduce((sum, { mask }) => sum + mask.reduce((a, b) => a + b, 0), 0),
    normal_images: labels.filter((label) => label === 0).length,
    first_row_first_map: [...images[0]!.map.slice(0, 4)],
    sum_scores: images.reduce((sum, { map }) => map.reduce((a, b) => a + b, sum), 0),
  };
}

/** The metrics on the binarised maps that the vector gives; the binarisation itself comes later. */
function binarised({ inputs, expected }: Vector): Record<string, unknown> {
  const masks = nested(inputs.masks);
  const zeroOne = pixelMetrics(imagesOf(nested(expected.binarised), masks));
  const continuous = pixelMetrics(imagesOf(nested(inputs.maps), masks));
  return {
    pixel_auroc: zeroOne.auroc,
    pixel_average_precision: zeroOne.ap,
    continuous_pixel_auroc: continuous.auroc,
    continuous_pixel_average_precision: continuous.ap,
  };
}

function tnr({ inputs }: Vector): Record<string, unknown> {
  const normal = inputs.calibration_normal_scores as number[];
  return Object.fromEntries(
    (inputs.tnr as number[]).map((target) => {
      const found = tprAtTnr(normal, inputs.anomalous_scores as number[], target);
      const { threshold, achievedTnr: achieved_tnr, tpr, fnr } = found!;
      return [`tnr_${target}`, { threshold, achieved_tnr, tpr, fnr }];
    }),
  );
}

function segmentation({ inputs }: Vector): Record<string, unknown> {
  const counts = confusionCounts(inputs.scores as number[], inputs.labels as number[], inputs.threshold as number);
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  return { tp, fp, fn, tn, ...confusionRates(counts) };
}

function mvtecQuirk({ inputs }: Vector): Record<string, unknown> {
  const normal = inputs.normal_scores as number[];
  const anomalous = inputs.anomalous_scores as number[];
  const labels = [...normal.map(() => 0), ...anomalous.map(() => 1)];
  return { correct_auroc: auroc([...normal, ...anomalous], labels) };
}

const KINDS: Record<string, (vector: Vector) => Record<string, unknown>> = {
  binary,
  pixel,
  imiad_binarised: binarised,
  tpr_at_tnr: tnr,
  segmentation_counts: segmentation,
  mvtec_classification_auc: mvtecQuirk,
};

function expectSame(found: unknown, expected: unknown): void {
  if (typeof expected === 'number') {
    expect(found).toBeTypeOf('number');
    expect(Math.abs((found as number) - expected)).toBeLessThanOrEqual(1e-9);
  } else if (expected !== null && typeof expected === 'object') {
    expect(Object.keys(found as object)).toEqual(expect.arrayContaining(Object.keys(expected)));
    for (const [key, value] of Object.entries(expected)) expectSame((found as Record<string, unknown>)[key], value);
  } else {
    expect(found).toBe(expected);
  }
}

test('the generator gives the documented numbers', () => {
  const random = new Lcg(file.lcg.check.seed);
  expect(file.lcg.check.first_five_next.map(() => random.next())).toEqual(file.lcg.check.first_five_next);
});

const built = file.cases.filter(({ kind }) => kind in KINDS);

describe.each(built)('$id', (vector) => {
  const found = KINDS[vector.kind]!(vector);
  test.each(Object.entries(vector.expected).filter(([key]) => !LATER_VALUES.includes(key)))('%s', (key, expected) => {
    expect(found).toHaveProperty([key]);
    expectSame(found[key], expected);
  });
});

test('what is left for later is exactly what is listed', () => {
  expect(file.cases.filter(({ kind }) => !(kind in KINDS)).map(({ id }) => id)).toEqual(LATER_CASES);
  const values = new Set(built.flatMap(({ expected }) => Object.keys(expected)));
  expect(LATER_VALUES.filter((key) => !values.has(key))).toEqual([]);
});
