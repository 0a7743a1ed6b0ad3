// PatchCore: keeps a coreset of good patch features; a patch is as anomalous as it is far from them.

import { readFileBytes, writeFileAtomic } from '#platform/runtime/files';
import { layerChannels } from '../../backbones/architecture.js';
import { type FoldedWeights, LAYER_NAMES, type LayerName, resolveWeights } from '../../backbones/index.js';
import { type GeometryConfig, type GeometryPlan, planGeometry } from '../../data/geometry.js';
import { ensureBackend } from '../../kernels/backend.js';
import { IadError, throwIfAborted } from '../../runtime/errors.js';
import {
  type Calibration,
  conformalPixelPValue,
  mergeCalibrations,
  type Thresholds,
  thresholdsOf,
} from '../parts/calibration.js';
import { type NamedImage, nameImages } from '../parts/inputs.js';
import { MAX_MODEL_BYTES } from '../parts/model-file.js';
import { toPrediction } from '../parts/prediction.js';
import type { Projection } from '../parts/projection.js';
import type {
  AnomalyMethod,
  FitOptions,
  FitResult,
  ImageInput,
  MethodInfo,
  Prediction,
  PredictOptions,
} from '../types.js';
import { type BuiltBank, buildBank } from './build-bank.js';
import { calibrate, calibrationWarnings, holdOut } from './calibrate.js';
import { geometryOf, type PatchCoreConfig, type PatchCoreOptions, resolvePatchCoreConfig } from './config.js';
import { embeddingDimension } from './embedder.js';
import { decodePatchCore, encodePatchCore, type Learned } from './file.js';
import { openThreads, ThreadKeeper, threadCount } from './open-threads.js';
import { scoreEach } from './score-each.js';
import { makeProjection, selectionDimension } from './selection-space.js';
import type { SessionInit } from './session.js';

export type { PatchCoreConfig, PatchCoreOptions } from './config.js';

/**
 * PatchCore (Roth, Pemula, Zepeda, Schölkopf, Brox, Gehler: Towards Total Recall in Industrial Anomaly Detection, CVPR 2022).
 *
 * Needs good images only, no gradient training. Score: variant `official` the largest squared L2 distance of a patch to
 * the memory bank, from 0 up, in feature units; variant `anomalib`, and any with `reweight` above 1, the re-weighted L2
 * distance of that patch (Eq. 7). Higher is more anomalous.
 * It cannot tell defects that look locally like good parts (a part missing where background is also seen elsewhere).
 */
export class PatchCore implements AnomalyMethod {
  static readonly info: MethodInfo = {
    id: 'patchcore',
    name: 'PatchCore',
    paper: 'Roth et al., Towards Total Recall in Industrial Anomaly Detection, CVPR 2022',
    year: 2022,
    family: 'memory bank',
    settings: ['unsupervised', 'few-shot', 'noisy', 'continual'],
  };

  /** The full configuration, defaults filled in. */
  readonly config: PatchCoreConfig;
  #weights: FoldedWeights | null = null;
  #learned: Learned | null = null;
  readonly #here = new ThreadKeeper();

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: PatchCoreOptions = {}) {
    this.config = resolvePatchCoreConfig(options);
  }

  /**
   * Learns from good images only; an earlier fit is forgotten. One pass over the images, two if their embeddings do not fit
   * `memoryBudget`. A failed or stopped fit leaves the model as it was.
   * @throws IadError NO_GOOD_IMAGES, an image's own error (unless `skipBad`), WEIGHTS_*, MEMORY_BUDGET, ABORTED
   */
  async fit(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const all = nameImages(images);
    if (all.length === 0) {
      throw noImages('fit');
    }
    await ensureBackend();
    const weights = await this.#resolveWeights();
    const { held, kept } = holdOut(all, this.config);
    const dimension = this.#dimension(weights);
    const projection = makeProjection(this.config, dimension, selectionDimension(this.config, dimension, kept.length));
    const built = await this.#build(kept, weights, projection, null, options);
    const learned: Learned = {
      dimension,
      bank: built.bank,
      patches: built.patches,
      selectionDimension: projection?.outputs ?? null,
      calibration: null,
    };
    return this.#finish(learned, weights, built, held, null, options);
  }

  /**
   * Learns further good images without the earlier ones (IM-IAD's continual setting): their patches are chosen by the same
   * greedy rule, starting from what the bank covers already. The bank grows by `coresetRatio` of the new patches; with
   * `coresetCount` it keeps its size, by choosing again among old and new rows. The thresholds come from the held-out images
   * of all calls, each as it scored then; after choosing again, earlier good images may score higher than that.
   * @throws as `fit`; NOT_FITTED before the first fit
   */
  async update(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const earlier = this.#fitted('update');
    const all = nameImages(images);
    if (all.length === 0) {
      throw noImages('update');
    }
    await ensureBackend();
    const weights = await this.#resolveWeights();
    const { held, kept } = holdOut(all, this.config);
    const projection = makeProjection(this.config, earlier.dimension, earlier.selectionDimension);
    const built = await this.#build(kept, weights, projection, earlier, options);
    const learned: Learned = {
      ...earlier,
      bank: built.bank,
      patches: earlier.patches + built.patches,
      calibration: null,
    };
    return this.#finish(learned, weights, built, held, earlier.calibration, options);
  }

  /** All predictions at once; `predictEach` for more images than their maps fit in memory. */
  async predict(images: Iterable<ImageInput>, options: PredictOptions = {}): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    for await (const prediction of this.predictEach(images, options)) predictions.push(prediction);
    return predictions;
  }

  /**
   * Predictions in the order of the images, one at a time.
   * @throws IadError NOT_FITTED, an image's own error, ABORTED
   */
  async *predictEach(images: Iterable<ImageInput>, options: PredictOptions = {}): AsyncGenerator<Prediction> {
    const { bank, calibration } = this.#fitted('predict');
    const named = nameImages(images);
    await ensureBackend();
    const init = this.#init(await this.#resolveWeights(), null, bank);
    const spread = threadCount(named.length, options.workers) > 1;
    const kept = spread ? null : await this.#here.borrow(init);
    const threads = kept?.threads ?? (await openThreads(init, named.length, options.workers));
    const { onProgress, signal, maps = 'image' } = options;
    try {
      for await (const scored of scoreEach(named, threads, 'predict', { onProgress, signal, skipped: null })) {
        yield toPrediction(scored, calibration, this.config, maps);
      }
    } finally {
      if (kept) this.#here.giveBack(kept);
      else await threads.close();
    }
  }

  /** How an image of this size is cut into the network's inputs, and which part of it is seen. */
  planOf(width: number, height: number): GeometryPlan {
    return planGeometry(width, height, this.geometry);
  }

  get geometry(): GeometryConfig {
    return geometryOf(this.config);
  }

  /** Rows and columns of the memory bank. @throws IadError NOT_FITTED */
  get memoryBank(): { readonly rows: number; readonly columns: number } {
    const { bank, dimension } = this.#fitted('memoryBank');
    return { rows: bank.length / dimension, columns: dimension };
  }

  /** Which weights the features come from. @throws IadError NOT_FITTED */
  get backbone(): { readonly id: string; readonly hash: string } {
    this.#fitted('backbone');
    return { id: this.#weights?.id ?? '', hash: this.#weights?.hash ?? '' };
  }

  /** Held-out good images' scores; null without calibration. @throws IadError NOT_FITTED */
  get calibration(): Calibration | null {
    return this.#fitted('calibration').calibration;
  }

  /** @throws IadError NOT_FITTED */
  get thresholds(): Thresholds | null {
    const { calibration } = this;
    return calibration && thresholdsOf(calibration, this.config);
  }

  /**
   * How unusual a map value is among the pixels of held-out good images: an upper bound of its split-conformal p-value, in (0, 1];
   * null without calibration.
   * @throws IadError NOT_FITTED
   */
  pixelPValue(value: number): number | null {
    const { calibration } = this;
    return calibration && conformalPixelPValue(calibration.pixelQuantiles, value);
  }

  get info(): MethodInfo {
    return PatchCore.info;
  }

  /** The model as the bytes of a .iad file: configuration, memory bank, thresholds, the backbone's name and hash. */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return encodePatchCore(this.config, this.#fitted('save'), this.backbone);
  }

  /** Writes `toBytes()`; the file is there whole or not at all. @throws IadError DISK_FULL, WRITE_FAILED */
  async save(path: string): Promise<void> {
    await writeFileAtomic(path, [await this.toBytes()]);
  }

  /**
   * Reads a model. On the same backend it predicts bit for bit what the saved one did.
   * @throws IadError MODEL_FORMAT, MODEL_CORRUPT, MODEL_VERSION; MODEL_MISMATCH if this machine's backbone weights are not
   *   those it was fitted with; WEIGHTS_MISSING if there are none
   */
  static async load(path: string): Promise<PatchCore> {
    const limits = { maxBytes: MAX_MODEL_BYTES, missing: 'MODEL_NOT_FOUND', tooLarge: 'MODEL_FORMAT' } as const;
    return PatchCore.fromBytes(await readFileBytes(path, limits), path);
  }

  /** @param path for messages */
  static async fromBytes(bytes: Uint8Array<ArrayBuffer>, path = 'model'): Promise<PatchCore> {
    const { config, learned, backbone } = await decodePatchCore(bytes, path);
    const model = new PatchCore(config);
    const weights = await model.#resolveWeights();
    if (weights.hash !== backbone.hash) {
      const what = `fitted with ${backbone.id} of hash ${backbone.hash.slice(0, 8)}, here it has ${weights.hash.slice(0, 8)}`;
      throw new IadError('MODEL_MISMATCH', what, { path, hint: 'Get the same weights, or fit the model again.' });
    }
    const dimension = model.#dimension(weights);
    if (learned.dimension !== dimension) {
      const what = `its memory bank has ${learned.dimension} columns, its configuration makes ${dimension}`;
      throw new IadError('MODEL_FORMAT', what, { path, hint: 'Fit the model again.' });
    }
    model.#learned = learned;
    return model;
  }

  /**
   * Frees the backend's memory, once the calls under way are done; the model can still be used, at the price of loading it
   * again. Safe to call twice.
   */
  dispose(): void {
    this.#here.release();
  }

  #fitted(what: string): Learned {
    if (this.#learned) return this.#learned;
    throw new IadError('NOT_FITTED', 'there is no memory bank yet', {
      path: `PatchCore.${what}`,
      hint: 'Call fit() or PatchCore.load() first.',
    });
  }

  async #resolveWeights(): Promise<FoldedWeights> {
    this.#weights ??= await resolveWeights(this.config.backbone, { until: deepest(this.config.layers) });
    return this.#weights;
  }

  #dimension(weights: FoldedWeights): number {
    const channels = this.config.layers.map((layer) => layerChannels(weights.architecture, layer));
    return embeddingDimension(this.config, channels);
  }

  #init(weights: FoldedWeights, projection: Projection | null, bank: Float32Array | null): SessionInit {
    return { config: this.config, weights, dimension: this.#dimension(weights), projection, bank };
  }

  async #build(
    images: readonly NamedImage[],
    weights: FoldedWeights,
    projection: Projection | null,
    earlier: Learned | null,
    options: FitOptions,
  ): Promise<BuiltBank> {
    const init = this.#init(weights, projection, null);
    const threads = await openThreads(init, images.length, options.workers);
    try {
      const { onProgress, signal, skipBad = false } = options;
      return await buildBank(images, threads, init, { onProgress, signal, skipBad, earlier: earlier?.bank ?? null });
    } finally {
      await threads.close();
    }
  }

  /** Calibrates what was learned on the held-out images and makes it this model's state. */
  async #finish(
    learned: Learned,
    weights: FoldedWeights,
    built: BuiltBank,
    held: readonly NamedImage[],
    earlier: Calibration | null,
    options: FitOptions,
  ): Promise<FitResult> {
    const start = performance.now();
    const skipped = [...built.skipped];
    const later = await calibrate(this.#init(weights, null, learned.bank), held, skipped, options);
    const calibration = earlier && later ? mergeCalibrations(earlier, later) : (later ?? earlier);
    throwIfAborted(options.signal);
    this.dispose();
    this.#learned = { ...learned, calibration };
    const calibrationImages = calibration?.scores.length ?? 0;
    return {
      images: built.images,
      calibrationImages,
      skipped,
      timings: { ...built.timings, calibration: performance.now() - start },
      warnings: [
        ...this.#budgetWarnings(built),
        ...(earlier && this.config.coresetCount !== null ? [EARLIER_SCORES] : []),
        ...calibrationWarnings(this.config, calibrationImages),
      ],
    };
  }

  #budgetWarnings({ thinnings }: BuiltBank): string[] {
    if (thinnings === 0) return [];
    const { memoryBudget } = this.config;
    const times = thinnings === 1 ? 'once' : `${thinnings} times`;
    return [
      `memoryBudget of ${memoryBudget} bytes does not hold all patches: candidates were thinned ${times} on the way, ` +
        'the memory bank is a coreset of a coreset',
    ];
  }
}

function noImages(call: string): IadError {
  return new IadError('NO_GOOD_IMAGES', 'there is no image to learn from', {
    path: `PatchCore.${call}`,
    hint: 'Give at least one image of a good part.',
  });
}

const EARLIER_SCORES =
  'the memory bank was chosen anew, the thresholds still count scores against the earlier one: ' +
  'they may be low, fit on all images for exact ones';

function deepest(layers: readonly LayerName[]): LayerName {
  return LAYER_NAMES[Math.max(...layers.map((layer) => LAYER_NAMES.indexOf(layer)))] ?? 'layer4';
}
