// PatchCore: keeps a coreset of good patch features; a patch is as anomalous as it is far from them.

import { layerChannels } from '../../backbones/architecture.js';
import type { FoldedWeights } from '../../backbones/index.js';
import { ensureBackend } from '../../kernels/backend.js';
import { calibrationWarnings, holdOut } from '../parts/calibrate.js';
import { type Calibration, mergeCalibrations } from '../parts/calibration.js';
import { FrozenFeatureMethod } from '../parts/frozen-method.js';
import type { NamedImage } from '../parts/inputs.js';
import { malformed } from '../parts/learned-file.js';
import type { ModelContent } from '../parts/model-file.js';
import { openThreads } from '../parts/open-threads.js';
import type { Projection } from '../parts/projection.js';
import type { FitOptions, FitResult, ImageInput, LearnedArray, MethodInfo } from '../types.js';
import { type BuiltBank, buildBank } from './build-bank.js';
import { type PatchCoreConfig, type PatchCoreOptions, resolvePatchCoreConfig } from './config.js';
import { embeddingDimension } from './embedder.js';
import { encodePatchCore, type Learned, readPatchCore } from './file.js';
import { FLAGS } from './flags.js';
import { makeProjection, selectionDimension } from './selection-space.js';
import { SESSIONS, type SessionInit } from './session.js';

export type { PatchCoreConfig, PatchCoreOptions } from './config.js';

/**
 * PatchCore (Roth, Pemula, Zepeda, Schölkopf, Brox, Gehler: Towards Total Recall in Industrial Anomaly Detection, CVPR 2022).
 *
 * Needs good images only, no gradient training. Score: variant `official` the largest squared L2 distance of a patch to
 * the memory bank, from 0 up, in feature units; variant `anomalib`, and any with `reweight` above 1, the re-weighted L2
 * distance of that patch (Eq. 7). Higher is more anomalous.
 * It cannot tell defects that look locally like good parts (a part missing where background is also seen elsewhere).
 */
export class PatchCore extends FrozenFeatureMethod<PatchCoreConfig, Learned, SessionInit> {
  static readonly info: MethodInfo = {
    id: 'patchcore',
    name: 'PatchCore',
    paper: 'Roth et al., Towards Total Recall in Industrial Anomaly Detection, CVPR 2022',
    year: 2022,
    family: 'memory bank',
    settings: ['unsupervised', 'few-shot', 'noisy', 'continual'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = SESSIONS;
  protected readonly sessions = SESSIONS;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: PatchCoreOptions = {}) {
    super(resolvePatchCoreConfig(options));
  }

  /**
   * Learns from good images only; an earlier fit is forgotten. One pass over the images, two if their embeddings do not fit
   * `memoryBudget`. A failed or stopped fit leaves the model as it was.
   * @throws IadError NO_GOOD_IMAGES, an image's own error (unless `skipBad`), WEIGHTS_*, MEMORY_BUDGET, ABORTED
   */
  async fit(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const all = this.namedImages(images, 'fit');
    await ensureBackend();
    const weights = await this.resolveWeights();
    const { held, kept } = holdOut('patchcore', all, this.config);
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
   * (The benchmark's own code has had one coreset of all products' patches together, which needs the earlier images.)
   * @throws as `fit`; NOT_FITTED before the first fit
   */
  async update(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const earlier = this.fitted('update');
    const all = this.namedImages(images, 'update');
    await ensureBackend();
    const weights = await this.resolveWeights();
    const { held, kept } = holdOut('patchcore', all, this.config);
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

  /** Rows and columns of the memory bank. @throws IadError NOT_FITTED */
  get memoryBank(): { readonly rows: number; readonly columns: number } {
    const { bank, dimension } = this.fitted('memoryBank');
    return { rows: bank.length / dimension, columns: dimension };
  }

  get learned(): readonly LearnedArray[] {
    const { rows, columns } = this.memoryBank;
    return [{ name: 'memory bank', shape: [rows, columns] }];
  }

  get info(): MethodInfo {
    return PatchCore.info;
  }

  /** The model as the bytes of a .iad file: configuration, memory bank, thresholds, the backbone's name and hash. */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return encodePatchCore(this.config, this.fitted('save'), this.backbone);
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<PatchCore> {
    const { config, learned, backbone } = readPatchCore(content, path);
    const model = new PatchCore(config);
    const dimension = model.#dimension(await model.sameWeights(backbone, path));
    if (learned.dimension !== dimension) {
      throw malformed(`its memory bank has ${learned.dimension} columns, its configuration makes ${dimension}`, path);
    }
    model.adopt(learned);
    return model;
  }

  protected scoreInit(weights: FoldedWeights, { bank }: Learned): SessionInit {
    return this.#init(weights, null, bank);
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
    const init = { ...this.#init(weights, projection, null), ...this.cacheOf(options) };
    const threads = await openThreads(SESSIONS, init, images.length, options.workers);
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
    const later = await this.calibrate(learned, weights, held, skipped, options);
    const calibration = earlier && later ? mergeCalibrations(earlier, later) : (later ?? earlier);
    this.adopt({ ...learned, calibration }, options.signal);
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

const EARLIER_SCORES =
  'the memory bank was chosen anew, the thresholds still count scores against the earlier one: ' +
  'they may be low, fit on all images for exact ones';
