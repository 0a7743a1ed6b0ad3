// What a user writes for a method of one's own: a few facts and two functions. `defineMethod` makes a method of it.
import type { Image } from '../../data/types.js';
import type { LearningSetting, MethodInfo } from '../types.js';
import type { CommonConfig } from './config.js';

/** An image as the configuration's geometry gives it: RGB [inputSize, inputSize, 3], 0..255. */
export interface View extends Image {
  /** The image's, for messages. */
  readonly id: string;
}

/** A method's own options with their defaults; an option has the type of its default. */
export type OwnOptions = Readonly<Record<string, number | string | boolean>>;

/** What a fit leaves behind: arrays of finite numbers by name. They are the model file. */
export type OwnArrays = Readonly<Record<string, Float32Array>>;

/** The defaults of options are constants; the options may be anything of their type. */
export type Widened<Options extends OwnOptions> = {
  readonly [Name in keyof Options]: Options[Name] extends number
    ? number
    : Options[Name] extends boolean
      ? boolean
      : string;
};

/** The full configuration: the options that all such methods have, and the method's own. */
export type OwnConfig<Options extends OwnOptions> = CommonConfig & Widened<Options>;

export interface OwnScore {
  /** Anomaly map of the view, [inputSize, inputSize], finite; higher is more anomalous. It is then smoothed (`smoothing`). */
  readonly map: Float32Array;
  /** Of the image; default: the largest value of the smoothed map. */
  readonly score?: number;
}

/** What may be said about a method besides. */
type Facts = Partial<Pick<MethodInfo, 'name' | 'paper' | 'year' | 'family'>> & {
  /** Default: unsupervised, few-shot, noisy. A method with `update` serves `continual` besides. */
  readonly settings?: readonly Exclude<LearningSetting, 'supervised' | 'continual'>[];
};

/** What a fit is told. */
export interface FitContext<Options extends OwnOptions> {
  readonly config: OwnConfig<Options>;
  /** Stops the fit; the views see to that by themselves. */
  readonly signal: AbortSignal | undefined;
}

/**
 * @typeParam Options its own options
 * @typeParam Learned what it learns
 */
export interface MethodDefinition<Options extends OwnOptions, Learned extends OwnArrays> extends Facts {
  /** Lower-case letters, digits and `-`; no other method's. */
  readonly id: string;
  /** Default: none. Names of the common options are taken. */
  readonly options?: Options;
  /**
   * Learns from good images. What is random is drawn from `config.seed`. Tensors are its own affair: none may be left behind.
   * @param views the images, decoded one at a time; every loop over them begins anew
   */
  fit(views: AsyncIterable<View>, context: FitContext<Options>): Learned | Promise<Learned>;
  /** Learns further good images without the earlier ones, and keeps what it knows. Only of methods that can. */
  update?(learned: Learned, views: AsyncIterable<View>, context: FitContext<Options>): Learned | Promise<Learned>;
  /** Judges one view by what was learned. */
  score(view: View, learned: Learned, config: OwnConfig<Options>): OwnScore | Promise<OwnScore>;
}
