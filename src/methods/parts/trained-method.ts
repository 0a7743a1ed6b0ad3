// What all methods share that train a network on a frozen backbone: fit, model files, and sessions that score. A method adds its
// configuration and its design.
import type { FoldedWeights } from '../../backbones/index.js';
import { ensureBackend } from '../../kernels/backend.js';
import type { CallOptions, FitResult, ImageInput, LearnedArray } from '../types.js';
import { calibrationWarnings, holdOut } from './calibrate.js';
import type { Parameter } from './flow/parameters.js';
import { FrozenFeatureMethod } from './frozen-method.js';
import type { ModelContent } from './model-file.js';
import type { SessionInit } from './session.js';
import type { TrainedConfig } from './trained/config.js';
import type { TrainedDesign } from './trained/design.js';
import { settingOf } from './trained/extractor.js';
import { encodeTrained, type Learned, readTrained } from './trained/file.js';
import { learn, type TrainedFitOptions, type TrainingRecord } from './trained/learn.js';
import type { TrainedInit } from './trained/session.js';
import { checkSizes } from './trained/sizes.js';

export interface TrainedFitResult extends FitResult {
  readonly training: TrainingRecord;
}

/** @typeParam State what the design draws once, beside arrays */
export abstract class TrainedMethod<Config extends TrainedConfig, State> extends FrozenFeatureMethod<
  Config,
  Learned<Config, State>,
  TrainedInit<Config, State>
> {
  protected abstract readonly design: TrainedDesign<Config, State>;

  /**
   * Trains on good images only, from the start; an earlier fit is forgotten. Some are held out first, for the thresholds. Each image
   * passes the frozen backbone once, unless the method changes it in every step. With `workers` (see there for the default) threads share
   * this pass, and divide every batch, unless the method needs the whole batch. A failed or stopped fit leaves the model as it was.
   * @throws IadError MEMORY_BUDGET, before any image is read, for a network that cannot be saved, or that the wasm heap cannot train;
   *   NO_GOOD_IMAGES, an image's own error (unless `skipBad`), WEIGHTS_*, BAD_CONFIG, ABORTED, TRAINING_DIVERGED;
   *   MODEL_FORMAT, MODEL_CORRUPT or MODEL_MISMATCH for a checkpoint that is none, damaged or another training's; DISK_FULL, WRITE_FAILED; WORKER_CRASHED
   */
  async fit(images: Iterable<ImageInput>, options: TrainedFitOptions = {}): Promise<TrainedFitResult> {
    const all = this.namedImages(images, 'fit');
    await ensureBackend();
    const weights = await this.resolveWeights();
    const { config, design } = this;
    const { held, kept } = holdOut(design.method, all, config);
    const setting = settingOf(design, config, weights.architecture);
    const state = design.draw(setting);
    checkSizes(design, setting, state, kept.length, options);
    const found = await learn(design, { config, weights, state, images: kept }, options);
    const start = performance.now();
    const skipped = [...found.skipped];
    const { arrays, images: count, training } = found;
    const learned = { setting, arrays, state, images: count, epoch: training.epoch, calibration: null };
    // Without the cache, so that a fit gives the same bytes wherever its features were kept.
    const { cacheFolder: _, ...exactly } = options;
    const calibration = await this.calibrate(learned, weights, held, skipped, exactly);
    this.adopt({ ...learned, calibration }, options.signal);
    const calibrationImages = calibration?.scores.length ?? 0;
    return {
      images: count,
      calibrationImages,
      skipped,
      timings: { ...found.timings, calibration: performance.now() - start },
      warnings: calibrationWarnings(config, calibrationImages),
      training,
    };
  }

  /** How many numbers were trained, and how many the network has besides. @throws IadError NOT_FITTED */
  get learned(): readonly LearnedArray[] {
    const { setting, state } = this.fitted('learned');
    const { parameters, buffers = [] } = this.design.network(setting, state);
    const trained = parameters.filter(({ isTrained }) => isTrained);
    const others = [...parameters.filter(({ isTrained }) => !isTrained), ...buffers];
    const sizes = [{ name: 'trained parameters', shape: [numbersIn(trained)] }];
    return others.length === 0 ? sizes : [...sizes, { name: 'other parameters', shape: [numbersIn(others)] }];
  }

  /** The model as the bytes of a .iad file: configuration, arrays, thresholds, the backbone's name and hash. */
  async toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return encodeTrained(this.design, this.fitted('save'), this.backbone);
  }

  /**
   * Takes over what a model file holds; its configuration must be this one. On the same backend it predicts bit for bit what the saved
   * model did.
   * @throws IadError MODEL_FORMAT; MODEL_MISMATCH if this machine's backbone weights are not those it was fitted with; WEIGHTS_MISSING
   */
  protected async restore(content: ModelContent, path: string): Promise<this> {
    const { architecture } = await this.sameWeights(content.backbone, path);
    const setting = settingOf(this.design, this.config, architecture);
    const learned = readTrained(content, this.design, setting, path);
    this.adopt(learned);
    return this;
  }

  protected override cacheOf(options: CallOptions): Pick<SessionInit, 'cache'> {
    const { cache } = super.cacheOf(options);
    return cache ? { cache: { ...cache, maxBytes: this.config.cacheBudget } } : {};
  }

  protected scoreInit(weights: FoldedWeights, { arrays, state }: Learned<Config, State>): TrainedInit<Config, State> {
    return { config: this.config, weights, state, arrays };
  }
}

function numbersIn(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}
