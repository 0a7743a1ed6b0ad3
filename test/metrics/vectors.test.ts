// Every test vector of metric_vectors.json, value by value; the last test fails if one is of a kind that is not known here.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BinnedSums } from '../../src/metrics/binned-sums.js';
import {
  auroc,
  averagePrecision,
  confusionCounts,
  confusionRates,
  connectedComponents,
  f1Max,
  forgettingMeasure,
  type LocoKind,
  locoAuspro,
  meanOverCategories,
  meanOverRepeats,
  PixelAccumulator,
  type PixelImage,
  prAucTrapezoid,
  saturationArea,
  tprAtTnr,
  welchTest,
} from '../../src/metrics/index.js';
import {
  channelOf,
  type DrawnConfig,
  type DrawnImage,
  imageScores,
  Lcg,
  type MapParams,
  pixelImage,
  pixelMaps,
  type ScoreParams,
  sproMaps,
} from './lcg.js';

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

/**
 * A number typed by hand in the file: two maps of 16 pixels, 8 of them in a channel, leave 24. The areas of the same case, which
 * were calculated, agree with 24.
 */
const MISTAKES: Record<string, Record<string, unknown>> = { 'spro-01': { negative_pixels: 24 } };

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
    ...('binned' in inputs ? binned(scores, labels, inputs.binned as BinnedInputs) : {}),
  };
}

interface BinnedInputs {
  low: number;
  high: number;
  bins: number;
}

/** The same scores in bins of equal width, each an interval of unknown order. */
function binned(scores: number[], labels: number[], { low, high, bins }: BinnedInputs): Record<string, unknown> {
  const counts = Array.from({ length: bins }, () => [0, 0] as [number, number]);
  for (const [i, score] of scores.entries()) {
    const bin = Math.min(Math.max(Math.floor(((score - low) * bins) / (high - low)), 0), bins - 1);
    counts[bin]![labels[i] as 0 | 1]++;
  }
  const positives = labels.filter((label) => label === 1).length;
  const sums = new BinnedSums(
    { positives, negatives: labels.length - positives, regions: 0, channels: 0 },
    1,
    1,
    false,
  );
  for (const [bin, [n, p]] of [...counts.entries()].reverse()) sums.add(bin, p, n, 0, 0);
  return { binned_auroc_64: sums.value().auroc, binned_auroc_64_error_bound: sums.bounds().auroc };
}

function pixel({ inputs }: Vector): Record<string, unknown> {
  const images =
    'generator' in inputs ? pixelMaps(inputs.params as MapParams) : imagesOf(nested(inputs.maps), nested(inputs.masks));
  const pixels = new PixelAccumulator();
  for (const image of images) pixels.add(pixelImage(image));
  const result = pixels.result();
  const rates = confusionRates(pixels.confusion(0.75));
  const maxima = images.map(({ map }) => Math.max(...map));
  const labels = images.map(({ mask }) => Math.max(...mask));
  return {
    regions: images.reduce((sum, i) => sum + connectedComponents(i.mask, i.width, i.height).count, 0),
    'aupro_0.3': result.aupro,
    'aupro_0.05': pixels.aupro({ limit: 0.05 }),
    aupro_1: pixels.aupro({ limit: 1 }),
    'aupro_0.3_sampled_100': pixels.aupro({ variant: 'im-iad' }),
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

function binarised({ inputs }: Vector): Record<string, unknown> {
  const images = imagesOf(nested(inputs.maps), nested(inputs.masks));
  const pixels = new PixelAccumulator();
  for (const image of images) pixels.add(pixelImage(image));
  const zeroOne = pixels.result({ protocol: 'im-iad' });
  const continuous = pixels.result();
  const threshold = pixels.imIadThreshold()!;
  return {
    raw_threshold: threshold,
    binarised: nested(inputs.maps).map((map) => map.map((row) => row.map((score) => (score >= threshold ? 1 : 0)))),
    pixel_auroc: zeroOne.auroc,
    pixel_average_precision: zeroOne.ap,
    'aupro_0.3_sampled_100': zeroOne.aupro,
    continuous_pixel_auroc: continuous.auroc,
    continuous_pixel_average_precision: continuous.ap,
  };
}

function sproImages(inputs: Record<string, unknown>): PixelImage[] {
  const configs = inputs.defects_config as DrawnConfig[];
  if ('generator' in inputs) return sproMaps(inputs.params as MapParams, configs);
  const channels = inputs.channels as { config: number; pixels_yx: [number, number][] }[][];
  return nested(inputs.maps).map((rows, i) => {
    const shape = [rows.length, rows[0]!.length];
    return {
      map: { data: rows.flat(), shape },
      channels: channels[i]!.map(({ config, pixels_yx }) => {
        const mask = new Uint8Array(shape[0]! * shape[1]!);
        for (const [y, x] of pixels_yx) mask[y * shape[1]! + x] = 1;
        return channelOf(configs[config]!, mask, shape);
      }),
    };
  });
}

function accumulate(images: readonly PixelImage[]): PixelAccumulator {
  const pixels = new PixelAccumulator();
  for (const image of images) pixels.add(image);
  return pixels;
}

function spro({ inputs }: Vector): Record<string, unknown> {
  const images = sproImages(inputs);
  const pixels = accumulate(images);
  const channels = images.flatMap((image) => image.channels ?? []);
  const area = (data: ArrayLike<number>) => Array.from(data).reduce((sum, value) => sum + value, 0);
  const kinds = images.map((image, i): LocoKind => {
    if (image.channels?.length === 0) return 'good';
    return i % 2 === 1 ? 'logical' : 'structural';
  });
  const { logical, structural, mean } = locoAuspro(pixels, kinds);
  const { trueNegatives, falsePositives } = pixels.confusion(0);
  return {
    ...Object.fromEntries([0.05, 0.3, 1].map((limit) => [`auspro_${limit}`, pixels.auspro({ limit })])),
    saturation_areas: channels.map((channel) => saturationArea(area(channel.mask.data), channel)),
    negative_pixels: trueNegatives + falsePositives,
    defects: channels.length,
    good_images: kinds.filter((kind) => kind === 'good').length,
    sum_scores: images.reduce((sum, { map }) => sum + area(map.data), 0),
    auspro_pooled: Object.fromEntries([0.01, 0.05, 0.1, 0.3, 1].map((limit) => [limit, pixels.auspro({ limit })])),
    'auspro_logical_0.05': logical,
    'auspro_structural_0.05': structural,
    'auspro_mean_0.05': mean,
  };
}

function sproAtThreshold({ inputs }: Vector): Record<string, unknown> {
  const same = file.cases.find(({ id }) => id === inputs.same_inputs_as)!;
  const pixels = accumulate(sproImages(same.inputs));
  return {
    at: (inputs.thresholds as number[]).map((threshold) => {
      const found = pixels.overlap(threshold);
      return { threshold, spro_per_defect: found.perChannel.map((one) => one.spro), mean_spro: found.spro };
    }),
  };
}

function pimo({ inputs }: Vector): Record<string, unknown> {
  const images = pixelMaps(inputs.params as MapParams);
  const pixels = accumulate(images.map(pixelImage));
  const fprBounds = inputs.fpr_bounds as [number, number];
  const thresholds = inputs.num_thresholds as number;
  const found = pixels.aupimo({ variant: 'anomalib', thresholds, fprBounds });
  return {
    points_in_bounds: found.points,
    fpr_at_low_bound: found.fprRange?.[0],
    fpr_at_high_bound: found.fprRange?.[1],
    aupimo_per_image: Object.fromEntries(found.perImage.map(({ image, aupimo }) => [image, aupimo])),
    aupimo_mean: found.aupimo,
    num_thresholds: thresholds,
    normal_images: images.filter(({ mask }) => !mask.includes(1)).length,
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
  const scores = [...normal, ...anomalous];
  return { correct_auroc: auroc(scores, labels), mvtec_code_value: auroc(scores, labels, 'mvtec-official') };
}

function forgetting({ inputs }: Vector): Record<string, unknown> {
  const { fm, perTask, finalMean } = forgettingMeasure(inputs.matrix as (number | null)[][]);
  return { fm_per_task: perTask, fm_mean: fm, final_mean: finalMean };
}

function welch({ inputs }: Vector): Record<string, unknown> {
  const [first, second] = [1, 2].map((group) => ({
    mean: inputs[`mean${group}`] as number,
    sd: inputs[`std${group}`] as number,
    count: inputs[`n${group}`] as number,
  }));
  const { t, dof, p } = welchTest(first!, second!)!;
  return { t, dof, p_two_sided: p, 'significant_at_0.05': p < 0.05 };
}

function overCategories({ inputs }: Vector): Record<string, unknown> {
  const values = inputs.values as number[];
  const { mean, spreadOverCategories } = meanOverCategories(values);
  return { mean, std_population: spreadOverCategories, std_sample: meanOverRepeats(values).sd };
}

const KINDS: Record<string, (vector: Vector) => Record<string, unknown>> = {
  binary,
  pixel,
  imiad_binarised: binarised,
  spro,
  spro_at_threshold: sproAtThreshold,
  pimo,
  tpr_at_tnr: tnr,
  segmentation_counts: segmentation,
  mvtec_classification_auc: mvtecQuirk,
  forgetting_measure: forgetting,
  welch_t_test: welch,
  mean_over_categories: overCategories,
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
  test.each(Object.entries({ ...vector.expected, ...MISTAKES[vector.id] }))('%s', (key, expected) => {
    expect(found).toHaveProperty([key]);
    expectSame(found[key], expected);
  });
});

test('no case is left out', () => {
  expect(file.cases.filter(({ kind }) => !(kind in KINDS)).map(({ id }) => id)).toEqual([]);
});
