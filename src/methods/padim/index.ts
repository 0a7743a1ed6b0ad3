// PaDiM: a Gaussian of good features at every position; a position is as anomalous as it is far from its own.
import type { FoldedWeights } from '../../backbones/index.js';
import { ensureBackend } from '../../kernels/backend.js';
import { calibrationWarnings, holdOut } from '../parts/calibrate.js';
import { FrozenFeatureMethod } from '../parts/frozen-method.js';
import type { NamedImage } from '../parts/inputs.js';
import type { ModelContent } from '../parts/model-file.js';
import { openThreads } from '../parts/open-threads.js';
import type { FitOptions, FitResult, ImageInput, LearnedArray, MethodInfo } from '../types.js';
import { channelCount, type PaDiMConfig, type PaDiMOptions, resolvePaDiMConfig } from './config.js';
import { gridSide } from './embedder.js';
import { checkReduction, encodePaDiM, type Learned, readPaDiM } from './file.js';
import { type FittedGaussians, fitGaussians } from './fit-gaussians.js';
import { FLAGS } from './flags.js';
import { depthOf, drawReduction, projectedChannels } from './reduction.js';
import { SESSIONS, type SessionInit } from './session.js';

export type { PaDiMConfig, PaDiMOptions } from './config.js';

/**
 * PaDiM (Defard, Setkov, Loesch, Audigier: PaDiM: a Patch Distribution Modeling Framework for Anomaly Detection and
 * Localization, ICPR 2020 workshops).
 *
 * Needs good images only, no gradient training. The map holds Mahalanobis distances, in standard deviations from 0 up, smoothed; the
 * score is its maximum. Higher is more anomalous.
 * It takes images to be aligned: what is good at one position says nothing about the next one, so parts that lie anywhere, or turned,
 * are PatchCore's. With P positions and d channels a model takes 2 P d (d + 1) bytes: at 224 x 224 63 MB for 100 channels, 1.9 GB for 550, all of
 * which is read once per image.
 *
 * With `embedding: 'orthogonal'` it is the semi-orthogonal embedding (Kim, Kim, Yi, Lee: Semi-Orthogonal Embedding for Efficient Unsupervised
 * Anomaly Segmentation, 2021, arXiv 2105.14737): no channel is left out, a random projection leaves 300 dimensions of all of them, 740 MB at its
 * 256 x 256.
 */
export class PaDiM extends FrozenFeatureMethod<PaDiMConfig, Learned, SessionInit> {
  static readonly info: MethodInfo = {
    id: 'padim',
    name: 'PaDiM',
    paper:
      'Defard et al., PaDiM: a Patch Distribution Modeling Framework for Anomaly Detection and Localization, ICPR 2020',
    year: 2020,
    family: 'Gaussian per position',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = SESSIONS;
  protected readonly sessions = SESSIONS;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: PaDiMOptions = {}) {
    super(resolvePaDiMConfig(options));
  }

  /**
   * Learns from good images only; an earlier fit is forgotten. One pass over the images, more if the statistics of all positions do not
   * fit `memoryBudget` at once. A failed or stopped fit leaves the model as it was.
   * @throws IadError NO_GOOD_IMAGES, an image's own error (unless `skipBad`), WEIGHTS_*, MEMORY_BUDGET, ABORTED; BAD_CONFIG for more
   *   `dims` than there are; BAD_ARGUMENT for a singular covariance where `ridge` is 0
   */
  async fit(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const all = this.namedImages(images, 'fit');
    await ensureBackend();
    const weights = await this.resolveWeights();
    const reduction = drawReduction(this.config, weights.architecture);
    const { held, kept } = holdOut('padim', all, this.config);
    const fitted = await this.#fitGaussians(
      kept,
      { config: this.config, weights, reduction, gaussians: null },
      options,
    );
    const start = performance.now();
    const skipped = [...fitted.skipped];
    const learned = { gaussians: fitted.gaussians, reduction, images: fitted.images, calibration: null };
    const calibration = await this.calibrate(learned, weights, held, skipped, options);
    this.adopt({ ...learned, calibration }, options.signal);
    const calibrationImages = calibration?.scores.length ?? 0;
    return {
      images: fitted.images,
      calibrationImages,
      skipped,
      timings: { ...fitted.timings, calibration: performance.now() - start },
      warnings: [...this.#passWarnings(fitted), ...calibrationWarnings(this.config, calibrationImages)],
    };
  }

  /** Sizes of the means, of the packed factors, and of the projection if there is one. @throws IadError NOT_FITTED */
  get learned(): readonly LearnedArray[] {
    const { gaussians, reduction } = this.fitted('learned');
    const { positions, depth, factors } = gaussians;
    return [
      { name: 'means', shape: [positions, depth] },
      { name: 'covariance factors', shape: [positions, factors.length / positions] },
      ...(reduction.embedding === 'select'
        ? []
        : [{ name: 'projection', shape: [projectedChannels(reduction), depth] }]),
    ];
  }

  /** The channels of the concatenated layers that are looked at, ascending: those kept, or with `orthogonal` all. @throws IadError NOT_FITTED */
  get channels(): readonly number[] {
    const { reduction } = this.fitted('channels');
    if (reduction.embedding === 'select') return reduction.channels;
    return Array.from({ length: projectedChannels(reduction) }, (_, channel) => channel);
  }

  get info(): MethodInfo {
    return PaDiM.info;
  }

  /** The model as the bytes of a .iad file: configuration, Gaussians, thresholds, the backbone's name and hash. */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return encodePaDiM(this.config, this.fitted('save'), this.backbone);
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<PaDiM> {
    const { config, learned, backbone } = readPaDiM(content, path);
    const model = new PaDiM(config);
    const { architecture } = await model.sameWeights(backbone, path);
    checkReduction(learned.reduction, channelCount(config, architecture), path);
    model.adopt(learned);
    return model;
  }

  protected scoreInit(weights: FoldedWeights, { reduction, gaussians }: Learned): SessionInit {
    return { config: this.config, weights, reduction, gaussians };
  }

  async #fitGaussians(images: readonly NamedImage[], init: SessionInit, options: FitOptions): Promise<FittedGaussians> {
    const threads = await openThreads(SESSIONS, { ...init, ...this.cacheOf(options) }, images.length, options.workers);
    try {
      const { onProgress, signal, skipBad = false } = options;
      const { ridge, memoryBudget, embedding } = this.config;
      const statistics = { ridge, memoryBudget, unbiased: embedding === 'select' };
      const sizes = { positions: gridSide(this.config) ** 2, depth: depthOf(init.reduction) };
      return await fitGaussians(images, threads, { onProgress, signal, skipBad, ...statistics, ...sizes });
    } finally {
      await threads.close();
    }
  }

  #passWarnings({ passes }: FittedGaussians): string[] {
    if (passes === 1) return [];
    const { memoryBudget } = this.config;
    return [
      `memoryBudget of ${memoryBudget} bytes does not hold the statistics of all positions: images were read ${passes} times`,
    ];
  }
}
