// What the statistics refuse: the code says what is wrong, the index which value it is.
import { expect, test } from 'vitest';
import {
  auroc,
  bankBytes,
  bootstrapImages,
  bootstrapPixels,
  cheapestThreshold,
  conformalPValues,
  conformalThreshold,
  delongInterval,
  expectedCost,
  forgettingMeasure,
  latencySummary,
  MetricError,
  type MetricErrorCode,
  markBest,
  meanOverCategories,
  meanOverRepeats,
  memorySummary,
  operatingCurve,
  PixelAccumulator,
  throughput,
  welchTest,
} from '../../src/metrics/index.js';

const NAN = Number.NaN;
const scores = [1, 2, 3, 4];
const labels = [0, 1, 0, 1];
const fine = { mean: 1, sd: 1, count: 3 };
const counts = { truePositives: 1, falsePositives: 1, trueNegatives: 1, falseNegatives: 1 };
const pixels = new PixelAccumulator();
pixels.add({
  map: { data: Float32Array.of(0, 1, 2, 3), shape: [2, 2] },
  mask: { data: [0, 0, 1, 0], shape: [2, 2] },
});
/** What a caller without types may hand over. */
const loose = <T>(value: unknown): T => value as T;

const CASES: [what: string, code: MetricErrorCode, call: () => unknown, index?: number][] = [
  ['a mean of NaN', 'NOT_FINITE', () => meanOverCategories({ a: 1, b: NAN }), 1],
  ['a mean of infinity', 'NOT_FINITE', () => meanOverRepeats([1, 2, Infinity]), 2],
  ['a mean over a hole', 'NOT_FINITE', () => meanOverRepeats(loose([1, undefined])), 1],
  ['a mean over words', 'NOT_FINITE', () => meanOverRepeats(loose(['1'])), 0],
  ['undefined left out does not excuse NaN', 'NOT_FINITE', () => meanOverRepeats([NAN], { skipUndefined: true }), 0],
  ['a short row of tasks', 'SHAPE', () => forgettingMeasure([[1], [1]]), 1],
  ['a long row of tasks', 'SHAPE', () => forgettingMeasure([[1, 2]]), 0],
  ['a NaN of a task', 'NOT_FINITE', () => forgettingMeasure([[1], [NAN, 1]]), 1],
  ['a hole in a row', 'NOT_FINITE', () => forgettingMeasure(loose([[1], [undefined, 1]])), 1],
  ['a group with a mean of NaN', 'NOT_FINITE', () => welchTest(fine, { ...fine, mean: NAN }), 1],
  ['a negative deviation', 'BAD_ARGUMENT', () => welchTest({ ...fine, sd: -1 }, fine)],
  ['half a repeat', 'BAD_ARGUMENT', () => welchTest({ ...fine, count: 2.5 }, fine)],
  ['a level of 1', 'BAD_ARGUMENT', () => markBest([fine], { level: 1 })],
  ['an unknown direction', 'BAD_ARGUMENT', () => markBest([fine], { better: loose('more') })],
  ['a bad group among the methods', 'NOT_FINITE', () => markBest([fine, { ...fine, mean: Infinity }]), 1],
  ['calibration scores of NaN', 'NOT_FINITE', () => conformalThreshold([1, NAN], 0.1), 1],
  ['a false-alarm rate of 2', 'BAD_ARGUMENT', () => conformalThreshold([1], 2)],
  ['a false-alarm rate of NaN', 'BAD_ARGUMENT', () => conformalThreshold([1], NAN)],
  ['a confidence of 0', 'BAD_ARGUMENT', () => conformalThreshold([1], 0.1, { confidence: 0 })],
  ['a p-value of NaN', 'NOT_FINITE', () => conformalPValues([1, 2], [0, NAN]), 1],
  ['p-values among infinities', 'NOT_FINITE', () => conformalPValues([Infinity], []), 0],
  ['a curve of unlike lengths', 'SHAPE', () => operatingCurve([1], [0, 1])],
  ['a curve of label 2', 'BAD_LABEL', () => operatingCurve([1, 2], [0, 2]), 1],
  ['a negative cost', 'BAD_ARGUMENT', () => expectedCost(counts, { miss: -1, falseAlarm: 1 })],
  ['an infinite cost', 'BAD_ARGUMENT', () => cheapestThreshold(scores, labels, { miss: Infinity, falseAlarm: 1 })],
  ['a defect rate in percent', 'BAD_ARGUMENT', () => expectedCost(counts, { miss: 1, falseAlarm: 1, defectRate: 2 })],
  ['counts of NaN', 'BAD_ARGUMENT', () => expectedCost({ ...counts, falsePositives: NAN }, { miss: 1, falseAlarm: 1 })],
  ['a cheapest threshold of NaN', 'NOT_FINITE', () => cheapestThreshold([NAN], [0], { miss: 1, falseAlarm: 1 }), 0],
  ['a negative time', 'BAD_ARGUMENT', () => latencySummary([1, -1], 0), 1],
  ['a time of NaN in the warm-up', 'BAD_ARGUMENT', () => latencySummary([NAN, 1], 1), 0],
  ['half a warm-up image', 'BAD_ARGUMENT', () => latencySummary([1, 2], 0.5)],
  ['a loop of half an image', 'BAD_ARGUMENT', () => throughput(0.5, 1)],
  ['a loop of infinite time', 'BAD_ARGUMENT', () => throughput(1, Infinity)],
  ['memory of NaN', 'BAD_ARGUMENT', () => memorySummary([1, NAN]), 1],
  ['a negative first sample', 'BAD_ARGUMENT', () => memorySummary([-1, 1]), 0],
  ['a bank beyond safe integers', 'BAD_ARGUMENT', () => bankBytes(2 ** 40, 2 ** 20)],
  ['an interval of unlike lengths', 'SHAPE', () => delongInterval([1], [])],
  ['an interval of NaN', 'NOT_FINITE', () => delongInterval([1, NAN], [0, 1]), 1],
  ['a confidence of 95', 'BAD_ARGUMENT', () => delongInterval(scores, labels, { confidence: 95 })],
  ['a bootstrap of NaN', 'NOT_FINITE', () => bootstrapImages([1, NAN], [0, 1]), 1],
  ['one resample', 'BAD_ARGUMENT', () => bootstrapImages(scores, labels, auroc, { resamples: 1 })],
  ['a fractional seed', 'BAD_ARGUMENT', () => bootstrapImages(scores, labels, auroc, { seed: 0.5 })],
  ['a metric of NaN', 'NOT_FINITE', () => bootstrapImages(scores, labels, () => NAN)],
  ['no resamples of pixels', 'BAD_ARGUMENT', () => bootstrapPixels(pixels, (p) => p.aupro(), { resamples: 0 })],
];

test.each(CASES)('%s', (_what, code, call, index) => {
  expect(call).toThrow(MetricError);
  expect(call).toThrow(expect.objectContaining({ code, index }));
});
