// A method in a few lines: how it learns from pictures of good parts, and the anomaly map of another one. It can be compared with the
// others in a benchmark, under every setting that asks for nothing but good images.
import * as z from 'zod';
import { type GeometryPlan, planGeometry } from '../../data/geometry.js';
import type { Image } from '../../data/types.js';
import { IadError, yieldTurn } from '../../runtime/errors.js';
import { stageProgress } from '../../runtime/progress.js';
import { isBadImage, type NamedImage, nameImages } from '../parts/inputs.js';
import { openImage } from '../parts/open-image.js';
import { parseConfig } from '../parts/parse-config.js';
import { toPrediction } from '../parts/prediction.js';
import type {
  AnomalyMethod,
  FitOptions,
  FitResult,
  ImageInput,
  MethodInfo,
  Prediction,
  PredictOptions,
} from '../types.js';

export interface MethodRecipe<Model> {
  /** Not that of a method of the library. */
  readonly id: string;
  /** Default: the id. */
  readonly name?: string;
  /** Side of the squares that images are scaled to. A configuration may choose another. */
  readonly inputSize: number;
  /**
   * @param images of good parts, all of them [inputSize, inputSize]; augmented copies are images too
   * @param seed of everything random
   */
  learn(images: readonly Image[], seed: number): Model | Promise<Model>;
  /** @returns [inputSize, inputSize], rows from the top, finite: higher is more anomalous. The largest value is the image's score. */
  map(image: Image, model: Model): Float32Array | Promise<Float32Array>;
}

/** What a benchmark needs of a method that is not of the library. */
export interface OwnMethodClass {
  readonly info: MethodInfo;
  /** @param options its configuration as the benchmark has it, with `seed` */
  new (options: Record<string, unknown>): AnomalyMethod;
}

/** The class of a method; `registerMethod` and the `modules` of a benchmark take it. It has no thresholds and no model file. */
export function defineMethod<Model>(recipe: MethodRecipe<Model>): OwnMethodClass {
  const { id, name = id } = recipe;
  const info: MethodInfo = {
    id,
    name,
    paper: '',
    year: 0,
    family: 'own',
    settings: ['unsupervised', 'few-shot', 'noisy'],
  };
  return class extends RecipeMethod<Model> {
    static readonly info = info;

    constructor(options: Record<string, unknown>) {
      super(info, recipe, options);
    }
  };
}

const side = z.int('must be a whole number from 1 to 2048').min(1).max(2048);
const seed = z.int('must be a whole number from 0 to 4294967295').min(0).max(4294967295);

class RecipeMethod<Model> implements AnomalyMethod {
  readonly info: MethodInfo;
  readonly config: { readonly inputSize: number; readonly seed: number; readonly falseAlarmRate: number };
  readonly learned = [];
  readonly calibration = null;
  readonly thresholds = null;
  readonly backbone = { id: 'none', hash: '' };
  readonly #recipe: MethodRecipe<Model>;
  #model: { readonly value: Model } | null = null;

  /** @throws IadError BAD_CONFIG */
  constructor(info: MethodInfo, recipe: MethodRecipe<Model>, options: Record<string, unknown>) {
    const schema = z.strictObject({
      inputSize: side.default(recipe.inputSize),
      seed: seed.default(0),
      falseAlarmRate: z.number().gt(0).lt(1).default(0.01),
    });
    this.info = info;
    this.#recipe = recipe;
    this.config = parseConfig<RecipeMethod<Model>['config']>(info.id, schema, options);
  }

  get #geometry() {
    return { mode: 'stretch', resize: null, inputSize: this.config.inputSize, tileOverlap: 0 } as const;
  }

  planOf(width: number, height: number): GeometryPlan {
    return planGeometry(width, height, this.#geometry);
  }

  /** @throws IadError NO_GOOD_IMAGES, an image's own error, ABORTED; what the recipe throws */
  async fit(images: Iterable<ImageInput>, options: FitOptions = {}): Promise<FitResult> {
    const named = nameImages(images);
    const skipped: { id: string; reason: string }[] = [];
    const begin = performance.now();
    const squares = await this.#squares(named, options, skipped);
    if (squares.length === 0) {
      throw new IadError('NO_GOOD_IMAGES', 'there is no image to learn from', { path: `${this.info.id}.fit` });
    }
    const decoded = performance.now();
    const value = await this.#recipe.learn(squares, this.config.seed);
    await yieldTurn(options.signal);
    this.#model = { value };
    return {
      images: squares.length,
      calibrationImages: 0,
      skipped,
      timings: { decode: decoded - begin, learn: performance.now() - decoded },
      warnings: ['no good images were held out: there are no thresholds'],
    };
  }

  async #squares(
    named: readonly NamedImage[],
    { onProgress, signal, skipBad = false }: FitOptions,
    skipped: { id: string; reason: string }[],
  ): Promise<Image[]> {
    const progress = stageProgress(onProgress, 'images', named.length);
    const squares: Image[] = [];
    for (const [i, image] of named.entries()) {
      await yieldTurn(signal);
      try {
        squares.push((await this.#open(image)).square);
      } catch (error) {
        if (!skipBad || !(error instanceof Error) || !isBadImage(error)) throw error;
        skipped.push({ id: image.id, reason: error.message });
      }
      progress(i + 1);
    }
    return squares;
  }

  async #open(image: NamedImage): Promise<{ plan: GeometryPlan; square: Image }> {
    const { plan, view } = await openImage(image, this.#geometry);
    const { inputSize } = this.config;
    return { plan, square: { width: inputSize, height: inputSize, data: view(0) } };
  }

  async predict(images: Iterable<ImageInput>, options: PredictOptions = {}): Promise<Prediction[]> {
    const predictions: Prediction[] = [];
    for await (const prediction of this.predictEach(images, options)) predictions.push(prediction);
    return predictions;
  }

  /** @throws IadError NOT_FITTED, an image's own error, BAD_ARGUMENT for a map that is none, ABORTED */
  async *predictEach(images: Iterable<ImageInput>, options: PredictOptions = {}): AsyncGenerator<Prediction> {
    if (!this.#model) {
      throw new IadError('NOT_FITTED', 'it has learned nothing yet', { path: `${this.info.id}.predict` });
    }
    const { value } = this.#model;
    const { onProgress, signal, maps = 'image' } = options;
    const named = nameImages(images);
    const progress = stageProgress(onProgress, 'predict', named.length);
    for (const [i, image] of named.entries()) {
      await yieldTurn(signal);
      const begin = performance.now();
      const { plan, square } = await this.#open(image);
      const decoded = performance.now();
      const map = this.#checked(await this.#recipe.map(square, value), image.id);
      const score = map.reduce((most, each) => Math.max(most, each));
      const timings = { decode: decoded - begin, features: 0, scoring: performance.now() - decoded };
      yield toPrediction({ id: image.id, score, viewMaps: [map], plan, timings }, null, RATES, maps);
      progress(i + 1);
    }
  }

  #checked(map: Float32Array, path: string): Float32Array {
    const { inputSize } = this.config;
    const fault =
      map.length !== inputSize ** 2
        ? `has ${map.length} values, not ${inputSize} x ${inputSize}`
        : map.every(Number.isFinite)
          ? null
          : 'has values that are no numbers, or infinite';
    if (fault === null) return map;
    throw new IadError('BAD_ARGUMENT', `the anomaly map of ${this.info.id} ${fault}`, { path });
  }

  /** @throws IadError BAD_ARGUMENT always: there is no form for a model of which nothing is known */
  async save(path: string): Promise<void> {
    throw new IadError('BAD_ARGUMENT', `${this.info.id} has no model file`, { path });
  }

  dispose(): void {
    // Nothing is held outside of JavaScript's own memory.
  }
}

/** Of thresholds, of which there are none. */
const RATES = { falseAlarmRate: 0.01, pixelFalseAlarmRate: 0.01 };
