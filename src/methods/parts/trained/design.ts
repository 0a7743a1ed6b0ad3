// What a trained method gives to the frame: everything that is its own, as data and pure functions. The frame does the rest: samples,
// training, checkpoints, model files, threads that score, calibration.
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import type * as z from 'zod';
import type { Architecture, Backbone, FoldedWeights } from '../../../backbones/types.js';
import type { Image } from '../../../data/types.js';
import type { Random } from '../../../runtime/random.js';
import type { FeatureInputs } from '../feature-cache/types.js';
import type { NamedTensors, Parameter } from '../flow/parameters.js';
import type { LossInputs, TrainingConfig, TrainingPart } from '../training/index.js';
import type { TrainedConfig } from './config.js';

/** Height, width and channels of one set of features. */
export type FeatureShape = readonly [height: number, width: number, channels: number];

/** What a network is made for: plain data, the same when it is fitted, loaded, and on a thread that scores. */
export interface Setting<Config extends TrainedConfig> {
  readonly config: Config;
  readonly architecture: Architecture;
  /** Of the feature sets, in their order: input by input (see `inputs`), and of each the layers of the configuration. */
  readonly features: readonly FeatureShape[];
}

/** What the samples of one training step are, or a single image to be validated. The frame's to dispose of. */
export type TrainingBatch = {
  /** The frozen backbone's features [B, h, w, C], one per set of `Setting.features`. */
  readonly features: Tensor4D[];
  /** RGB 0..255 [B, inputSize, inputSize, 3], if the design `usesPixels`. */
  readonly images?: Tensor4D;
};

/** What the loss of one step is computed from. */
export interface TrainingLoss extends Omit<LossInputs<TrainingBatch>, 'parameters' | 'buffers'> {
  /** All arrays by name: parameters, trained or not, and buffers. */
  readonly tensors: NamedTensors;
}

/** One view that is to be scored. */
export interface ScoreInput {
  /** inputSize x inputSize, 0..255. */
  readonly view: Image;
  /** The same as a tensor [1, inputSize, inputSize, 3]. The frame's: not to be disposed of. */
  readonly images: Tensor4D;
  /**
   * The features of images [B, inputSize, inputSize, 3], as in a training batch; owned by the caller. Its time is what the
   * prediction's `timings.features` tell.
   */
  readonly features: (images: Tensor4D) => Tensor4D[];
  readonly backbone: Backbone;
}

export interface ScoredView {
  /** [inputSize, inputSize] */
  readonly map: Float32Array;
  readonly score: number;
}

/** A network as functions of named arrays. It keeps no state and holds no tensors. */
export interface TrainedNetwork {
  /** Those with `isTrained` are trained; the others are drawn once and kept (rotations, codes, what `conclude` gives). */
  readonly parameters: readonly Parameter[];
  /** Changed by the loss itself, through `update`: running statistics. Default none. Names differ from those of parameters. */
  readonly buffers?: readonly Parameter[];
  /**
   * Parameters that have optimiser steps of their own, several on each batch if need be: see `TrainingProblem.parts`. Default: one step
   * on each batch, which moves all that are trained.
   * @param images in a full batch; methods with parts leave out the last one where it is not full, and see an image as one view
   */
  readonly parts?: (images: number) => readonly TrainingPart[];
  /** The mean loss of a batch's images (else the design `needsWholeBatch`). Runs inside `tf.tidy` and the tape; depends on every trained parameter, or every one of its part. */
  readonly loss: (inputs: TrainingLoss) => Scalar;
  /**
   * Score and map of one view. It may be asynchronous, and leaves no tensor behind; `readScored` makes it from tensors.
   * @param tensors all arrays; the frame's
   */
  readonly score: (input: ScoreInput, tensors: NamedTensors) => Promise<ScoredView>;
  /**
   * How bad the model is on one image that was held out from training (`TrainedDesign.validation`): the mean over images decides for
   * the best epoch. Runs inside `tf.tidy`.
   */
  readonly validate?: (batch: TrainingBatch, tensors: NamedTensors) => Scalar;
  /**
   * After training, once: new values of arrays that are not trained or of buffers, such as the largest likelihood over the training
   * images. `batches` gives the training images one by one, without augmentation (batches of one image; the frame disposes of each
   * before the next one is made).
   */
  readonly conclude?: (
    batches: AsyncIterable<TrainingBatch>,
    tensors: NamedTensors,
  ) => Promise<Readonly<Record<string, Float32Array>>>;
}

/**
 * @typeParam State what is drawn once and kept beside the arrays, as JSON: orders of channels; `null` if there is nothing
 */
export interface TrainedDesign<Config extends TrainedConfig, State> {
  /** The id in the registry and in model files. */
  readonly method: string;
  /** Its name in messages: the class. */
  readonly name: string;
  /** Checks an untrusted model file's state for this setting, sizes and orders included; see `permutation`. */
  readonly state: (setting: Setting<Config>) => z.ZodType<State>;
  /** Draws the state of a new model from `config.seed`. */
  readonly draw: (setting: Setting<Config>) => State;
  /** @throws IadError BAD_CONFIG for a configuration that does not fit the features */
  readonly network: (setting: Setting<Config>, state: State) => TrainedNetwork;
  /** Fields of the configuration that make the network smaller, for those for whom it is too large. Default: none but its layers. */
  readonly sizedBy?: readonly (keyof Config & string)[];
  /** Optimiser, schedule, clipping; epochs, batch size and seed are the configuration's. */
  readonly training: (config: Config) => Pick<TrainingConfig, 'optimizer' | 'schedule' | 'clipNorm' | 'dropLast'>;
  /**
   * Whether the loss, or a new value of a buffer, is anything else than a mean over the batch's images, as with batch norms: such a
   * method is trained on one thread. Default false: threads divide the batch.
   */
  readonly needsWholeBatch?: boolean;
  /** Whether the batch has the images' pixels besides their features. Default false. */
  readonly usesPixels?: boolean;
  /** What the backbone sees of a view, several inputs if need be; default: the view itself. */
  readonly inputs?: (config: Config) => FeatureInputs;
  /** The frozen backbone, where it is not the plain network; with a `hash` of its own if its features are others. */
  readonly backbone?: (weights: FoldedWeights, config: Config) => Backbone;
  /**
   * The views that a training image is seen as in one step, any number of them, of the view's size; null: the view itself, whose
   * features are then computed once and cached. The generator is the image's own, anew in every batch.
   */
  readonly augment?: (config: Config) => ((view: Image, random: Random) => Image[]) | null;
  /** Whether a view is scored by the features of changed copies of it, which no cache keeps. Default false. */
  readonly scoresChanged?: boolean;
  /**
   * Images held out from training to choose the best epoch by `TrainedNetwork.validate`; default and null: none, the last epoch counts.
   * @param images how many there are to train on and to hold out
   */
  readonly validation?: (
    config: Config,
    images: number,
  ) => {
    /** Share of the images, above 0, below 1; see splitValidation. Of a single image none is held out. */
    readonly share: number;
    /** Stop after so many epochs without a better one; default: never. */
    readonly patience?: number;
  } | null;
}
