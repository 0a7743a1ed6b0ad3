// Trains a design's network on good images, from the first epoch to arrays on the host.
import * as tf from '@tensorflow/tfjs';
import { temporaryCache } from '#platform/methods/parts/feature-cache/temporary';
import { IadError, yieldTurn } from '../../../runtime/errors.js';
import type { FitOptions } from '../../types.js';
import type { NamedTensors } from '../flow/parameters.js';
import { type NamedImage, originalsOf } from '../inputs.js';
import { openWorkers } from '../open-threads.js';
import { type Split, stepsPerEpoch } from '../training/batches.js';
import {
  splitValidation,
  type TrainingConfig,
  type TrainingProblem,
  type TrainingResult,
  train,
  type Validation,
} from '../training/index.js';
import { arraysOf, download, type NamedArrays } from './arrays.js';
import { checkpointing } from './checkpointing.js';
import { conclude } from './conclude.js';
import type { TrainedConfig } from './config.js';
import type { TrainedDesign, TrainingBatch } from './design.js';
import { type OpenProblem, openProblem, type ProblemInit } from './problem.js';
import { trainedSessions } from './session.js';
import { trainingOnThreads, trainingThreads } from './threads.js';

export interface TrainedFitOptions extends FitOptions {
  /**
   * A file that the training's state is kept in, so that a fit that was stopped goes on from it: the end is the same to the bit on the
   * same backend and machine with as many `workers`. It stays after the fit, for a save that fails; a fit that finds the end of its training in it trains no
   * more. Delete it when the model is saved. Node only.
   */
  checkpoint?: string;
  /** Training steps between two checkpoints; default: an epoch's. A fit that is stopped by `signal` writes one besides. */
  checkpointEvery?: number;
  /**
   * A folder for frozen features, which later calls on the same images find again. Default: a temporary folder, removed at the end.
   * Either way they are rounded to float16, and no more than `cacheBudget` bytes are kept. Node only.
   */
  cacheFolder?: string;
}

/** How a training went. */
export type TrainingRecord = Pick<TrainingResult, 'epochs' | 'epoch' | 'steps'>;

export interface LearnedNetwork {
  readonly arrays: NamedArrays;
  /** Images that it learned from; those that chose the epoch are not among them. */
  readonly images: number;
  readonly skipped: readonly { id: string; reason: string }[];
  readonly training: TrainingRecord;
  readonly timings: { readonly features: number; readonly training: number };
}

/**
 * @throws IadError NO_GOOD_IMAGES, an image's own error (unless `skipBad`), BAD_CONFIG, ABORTED, TRAINING_DIVERGED; MODEL_FORMAT,
 *   MODEL_CORRUPT or MODEL_MISMATCH for a checkpoint that is none, damaged or another training's; DISK_FULL, WRITE_FAILED;
 *   WORKER_CRASHED. Nothing is left on the device.
 */
export async function learn<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  init: Omit<ProblemInit<Config, State>, 'cache'>,
  options: TrainedFitOptions,
): Promise<LearnedNetwork> {
  const { cacheFolder: folder } = options;
  const { config, images } = init;
  const { cacheBudget } = config;
  const workers = trainingThreads(design, config, images.length, options.workers);
  // Every thread keeps samples in memory, and this one too.
  const memoryBudget = workers > 1 ? Math.floor(config.memoryBudget / (workers + 1)) : config.memoryBudget;
  const temporary = folder === undefined ? await temporaryCache(cacheBudget) : null;
  try {
    const cache = temporary?.options ?? { ...(folder !== undefined && { folder }), maxBytes: cacheBudget };
    const shared = { ...init, config: { ...config, memoryBudget }, cache };
    const problem = await openProblem(design, shared, options.signal);
    try {
      return await learnFrom(design, shared, problem, workers, options);
    } finally {
      problem.dispose();
    }
  } finally {
    await temporary?.remove();
  }
}

async function learnFrom<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  init: ProblemInit<Config, State>,
  problem: OpenProblem,
  workers: number,
  options: TrainedFitOptions,
): Promise<LearnedNetwork> {
  const { config, weights, cache } = init;
  const { onProgress, signal, skipBad = false, workers: wanted } = options;
  const { network, samples, constants } = problem;
  const start = performance.now();
  const skipped: { id: string; reason: string }[] = [];
  const sessions = trainedSessions(design);
  const readers = samples.areCached
    ? openWorkers(sessions, { config, weights, cache }, samples.images.length, wanted)
    : null;
  try {
    await samples.readAll({ onProgress, signal, skipBad }, skipped, readers);
  } finally {
    await readers?.close();
  }
  const read = performance.now();
  const { images } = samples;
  const validation = design.validation?.(config, images.length) ?? null;
  const split = validation && splitOriginals(images, validation.share, config.seed);
  const training = split?.training ?? images.map((_, i) => i);
  const rules: TrainingConfig = {
    ...design.training(config),
    length: { epochs: config.epochs },
    batchSize: Math.min(config.batchSize, training.length),
    seed: config.seed,
  };
  const whole = problem.of(training);
  const result = await train(whole, rules, {
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(validation && split && { validation: validationOf(problem, split.validation, validation.patience) }),
    ...(await checkpointing(design, { ...init, images }, options, epochSteps(rules, whole))),
    threads: { kind: trainingOnThreads(design), init: { ...init, images, indices: training }, workers },
  });
  try {
    const tensors = { ...constants, ...result.parameters, ...result.buffers };
    const arrays = await download(arraysOf(network), tensors);
    const last = await conclude(problem, training, tensors, options);
    const { epochs, epoch, steps } = result;
    return {
      arrays: { ...arrays, ...last },
      images: training.length,
      skipped,
      training: { epochs, epoch, steps },
      timings: { features: read - start, training: performance.now() - read },
    };
  } finally {
    tf.dispose([result.parameters, result.buffers]);
  }
}

/** Of an original that is held out none of its copies is trained on, and the first one is looked at; null for a single original. */
function splitOriginals(images: readonly NamedImage[], share: number, seed: number): Split | null {
  const originals = originalsOf(images);
  const count = new Set(originals).size;
  if (count < 2) return null;
  const { training, validation } = splitValidation(count, share, seed);
  const kept = new Set(training);
  return {
    training: originals.flatMap((original, i) => (kept.has(original) ? [i] : [])),
    validation: validation.map((original) => originals.indexOf(original)),
  };
}

function epochSteps(
  { batchSize, dropLast = false, seed }: TrainingConfig,
  { samples, parts }: Pick<TrainingProblem<TrainingBatch>, 'samples' | 'parts'>,
): number {
  const onEach = parts?.reduce((sum, { steps }) => sum + steps, 0) ?? 1;
  return stepsPerEpoch({ samples, batchSize, dropLast, seed }) * onEach;
}

/** The mean of the network's own value over images that it does not learn from. */
function validationOf(
  { network, samples, constants }: OpenProblem,
  held: readonly number[],
  patience: number | undefined,
): Validation {
  const one = async (index: number, tensors: NamedTensors) => {
    const batch = await samples.batch([index], null);
    const value = tf.tidy(() => {
      if (network.validate) return network.validate(batch, tensors);
      throw new IadError('BAD_ARGUMENT', 'a design with a validation needs a network that can validate', {
        path: 'validate',
      });
    });
    tf.dispose(batch);
    const [number] = await value.data<'float32'>().finally(() => value.dispose());
    return number ?? Number.NaN;
  };
  return {
    async evaluate({ parameters, buffers }) {
      let sum = 0;
      for (const index of held) {
        sum += await one(index, { ...constants, ...parameters, ...buffers });
        // Whether to stop, and what to keep then, the loop sees after the epoch.
        await yieldTurn(undefined);
      }
      return sum / held.length;
    },
    ...(patience !== undefined && { patience }),
  };
}
