// The training of a design on worker threads: each opens the problem for itself, and reads its samples from the same cache.
import { threadCount } from '../open-threads.js';
import { ProblemGradients, type TrainingKind } from '../training/index.js';
import type { TrainedConfig } from './config.js';
import type { TrainedDesign } from './design.js';
import { openProblem, type ProblemInit } from './problem.js';

/** Plain data. */
export interface ThreadInit<Config extends TrainedConfig, State> extends ProblemInit<Config, State> {
  /** Of the images that are trained on. */
  readonly indices: readonly number[];
}

/** How the threads of a method train. */
export function trainingOnThreads<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
): TrainingKind<ThreadInit<Config, State>> {
  return {
    method: design.method,
    async start({ indices, ...init }) {
      const problem = await openProblem(design, init);
      return new ProblemGradients(problem.of(indices));
    },
  };
}

/**
 * How many threads a training takes.
 * @param wanted as the caller wants it; undefined: by the number of images
 * @throws IadError BAD_ARGUMENT if it is no number of threads
 */
export function trainingThreads<Config extends TrainedConfig, State>(
  { needsWholeBatch = false }: TrainedDesign<Config, State>,
  { batchSize }: Config,
  images: number,
  wanted: number | undefined,
): number {
  const workers = Math.min(batchSize, threadCount(images, wanted));
  return needsWholeBatch ? 1 : workers;
}
