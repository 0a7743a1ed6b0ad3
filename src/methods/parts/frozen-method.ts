// What all methods on frozen features share: weights, threads, predictions, thresholds, model files. A method adds how it fits,
// what it keeps, and the session that scores with that.
import { writeFileAtomic } from '#platform/runtime/files';
import {
  architectureOf,
  type FoldedWeights,
  type LayerName,
  lastLayer,
  resolveWeights,
} from '../../backbones/index.js';
import { type GeometryConfig, type GeometryPlan, planGeometry } from '../../data/geometry.js';
import { ensureBackend } from '../../kernels/backend.js';
import { IadError, throwIfAborted } from '../../runtime/errors.js';
import type {
  AnomalyMethod,
  CallOptions,
  FitOptions,
  FitResult,
  ImageInput,
  LearnedArray,
  MethodInfo,
  Prediction,
  PredictOptions,
} from '../types.js';
import { calibrate } from './calibrate.js';
import { type Calibration, conformalPixelPValue, type Thresholds, thresholdsOf } from './calibration.js';
import { checkLayers, type FrozenConfig, geometryOf } from './frozen-config.js';
import { type NamedImage, nameImages } from './inputs.js';
import { readModel } from './learned-file.js';
import { decodeModel, type ModelContent } from './model-file.js';
import { openThreads, ThreadKeeper, threadCount } from './open-threads.js';
import { toPrediction } from './prediction.js';
import { scoreEach } from './score-each.js';
import type { SessionInit, SessionKind } from './session.js';

/** A class that makes models from their files. */
interface Reader<Model> {
  fromContent(content: ModelContent, path: string): Promise<Model>;
}

/**
 * @typeParam Learned what a fit leaves behind; a new object for every fit
 * @typeParam Init what a session begins with
 */
export abstract class FrozenFeatureMethod<
  Config extends FrozenConfig,
  Learned extends { readonly calibration: Calibration | null },
  Init extends SessionInit,
> implements AnomalyMethod
{
  /** The full configuration, defaults filled in. */
  readonly config: Config;
  #weights: FoldedWeights | null = null;
  #learned: Learned | null = null;
  readonly #here = new ThreadKeeper();

  /** @throws IadError BAD_CONFIG for layers that the backbone does not have, WEIGHTS_UNKNOWN */
  protected constructor(config: Config) {
    checkLayers(this.#name(), config);
    this.config = config;
  }

  /**
   * Reads a model of this class. On the same backend it predicts bit for bit what the saved one did.
   * @throws IadError MODEL_NOT_FOUND, MODEL_FORMAT, MODEL_CORRUPT, MODEL_VERSION; MODEL_MISMATCH if this machine's backbone weights
   *   are not those it was fitted with; WEIGHTS_MISSING if there are none
   */
  static async load<Model>(this: Reader<Model>, path: string): Promise<Model> {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the subclass that the caller named.
    return this.fromContent(await readModel(path), path);
  }

  /** The same, from the bytes of a .iad file. @param path for messages @throws as `load` */
  static async fromBytes<Model>(this: Reader<Model>, bytes: Uint8Array<ArrayBuffer>, path = 'model'): Promise<Model> {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the subclass that the caller named.
    return this.fromContent(await decodeModel(bytes, path), path);
  }

  abstract get info(): MethodInfo;
  abstract get learned(): readonly LearnedArray[];
  abstract fit(images: Iterable<ImageInput>, options?: FitOptions): Promise<FitResult>;
  /** The model as the bytes of a .iad file. @throws IadError NOT_FITTED */
  abstract toBytes(): Promise<Uint8Array<ArrayBuffer>>;

  /** The code that its threads run. */
  protected abstract readonly sessions: SessionKind<Init>;
  /** What a session that scores begins with. */
  protected abstract scoreInit(weights: FoldedWeights, learned: Learned): Init;

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
    const learned = this.fitted('predict');
    const named = nameImages(images);
    await ensureBackend();
    const init = { ...this.scoreInit(await this.resolveWeights(), learned), ...this.cacheOf(options) };
    const spread = threadCount(named.length, options.workers) > 1;
    const kept = spread ? null : await this.#here.borrow(this.sessions, init, learned);
    const threads = kept?.threads ?? (await openThreads(this.sessions, init, named.length, options.workers));
    const { onProgress, signal, maps = 'image' } = options;
    try {
      for await (const scored of scoreEach(named, threads, 'predict', { onProgress, signal, skipped: null })) {
        yield toPrediction(scored, learned.calibration, this.config, maps);
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

  /** Which weights the features come from. @throws IadError NOT_FITTED */
  get backbone(): { readonly id: string; readonly hash: string } {
    this.fitted('backbone');
    return { id: this.#weights?.id ?? '', hash: this.#weights?.hash ?? '' };
  }

  /** Held-out good images' scores; null without calibration. @throws IadError NOT_FITTED */
  get calibration(): Calibration | null {
    return this.fitted('calibration').calibration;
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

  /** Writes `toBytes()`; the file is there whole or not at all. @throws IadError DISK_FULL, WRITE_FAILED */
  async save(path: string): Promise<void> {
    await writeFileAtomic(path, [await this.toBytes()]);
  }

  /**
   * Frees the backend's memory, once the calls under way are done; the model can still be used, at the price of loading it
   * again. Safe to call twice.
   */
  dispose(): void {
    this.#here.release();
  }

  #name(): string {
    return this.info.name;
  }

  /** What was learned. @throws IadError NOT_FITTED naming the call */
  protected fitted(call: string): Learned {
    if (this.#learned) return this.#learned;
    throw new IadError('NOT_FITTED', 'it has learned nothing yet', {
      path: `${this.info.name}.${call}`,
      hint: `Call fit() or ${this.info.name}.load() first.`,
    });
  }

  /** @throws IadError NO_GOOD_IMAGES naming the call if there is none */
  protected namedImages(images: Iterable<ImageInput>, call: string): NamedImage[] {
    const named = nameImages(images);
    if (named.length > 0) return named;
    throw new IadError('NO_GOOD_IMAGES', 'there is no image to learn from', {
      path: `${this.info.name}.${call}`,
      hint: 'Give at least one image of a good part.',
    });
  }

  /** The deepest layer that the network is run to. */
  protected get deepestLayer(): LayerName {
    const { backbone, layers } = this.config;
    return layers.at(-1) ?? lastLayer(architectureOf(backbone));
  }

  /** The weights of the configuration, as deep as they are needed. */
  protected async resolveWeights(): Promise<FoldedWeights> {
    this.#weights ??= await resolveWeights(this.config.backbone, { until: this.deepestLayer });
    return this.#weights;
  }

  /** The weights, if they are those that a model file names. @throws IadError MODEL_MISMATCH, WEIGHTS_MISSING */
  protected async sameWeights({ id, hash }: { id: string; hash: string }, path: string): Promise<FoldedWeights> {
    const weights = await this.resolveWeights();
    if (weights.hash === hash) return weights;
    const what = `fitted with ${id} of hash ${hash.slice(0, 8)}, here it has ${weights.hash.slice(0, 8)}`;
    throw new IadError('MODEL_MISMATCH', what, { path, hint: 'Get the same weights, or fit the model again.' });
  }

  /** Scores held-out images with what was learned. Null if there are none, or none could be read. */
  protected calibrate(
    learned: Learned,
    weights: FoldedWeights,
    held: readonly NamedImage[],
    skipped: { id: string; reason: string }[],
    options: FitOptions,
  ): Promise<Calibration | null> {
    const init = { ...this.scoreInit(weights, learned), ...this.cacheOf(options) };
    return calibrate(this.sessions, init, held, skipped, options);
  }

  /** What a session's beginning says of the cache of a call; nothing without one. */
  protected cacheOf({ cacheFolder }: CallOptions): Pick<SessionInit, 'cache'> {
    return cacheFolder === undefined ? {} : { cache: { folder: cacheFolder } };
  }

  /** Makes it this model's state, unless the call was stopped. */
  protected adopt(learned: Learned, signal?: AbortSignal): void {
    throwIfAborted(signal);
    this.dispose();
    this.#learned = learned;
  }
}
