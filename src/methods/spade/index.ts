// SPADE: keeps the feature maps of good images; a position is as anomalous as it is unlike all positions of the nearest of them.
import { architectureOf, type FoldedWeights, type LayerName, lastLayer } from '../../backbones/index.js';
import { ensureBackend } from '../../kernels/backend.js';
import { calibrationWarnings, holdOut } from '../parts/calibrate.js';
import { mergeCalibrations } from '../parts/calibration.js';
import { embedEach } from '../parts/embed-each.js';
import { checkLayers } from '../parts/frozen-config.js';
import { FrozenFeatureMethod } from '../parts/frozen-method.js';
import type { NamedImage } from '../parts/inputs.js';
import type { ModelContent } from '../parts/model-file.js';
import { openThreads } from '../parts/open-threads.js';
import type { FitOptions, FitResult, ImageInput, LearnedArray, MethodInfo } from '../types.js';
import { resolveSpadeConfig, type SpadeConfig, type SpadeOptions } from './config.js';
import { encodeSpade, type Learned, readSpade, readSpadeHead } from './file.js';
import { FLAGS } from './flags.js';
import { type Gallery, GalleryBuilder } from './gallery.js';
import { SESSIONS, type SessionInit } from './session.js';

export type { SpadeConfig, SpadeOptions } from './config.js';

/**
 * SPADE (Cohen, Hoshen: Sub-Image Anomaly Detection with Deep Pyramid Correspondences, 2020, arXiv 2005.02357).
 *
 * Needs good images only, no training. An image is compared with the `k` good ones whose global vectors (the means of the backbone's last layer) are nearest:
 * the score is the mean L2 distance to those vectors, the map holds every position's L2 distance to the nearest position, wherever it
 * lies, of those images, averaged over the layers and smoothed. Both are in feature units, from 0 up; higher is more anomalous.
 * The score sees the image as a whole: a small defect hardly moves it where parts are shifted or turned; `imageScore: 'mapMax'` goes by the map.
 * Every good image stays in memory and in the model file, with a ResNet-50 at 224 x 224 in 5.6 MB each (`storage: 'float16'`: 2.8 MB), up to
 * `memoryBudget` and 2 GiB.
 */
export class SPADE extends FrozenFeatureMethod<SpadeConfig, Learned, SessionInit> {
  static readonly info: MethodInfo = {
    id: 'spade',
    name: 'SPADE',
    paper: 'Cohen and Hoshen, Sub-Image Anomaly Detection with Deep Pyramid Correspondences, 2020',
    year: 2020,
    family: 'nearest neighbours',
    settings: ['unsupervised', 'few-shot', 'noisy', 'continual'],
  };

  static readonly flags = FLAGS;
  static readonly sessions = SESSIONS;
  protected readonly sessions = SESSIONS;

  /** @throws IadError BAD_CONFIG naming the field at fault */
  constructor(options: SpadeOptions = {}) {
    super(resolveSpadeConfig(options));
    checkLayers('SPADE', { ...this.config, layers: [this.deepestLayer] });
  }

  /**
   * Keeps good images' features, in one pass; an earlier fit is forgotten. A failed or stopped fit leaves the model as it was.
   * @throws IadError MEMORY_BUDGET, before any image is read; NO_GOOD_IMAGES, an image's own error (unless `skipBad`), WEIGHTS_*, ABORTED;
   *   BAD_CONFIG for features that float16 does not hold
   */
  async fit(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    return this.#learn(this.namedImages(images, 'fit'), null, options);
  }

  /**
   * Learns further good images without the earlier ones (IM-IAD's continual setting): their features are put into the gallery, which
   * grows up to `memoryBudget`. The thresholds come from the held-out images of all calls, each as it scored then: image scores can
   * only have fallen since, unless the gallery held fewer than `k` images, map values may have risen where other images are nearest.
   * @throws as `fit`; NOT_FITTED before the first fit
   */
  async update(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const earlier = this.fitted('update');
    return this.#learn(this.namedImages(images, 'update'), earlier, options);
  }

  /** Sizes of the gallery. @throws IadError NOT_FITTED */
  get learned(): readonly LearnedArray[] {
    const { images, globals, layers } = this.fitted('learned').gallery;
    return [
      { name: 'global vectors', shape: [images, globals.length / images] },
      ...layers.map(({ layer, side, channels }) => ({ name: `${layer} maps`, shape: [images, side, side, channels] })),
    ];
  }

  get info(): MethodInfo {
    return SPADE.info;
  }

  /** The model as the bytes of a .iad file: configuration, gallery, thresholds, the backbone's name and hash. */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return encodeSpade(this.config, this.fitted('save'), this.backbone);
  }

  /** From a model file that was read already. */
  static async fromContent(content: ModelContent, path: string): Promise<SPADE> {
    const model = new SPADE(readSpadeHead(content, path).config);
    const { architecture } = await model.sameWeights(content.backbone, path);
    model.adopt(readSpade(content, path, architecture));
    return model;
  }

  /** The global vector's layer, whatever layers the map is of. */
  protected override get deepestLayer(): LayerName {
    return lastLayer(architectureOf(this.config.backbone));
  }

  protected scoreInit(weights: FoldedWeights, { gallery }: Learned): SessionInit {
    return { config: this.config, weights, gallery };
  }

  async #learn(all: readonly NamedImage[], earlier: Learned | null, options: FitOptions): Promise<FitResult> {
    await ensureBackend();
    const weights = await this.resolveWeights();
    const { held, kept } = holdOut('spade', all, this.config);
    const skipped: { id: string; reason: string }[] = [];
    const start = performance.now();
    const gallery = await this.#collect(kept, earlier?.gallery ?? null, weights, skipped, options);
    const collected = performance.now();
    const later = await this.calibrate({ gallery, calibration: null }, weights, held, skipped, options);
    const before = earlier?.calibration;
    const calibration = before && later ? mergeCalibrations(before, later) : (later ?? before ?? null);
    this.adopt({ gallery, calibration }, options.signal);
    const calibrationImages = calibration?.scores.length ?? 0;
    return {
      images: gallery.images - (earlier?.gallery.images ?? 0),
      calibrationImages,
      skipped,
      timings: { features: collected - start, calibration: performance.now() - collected },
      warnings: [
        ...this.#sizeWarnings(gallery),
        ...this.#earlierWarnings(earlier),
        ...calibrationWarnings(this.config, calibrationImages),
      ],
    };
  }

  async #collect(
    images: readonly NamedImage[],
    earlier: Gallery | null,
    weights: FoldedWeights,
    skipped: { id: string; reason: string }[],
    options: FitOptions,
  ): Promise<Gallery> {
    const { onProgress, signal, skipBad = false, workers } = options;
    const builder = new GalleryBuilder(this.config, weights.architecture, images.length, earlier);
    const init = { config: this.config, weights, gallery: null, ...this.cacheOf(options) };
    const threads = await openThreads(SESSIONS, init, images.length, workers);
    try {
      const watch = { onProgress, signal, skipBad };
      for await (const { arrays } of embedEach(images, threads, 'features', watch, skipped)) builder.add(...arrays);
    } finally {
      await threads.close();
    }
    return builder.finish();
  }

  #earlierWarnings(earlier: Learned | null): string[] {
    const { k } = this.config;
    if (!earlier?.calibration || earlier.gallery.images >= k) return [];
    return [
      `k is ${k}, the gallery held ${earlier.gallery.images} images: the thresholds still count scores of then, and earlier good ` +
        'images may score higher now',
    ];
  }

  #sizeWarnings({ images }: Gallery): string[] {
    const { k } = this.config;
    return images < k
      ? [`k is ${k}, the gallery holds ${images} images: every image is compared with all of them`]
      : [];
  }
}
