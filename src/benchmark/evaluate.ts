// Runs a fitted method over a dataset's test images and writes down what came out.
import { peakMemory } from '#platform/runtime/machine';
import { checkMaskSizes, loadMask } from '../data/load.js';
import type { Dataset, Sample } from '../data/types.js';
import { evaluationMask } from '../data/views.js';
import { ensureBackend } from '../kernels/backend.js';
import type { AnomalyMethod, CallOptions, FitResult, Prediction, PredictTimings } from '../methods/types.js';
import { confusionRates, type ImageLevelMetrics, imageMetrics, PixelAccumulator } from '../metrics/index.js';
import { IadError, throwIfAborted, yieldTurn } from '../runtime/errors.js';
import { VERSION } from '../runtime/version.js';
import { predictTimings } from './latency.js';
import { normalPoints, operatingPoint } from './operating.js';
import { hasChannels, SaturatedOverlap } from './saturated.js';
import type { Evaluation, ImageMetrics, ImageResult, ProCurve } from './types.js';

export interface EvaluateOptions extends CallOptions {
  /** What `fit` returned, for its timings, counts and warnings; null for a model loaded from a file. */
  fit: FitResult | null;
}

/**
 * Whether a dataset can be evaluated on: it has labelled test images, and their masks are of their size. Decodes
 * nothing, so that hours of fitting need not end in such a mistake.
 * @throws IadError FOLDER_EMPTY, MASK_SIZE, an image's or mask's own error; ABORTED
 */
export async function checkEvaluable(dataset: Dataset, signal?: AbortSignal): Promise<void> {
  if (!dataset.test.some(({ label }) => label !== -1)) {
    const hint = 'A dataset to evaluate on needs test images: test/good and test/<defect>.';
    throw new IadError('FOLDER_EMPTY', 'there are no labelled test images', { path: dataset.name, hint });
  }
  for (const sample of dataset.test) {
    throwIfAborted(signal);
    await checkMaskSizes(sample);
  }
}

/** One test image as it went through. */
interface Seen {
  readonly sample: Sample;
  readonly result: ImageResult;
  /** Position in the pixel accumulator; null where the image has a defect but no mask. */
  readonly pixels: number | null;
  /** The whole defect lies in a part of the image that the network is not shown. */
  readonly outOfSight: boolean;
}

/**
 * Image scores against labels, and maps against masks at the network's input geometry, where published numbers are taken; of defect
 * channels with saturation thresholds besides at the images' own sizes. Thresholds come from good images that are neither trained on nor
 * tested: the dataset's own for validation, or those that the method held out.
 * @throws IadError as `checkEvaluable`; what `predictEach`, `loadMask` and `loadDefectChannels` throw; ABORTED
 */
export async function evaluate(method: AnomalyMethod, dataset: Dataset, options: EvaluateOptions): Promise<Evaluation> {
  await checkEvaluable(dataset, options.signal);
  const labelled = dataset.test.filter(({ label }) => label !== -1);
  const isCached = options.cacheFolder !== undefined;
  const backend = await ensureBackend();
  const pixels = new PixelAccumulator();
  const saturated = hasChannels(labelled) ? new SaturatedOverlap() : null;
  const seen: Seen[] = [];
  const times: PredictTimings[] = [];
  const start = performance.now();
  let index = 0;
  for await (const prediction of method.predictEach(labelled, { ...options, maps: 'input' })) {
    const sample = labelled[index++]!;
    times.push(prediction.timings);
    await saturated?.add(sample, prediction, method);
    const at = dataset.hasMasks ? await addPixels(pixels, sample, prediction, method) : NO_PIXELS;
    seen.push({ sample, result: resultOf(sample, prediction), ...at });
  }
  const predictTotal = performance.now() - start;
  const count = seen.length;
  const good = seen.filter(({ sample }) => sample.label === 0);
  const images = seen.map(({ result }) => result);
  return {
    schema: 'iad-tf/evaluation@3',
    libraryVersion: VERSION,
    method: method.info.id,
    config: { ...method.config },
    seed: method.config.seed,
    backend: `${backend.name} (${backend.device})`,
    backbone: method.backbone,
    dataset: {
      name: dataset.name,
      layout: dataset.layout,
      split: dataset.split ?? 'given',
      train: options.fit?.images ?? dataset.train.length,
      testGood: good.length,
      testAnomalous: count - good.length,
      unlabelled: dataset.test.length - count,
      validation: dataset.validation?.length ?? 0,
      setAside: dataset.setAside?.length ?? 0,
    },
    ...metricsOf(seen, dataset.hasMasks ? pixels : null),
    saturated: saturated?.result(seen) ?? null,
    proCurve: dataset.hasMasks ? proCurve(pixels, method) : null,
    perDefect: await perDefect(seen, good, dataset.hasMasks ? pixels : null, options.signal),
    operatingPoint: operatingPoint(images, method),
    normalPoints: await normalPoints(images, method, dataset, options),
    timings: { fit: options.fit?.timings ?? {}, ...predictTimings(times, predictTotal, isCached) },
    peakMemory: peakMemory(),
    learned: method.learned,
    images,
    warnings: [
      ...dataset.warnings,
      ...(options.fit?.warnings ?? []),
      ...maskWarnings(seen, dataset),
      ...(isCached ? [CACHED] : []),
    ],
  };
}

const CACHED = 'features come from a cache: they are rounded to float16, and times are not those of the method';

const NO_PIXELS = { pixels: null, outOfSight: false } as const;

async function addPixels(
  pixels: PixelAccumulator,
  sample: Sample,
  { map }: Prediction,
  method: AnomalyMethod,
): Promise<Pick<Seen, 'pixels' | 'outOfSight'>> {
  const mask = await loadMask(sample);
  if (!mask && sample.label === 1) return NO_PIXELS;
  const truth = mask && evaluationMask(mask, method.planOf(mask.width, mask.height)).data;
  pixels.add({ map, mask: truth && { data: truth, shape: map.shape } });
  const outOfSight = mask ? mask.data.includes(1) && !truth?.includes(1) : false;
  return { pixels: pixels.length - 1, outOfSight };
}

function resultOf({ id, defectType, label }: Sample, prediction: Prediction): ImageResult {
  const { score, pValue, isAnomalous } = prediction;
  return { id, defectType, label, score, pValue, isAnomalous };
}

function metricsOf(seen: readonly Seen[], pixels: PixelAccumulator | null): Pick<Evaluation, 'image' | 'pixel'> {
  const scores = seen.map(({ result }) => result.score);
  const labels = seen.map(({ sample }) => sample.label);
  const images = seen.flatMap(({ pixels: at }) => (at === null ? [] : [at]));
  const pixel = pixels?.result({ images });
  return {
    image: named(imageMetrics(scores, labels)),
    pixel: pixel ? { ...named(pixel), aupro: pixel.aupro } : null,
  };
}

function named({ auroc, ap, f1Max, f1MaxThreshold }: ImageLevelMetrics): ImageMetrics {
  return { auroc, ap, f1Max, f1MaxThreshold };
}

async function perDefect(
  seen: readonly Seen[],
  good: readonly Seen[],
  pixels: PixelAccumulator | null,
  signal: AbortSignal | undefined,
): Promise<Evaluation['perDefect']> {
  const anomalous = seen.filter(({ sample }) => sample.label === 1);
  const types = [...new Set(anomalous.map(({ sample }) => sample.defectType))].sort();
  const found: [string, Evaluation['perDefect'][string]][] = [];
  for (const type of types) {
    await yieldTurn(signal);
    const ofType = anomalous.filter(({ sample }) => sample.defectType === type);
    found.push([type, { count: ofType.length, ...metricsOf([...good, ...ofType], pixels) }]);
  }
  // fromEntries defines own properties, so a folder may even be called __proto__.
  return Object.fromEntries(found);
}

/** As many points as a chart can show. */
const CURVE_POINTS = 256;

function proCurve(pixels: PixelAccumulator, method: AnomalyMethod): ProCurve | null {
  const curve = pixels.proCurve({ maxPoints: CURVE_POINTS });
  if (curve === null) return null;
  const threshold = method.thresholds?.pixel;
  return {
    fpr: [...curve.fpr],
    pro: [...curve.overlap],
    atThreshold: threshold === undefined ? null : overlapAt(pixels, threshold),
  };
}

function overlapAt(pixels: PixelAccumulator, threshold: number): ProCurve['atThreshold'] {
  const { fpr } = confusionRates(pixels.confusion(threshold, '>'));
  const { pro } = pixels.overlap(threshold, '>');
  return fpr === null || pro === null ? null : { threshold, fpr, pro };
}

function maskWarnings(seen: readonly Seen[], dataset: Dataset): string[] {
  if (!dataset.hasMasks) return [];
  const without = seen.filter(({ pixels }) => pixels === null).length;
  const hidden = seen.filter(({ outOfSight }) => outOfSight).length;
  const warnings: string[] = [];
  if (without > 0) warnings.push(`anomalous images without mask, left out of the pixel metrics: ${without}`);
  if (hidden > 0) warnings.push(`defects outside the part of the image that the geometry shows the network: ${hidden}`);
  return warnings;
}
