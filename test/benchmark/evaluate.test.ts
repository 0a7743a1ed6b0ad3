// What an evaluation takes from a dataset beside images and masks: defect channels, validation images, what is set aside.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import { type Evaluation, evaluate } from '../../src/benchmark/index.js';
import { SaturatedOverlap } from '../../src/benchmark/saturated.js';
import { evaluationSchema } from '../../src/benchmark/schema.js';
import { summary } from '../../src/cli/summary.node.js';
import { type Dataset, loadDefectChannels } from '../../src/data/index.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PatchCore, type PatchCoreOptions } from '../../src/methods/patchcore/index.js';
import { type LocoKind, locoAuroc, locoAuspro, PixelAccumulator, thresholdAtTnr } from '../../src/metrics/index.js';
import { howItWasMade, tiles } from '../../src/report/html-numbers.js';
import { open } from '../data/layouts/fakes.js';
import { fakeAutoVi, fakeKsdd2, fakeLoco } from '../helpers/fake-datasets.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { smallParts } from '../helpers/small-parts.js';

let folder: string;
let backbone: BackboneChoice;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  backbone = await seededResnet18(folder, 'layer1');
});
afterAll(() => rm(folder, { recursive: true }));

async function run(dataset: Dataset, options: PatchCoreOptions = {}): Promise<{ model: PatchCore; found: Evaluation }> {
  const model = new PatchCore({
    backbone,
    layers: ['layer1'],
    geometry: 'stretch',
    inputSize: 32,
    dimension: 16,
    ...options,
  });
  const fit = await model.fit(dataset.train, { workers: 1 });
  const found = await evaluate(model, dataset, { fit, workers: 1 });
  expect(evaluationSchema.parse(found)).toEqual(found);
  return { model, found };
}

/** The exact metrics of the maps at the images' own sizes. */
async function exact(model: PatchCore, { test }: Dataset) {
  const pixels = new PixelAccumulator();
  const predictions = await model.predict(test, { workers: 1 });
  for (const [i, { map }] of predictions.entries()) {
    pixels.add({ map, channels: await loadDefectChannels(test[i]!) });
  }
  return { pixels, scores: predictions.map(({ score }) => score) };
}

describe.each<PatchCoreOptions>([
  { geometry: 'stretch' },
  { geometry: 'crop', resize: 40 },
  { geometry: 'tile', resize: 32 },
])('MVTec LOCO AD, $geometry', (options) => {
  test('AUsPRO at the own size, pooled and by kind, and image AUROC by kind', async () => {
    const dataset = (await open(fakeLoco())).dataset();
    const { model, found } = await run(dataset, options);
    const { pixels, scores } = await exact(model, dataset);
    const kinds = dataset.test.map(({ anomalyGroup }): LocoKind => anomalyGroup ?? 'good');
    expect([...kinds].sort()).toEqual(['good', 'logical', 'structural']);
    expect(found.saturated!.overlap.map(({ limit }) => limit)).toEqual([0.01, 0.05, 0.1, 0.3, 1]);
    for (const { limit, auspro, errorBound, byGroup } of found.saturated!.overlap) {
      expect(auspro).toBeCloseTo(pixels.auspro({ limit })!, 12);
      expect(errorBound).toBe(0);
      const { structural, logical, mean } = locoAuspro(pixels, kinds, { limit });
      expect(byGroup!.structural.auspro).toBeCloseTo(structural!, 12);
      expect(byGroup!.logical.auspro).toBeCloseTo(logical!, 12);
      expect(byGroup!.mean).toBeCloseTo(mean!, 12);
    }
    expect(found.saturated!.imageAuroc).toEqual(locoAuroc(scores, kinds));
    model.dispose();
  });
});

test('validation images set the thresholds, and the test images have no say in them', async () => {
  const dataset = (await open(fakeLoco())).dataset();
  const { model, found } = await run(dataset);
  expect(found.dataset).toMatchObject({ validation: 1, setAside: 0, unlabelled: 0, testGood: 1, testAnomalous: 2 });
  const [validation] = await model.predict(dataset.validation!, { workers: 1 });
  expect(found.normalPoints).toMatchObject({ from: 'validation', scores: [validation!.score] });
  const anomalous = found.images.filter(({ label }) => label === 1);
  for (const { tnr, threshold, tpr, fnr, fpr, warning } of found.normalPoints!.points) {
    expect(threshold).toBe(validation!.score);
    expect(tpr).toBe(anomalous.filter(({ score }) => score > threshold).length / 2);
    expect(fnr).toBe(1 - tpr!);
    expect([0, 1]).toContain(fpr);
    expect(warning).toMatch(/1 normal scores are too few/);
    expect([0.99, 0.95, 0.9]).toContain(tnr);
  }
  const other = await evaluate(model, { ...dataset, test: dataset.test.slice(0, 2) }, { fit: null, workers: 1 });
  expect(other.normalPoints!.scores).toEqual(found.normalPoints!.scores);
  const text = summary(found);
  expect(text).toMatch(/AUsPRO@0\.05 \d\.\d{4} pooled, structural \d\.\d{4} {2}logical \d\.\d{4} {2}mean \d\.\d{4}/);
  expect(text).toMatch(
    /defects caught when 99 %, 95 %, 90 % of 1 validation images pass: \d\.\d{4} {2}\d\.\d{4} {2}\d\.\d{4}\n/,
  );
  expect(tiles(found).text).toMatch(/AUsPRO \(FPR ≤ 0\.05\).*AUsPRO, structural.*AUsPRO, logical/s);
  expect(howItWasMade(found).text).toMatch(/Defects caught.*1 validation image.*at a wanted 5/s);
  model.dispose();
});

test('AutoVI: one pooled AUsPRO; without validation images, those that were held out set the thresholds', async () => {
  const dataset = (await open(fakeAutoVi())).dataset();
  const { model, found } = await run(dataset, { calibrationShare: 0.5 });
  const { pixels } = await exact(model, dataset);
  for (const { limit, auspro, byGroup } of found.saturated!.overlap) {
    expect(auspro).toBeCloseTo(pixels.auspro({ limit })!, 12);
    expect(byGroup).toBeNull();
  }
  expect(found.saturated!.imageAuroc).toBeNull();
  expect(found.normalPoints).toMatchObject({ from: 'held-out', scores: [...model.calibration!.scores] });
  expect(summary(found)).toMatch(/AUsPRO@0\.05 \d\.\d{4} pooled$/m);
  model.dispose();
  const without = await run(dataset, { calibrationShare: 0 });
  expect(without.found.normalPoints).toBeNull();
  expect(summary(without.found)).not.toMatch(/TNR/);
  without.model.dispose();
});

test('beyond what is kept one by one, scores are counted: the same within the bound that it tells', async () => {
  const dataset = (await open(fakeLoco())).dataset();
  // Scores of many magnitudes, which share counts soonest.
  const { model, found } = await run(dataset, { geometry: 'crop', resize: 40 });
  const counted = new SaturatedOverlap(0);
  const predictions = await model.predict(dataset.test, { workers: 1, maps: 'input' });
  for (const [i, sample] of dataset.test.entries()) await counted.add(sample, predictions[i]!, model);
  const images = dataset.test.map((sample, i) => ({ sample, result: found.images[i]! }));
  const { overlap, imageAuroc } = counted.result(images);
  expect(imageAuroc).toEqual(found.saturated!.imageAuroc);
  expect(overlap.some(({ errorBound }) => errorBound! > 0)).toBe(true);
  for (const [i, { limit, auspro, errorBound, byGroup }] of overlap.entries()) {
    const exactly = found.saturated!.overlap[i]!;
    expect(limit).toBe(exactly.limit);
    expect(Math.abs(auspro! - exactly.auspro!)).toBeLessThanOrEqual(errorBound! + 1e-12);
    for (const kind of ['structural', 'logical'] as const) {
      const off = Math.abs(byGroup![kind].auspro! - exactly.byGroup![kind].auspro!);
      expect(off).toBeLessThanOrEqual(byGroup![kind].errorBound! + 1e-12);
    }
  }
  model.dispose();
});

test('what is set aside is counted and never scored', async () => {
  const dataset = (await open(fakeKsdd2())).dataset();
  const { model, found } = await run(dataset);
  expect(found.saturated).toBeNull();
  expect(found.dataset.setAside).toBe(dataset.setAside!.length);
  expect(found.dataset.setAside).toBeGreaterThan(0);
  const aside = new Set(dataset.setAside!.map(({ id }) => id));
  expect(found.images.some(({ id }) => aside.has(id))).toBe(false);
  model.dispose();
});

test('thresholds of many held-out images, latency and throughput', async () => {
  const parts = smallParts('cloth', { train: 24, testGood: 8, testPerDefect: 2 });
  const unknown = { ...parts.test[0]!, id: 'unknown.png', label: -1 as const };
  const { model, found } = await run({ ...parts, test: [...parts.test, unknown] }, { calibrationShare: 0.5 });
  expect(found.dataset.unlabelled).toBe(1);
  const { scores, points } = found.normalPoints!;
  expect(scores).toHaveLength(12);
  for (const { tnr, threshold, achievedTnr, fpr } of points) {
    expect(threshold).toBe(thresholdAtTnr(scores, tnr)!.threshold);
    expect(achievedTnr).toBeGreaterThanOrEqual(tnr);
    expect(fpr! * 8).toBeCloseTo(
      found.images.filter(({ label, score }) => label === 0 && score > threshold).length,
      12,
    );
  }
  const { latency, latencyWithDecoding, imagesPerSecond, predictTotal } = found.timings;
  expect(latency).toMatchObject({ warmUp: parts.test.length / 2, count: parts.test.length / 2 });
  expect(latencyWithDecoding!.mean).toBeGreaterThan(latency!.mean);
  const ascending = [latency!.min, latency!.median, latency!.p90, latency!.p95, latency!.p99, latency!.max];
  expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
  expect(imagesPerSecond).toBeCloseTo((1000 * parts.test.length) / predictTotal, 9);
  expect(howItWasMade(found).text).toMatch(/95th percentile.*images per second/s);
  model.dispose();
});
