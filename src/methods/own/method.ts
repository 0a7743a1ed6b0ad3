// What every method that a user defines is: the contract of methods, carried out with the two functions of its definition.

import * as tf from '@tensorflow/tfjs';
import { writeFileAtomic } from '#platform/runtime/files';
import { type GeometryPlan, planGeometry } from '../../data/geometry.js';
import { ensureBackend } from '../../kernels/backend.js';
import { IadError, throwIfAborted } from '../../runtime/errors.js';
import { calibrateOn, calibrationWarnings, holdOut } from '../parts/calibrate.js';
import { type Calibration, mergeCalibrations, type Thresholds, thresholdsOf } from '../parts/calibration.js';
import { nameImages } from '../parts/inputs.js';
import { toPrediction } from '../parts/prediction.js';
import { scoreEach } from '../parts/score-each.js';
import type {
  AnomalyMethod,
  FitOptions,
  FitResult,
  ImageInput,
  LearnedArray,
  MethodInfo,
  Prediction,
  PredictOptions,
} from '../types.js';
import { geometryOf } from './config.js';
import type { FitContext, MethodDefinition, OwnArrays, OwnConfig, OwnOptions, View } from './definition.js';
import { encodeOwn, type Learned, PIXELS } from './file.js';
import { scoringThread } from './scoring.js';
import { viewsOf } from './views.js';

/** What a definition's function gives is checked. */
type Learn<Options extends OwnOptions, Arrays extends OwnArrays> = (
  views: AsyncIterable<View>,
  context: FitContext<Options>,
) => Promise<Arrays | undefined>;

export class DefinedMethod<Options extends OwnOptions, Arrays extends OwnArrays> implements AnomalyMethod {
  readonly info: MethodInfo;
  readonly config: OwnConfig<Options>;
  readonly backbone = PIXELS;
  readonly #definition: MethodDefinition<Options, Arrays>;
  #learned: Learned<Arrays> | null = null;

  /**
   * Learns further good images; only of a definition with `update`. The thresholds come from the held-out images of all calls, each as
   * it scored then. @throws as `fit`; NOT_FITTED before the first fit
   */
  readonly update?: (images: Iterable<ImageInput>, options?: FitOptions) => Promise<FitResult>;

  constructor(definition: MethodDefinition<Options, Arrays>, info: MethodInfo, config: OwnConfig<Options>) {
    this.#definition = definition;
    this.info = info;
    this.config = config;
    if (definition.update) {
      this.update = async (images, options = {}) => {
        const earlier = this.#fitted('update');
        const learn: Learn<Options, Arrays> = async (...args) => definition.update?.(earlier.arrays, ...args);
        return this.#learn(images, learn, earlier, options);
      };
    }
  }

  /**
   * Learns from good images; an earlier fit is forgotten. A failed or stopped fit leaves the model as it was.
   * @throws IadError NO_GOOD_IMAGES, an image's own error (unless `skipBad`), BAD_ARGUMENT for what the definition's functions must not
   *   give, ABORTED; and what these functions throw
   */
  async fit(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    return this.#learn(images, async (...args) => this.#definition.fit(...args), null, options);
  }

  /** All predictions at once; `predictEach` for more images than their maps fit in memory. */
  async predict(images: Iterable<ImageInput>, options: PredictOptions = {}): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    for await (const prediction of this.predictEach(images, options)) predictions.push(prediction);
    return predictions;
  }

  /**
   * Predictions in the order of the images, one at a time.
   * @throws IadError NOT_FITTED, an image's own error, BAD_ARGUMENT for what `score` must not give, ABORTED
   */
  async *predictEach(images: Iterable<ImageInput>, options: PredictOptions = {}): AsyncGenerator<Prediction> {
    const { arrays, calibration } = this.#fitted('predict');
    const named = nameImages(images);
    await ensureBackend();
    const threads = await scoringThread(this.#definition, arrays, this.config);
    const { onProgress, signal, maps = 'image' } = options;
    for await (const scored of scoreEach(named, threads, 'predict', { onProgress, signal, skipped: null })) {
      yield toPrediction(scored, calibration, this.config, maps);
    }
  }

  /** How an image of this size is cut into the method's view, and which part of it is seen. */
  planOf(width: number, height: number): GeometryPlan {
    return planGeometry(width, height, geometryOf(this.config));
  }

  /** Lengths of the arrays. @throws IadError NOT_FITTED */
  get learned(): readonly LearnedArray[] {
    return Object.entries(this.#fitted('learned').arrays).map(([name, { length }]) => ({ name, shape: [length] }));
  }

  /** Scores of the good images that were held out; null without calibration. @throws IadError NOT_FITTED */
  get calibration(): Calibration | null {
    return this.#fitted('calibration').calibration;
  }

  /** Null without calibration. @throws IadError NOT_FITTED */
  get thresholds(): Thresholds | null {
    const { calibration } = this;
    return calibration && thresholdsOf(calibration, this.config);
  }

  /** The model as the bytes of a .iad file. @throws IadError NOT_FITTED */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return encodeOwn(this.info.id, this.config, this.#fitted('save'));
  }

  /** Writes `toBytes()`; the file is there whole or not at all. @throws IadError DISK_FULL, WRITE_FAILED */
  async save(path: string): Promise<void> {
    await writeFileAtomic(path, [await this.toBytes()]);
  }

  /** Nothing is kept on the backend. */
  dispose(): void {}

  /** Makes it this model's state. */
  adopt(learned: Learned<Arrays>): void {
    this.#learned = learned;
  }

  async #learn(
    images: Iterable<ImageInput>,
    learn: Learn<Options, Arrays>,
    earlier: Learned<Arrays> | null,
    options: FitOptions,
  ): Promise<FitResult> {
    const { id } = this.info;
    const named = nameImages(images);
    this.#checkSome(named.length);
    await ensureBackend();
    const { held, kept } = holdOut(id, named, this.config);
    const skipped: { id: string; reason: string }[] = [];
    const start = performance.now();
    const before = tf.memory().numTensors;
    const views = viewsOf(kept, geometryOf(this.config), skipped, options);
    const arrays = await learn(views, { config: this.config, signal: options.signal });
    const count = kept.length - skipped.length;
    this.#checkSome(count);
    checkArrays(id, arrays);
    const fitted = performance.now();
    const threads = await scoringThread(this.#definition, arrays, this.config);
    const later = held.length === 0 ? null : await calibrateOn(threads, id, this.config, held, skipped, options);
    throwIfAborted(options.signal);
    const left = tf.memory().numTensors - before;
    const known = earlier?.calibration;
    const calibration = known && later ? mergeCalibrations(known, later) : (later ?? known ?? null);
    this.adopt({ arrays, images: count + (earlier?.images ?? 0), calibration });
    const calibrationImages = calibration?.scores.length ?? 0;
    const leak = `${left} tensors were left on the backend: dispose of them, or compute in tf.tidy`;
    return {
      images: count,
      calibrationImages,
      skipped,
      timings: { fit: fitted - start, calibration: performance.now() - fitted },
      warnings: [...(left > 0 ? [leak] : []), ...calibrationWarnings(this.config, calibrationImages)],
    };
  }

  #checkSome(images: number): void {
    if (images > 0) return;
    const hint = 'Give at least one image of a good part.';
    throw new IadError('NO_GOOD_IMAGES', 'there is no image to learn from', { path: `${this.info.id}.fit`, hint });
  }

  #fitted(call: string): Learned<Arrays> {
    if (this.#learned) return this.#learned;
    const { id } = this.info;
    const hint = 'Call fit() or load() first.';
    throw new IadError('NOT_FITTED', 'it has learned nothing yet', { path: `${id}.${call}`, hint });
  }
}

function checkArrays<Arrays extends OwnArrays>(id: string, arrays: Arrays | undefined): asserts arrays is Arrays {
  const given: unknown = arrays;
  const entries: [string, unknown][] = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const refuse = (what: string) => {
    return new IadError('BAD_ARGUMENT', what, { path: `${id}.fit`, hint: "Correct the method's code." });
  };
  if (entries.length === 0) throw refuse('it must give what it learned: an object of Float32Arrays');
  for (const [name, data] of entries) {
    if (!(data instanceof Float32Array)) throw refuse(`${name} must be a Float32Array`);
    if (!data.every(Number.isFinite)) throw refuse(`${name} holds values that are no finite numbers`);
  }
}
