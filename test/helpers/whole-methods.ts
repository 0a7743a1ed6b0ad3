// What is true of every method as a whole: what it leaves behind, what it says to nonsense, and that it finds what it should.
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { evaluate } from '../../src/benchmark/index.js';
import { evaluationSchema } from '../../src/benchmark/schema.js';
import type { Evaluation } from '../../src/benchmark/types.js';
import type { Dataset, Sample } from '../../src/data/types.js';
import type { TrainedFitOptions } from '../../src/methods/parts/trained/index.js';
import type { AnomalyMethod, Prediction } from '../../src/methods/types.js';
import type { ProgressEvent } from '../../src/runtime/progress.js';
import type { SavedMethod } from './model-files.js';
import { same } from './small-parts.js';

interface Trained {
  fit(images: readonly Sample[], options: TrainedFitOptions): Promise<unknown>;
}

/** An image that is none. */
export function broken(sample: Sample): Sample {
  return { ...sample, id: 'broken.png', image: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3) };
}

/** A model that was not fitted, and has nothing to be fitted on. @param name the method's */
export async function expectUnfitted(empty: SavedMethod, name: string, parts: readonly Sample[]): Promise<void> {
  await expect(empty.predict(parts)).rejects.toMatchObject({ code: 'NOT_FITTED', path: `${name}.predict` });
  await expect(empty.toBytes()).rejects.toMatchObject({ code: 'NOT_FITTED' });
  expect(() => empty.learned).toThrow(/NOT_FITTED/);
  await expect(empty.fit([])).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES', path: `${name}.fit` });
  const bad = parts.slice(0, 1).map(broken);
  await expect(empty.fit(bad, { skipBad: true })).rejects.toMatchObject({ code: 'NO_GOOD_IMAGES' });
}

/** A fit that is stopped in a stage leaves the model as it was, and nothing on the backend. */
export async function expectStopHarmless(model: SavedMethod, good: readonly Sample[], stage: string): Promise<void> {
  const bytes = await model.toBytes();
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const onProgress = (event: ProgressEvent) => {
    if (event.stage === stage) controller.abort();
  };
  const run = model.fit(good, { workers: 1, onProgress, signal: controller.signal });
  await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
  expect(same(await model.toBytes(), bytes)).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
}

/** Stops a fit once so many steps of its training are done; nothing is left on the backend. */
export async function stopTraining(
  method: Trained,
  good: readonly Sample[],
  steps: number,
  options: TrainedFitOptions,
): Promise<void> {
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const onProgress = ({ stage, done }: ProgressEvent) => {
    if (stage === 'training' && done >= steps) controller.abort();
  };
  const run = method.fit(good, { ...options, onProgress, signal: controller.signal });
  await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
  expect(tf.memory().numTensors).toBe(before);
}

/** Fits, and tells which steps were trained. */
export async function trainedSteps(
  method: Trained,
  good: readonly Sample[],
  options: TrainedFitOptions,
): Promise<number[]> {
  const steps: number[] = [];
  const onProgress = ({ stage, done }: ProgressEvent) => {
    if (stage === 'training') steps.push(done);
  };
  await method.fit(good, { ...options, onProgress });
  return steps;
}

/** Predictions in a row, and a run left early, leave no tensor behind. */
export async function expectNothingLeft(model: AnomalyMethod, parts: readonly Sample[], calls: number): Promise<void> {
  const before = tf.memory().numTensors;
  for (let i = 0; i < calls; i++) await model.predict(parts.slice(i % 3, (i % 3) + 1), { workers: 1 });
  for await (const _ of model.predictEach(parts, { workers: 1 })) break;
  expect(tf.memory().numTensors).toBe(before);
}

/**
 * Verdicts and masks follow from the thresholds.
 * @param predictions what the model predicts of the parts at their own size
 * @param side of the network's input
 * @returns predictions at that size
 */
export async function expectVerdicts(
  model: AnomalyMethod,
  parts: readonly Sample[],
  predictions: readonly Prediction[],
  side: number,
): Promise<Prediction[]> {
  const found = await model.predict(parts, { maps: 'input' });
  const { image, pixel } = model.thresholds!;
  for (const [i, { score, map, mask, isAnomalous, threshold }] of found.entries()) {
    expect(map.shape).toEqual([side, side]);
    expect(score).toBe(predictions[i]!.score);
    expect([threshold, isAnomalous]).toEqual([image, score > image]);
    expect(mask!.data).toEqual(Uint8Array.from(map.data, (value) => (value > pixel ? 1 : 0)));
  }
  return found;
}

/**
 * Fits a method and evaluates it: it tells defects better than by these areas under the curves, and the record is a whole one.
 * @param id the method's, as the record must have it
 */
export async function expectToldApart(
  method: AnomalyMethod,
  dataset: Dataset,
  id: string,
  above: { readonly image: number; readonly pixel: number },
  workers = 1,
): Promise<Evaluation> {
  const fit = await method.fit(dataset.train, { workers });
  const found = await evaluate(method, dataset, { fit, workers });
  expect(found.image.auroc).toBeGreaterThan(above.image);
  expect(found.pixel!.auroc).toBeGreaterThan(above.pixel);
  expect(evaluationSchema.parse(found)).toMatchObject({ method: id, learned: method.learned });
  return found;
}
