// Where a fit keeps its training, and what tells its training from another's.
import { sha256 } from '../../../runtime/sha256.js';
import { contentHash } from '../feature-cache/index.js';
import { checkpointFile, type TrainingOptions } from '../training/index.js';
import type { TrainedConfig } from './config.js';
import type { TrainedDesign } from './design.js';
import type { TrainedFitOptions } from './learn.js';
import type { ProblemInit } from './problem.js';

/** Fields that the training does not depend on: they may change before it goes on. */
const FREE: readonly string[] = [
  'smoothing',
  'falseAlarmRate',
  'pixelFalseAlarmRate',
  'memoryBudget',
  'cacheBudget',
] satisfies (keyof TrainedConfig)[];

/** What `train` needs for checkpoints; nothing without. @param epochSteps steps in an epoch */
export async function checkpointing<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  init: Omit<ProblemInit<Config, State>, 'cache'>,
  { checkpoint, checkpointEvery }: TrainedFitOptions,
  epochSteps: number,
): Promise<Pick<TrainingOptions, 'checkpoints' | 'identity'>> {
  if (checkpoint === undefined) return {};
  const everySteps = checkpointEvery ?? epochSteps;
  return { checkpoints: { store: checkpointFile(checkpoint), everySteps }, identity: await identity(design, init) };
}

/** Method, configuration, backbone, what was drawn, and the images' content in their order. */
async function identity<Config extends TrainedConfig, State>(
  { method }: TrainedDesign<Config, State>,
  { config, weights, state, images }: Omit<ProblemInit<Config, State>, 'cache'>,
): Promise<string> {
  const fields = Object.entries(config).filter(([field]) => !FREE.includes(field));
  const hashes: string[] = [];
  for (const image of images) hashes.push(await contentHash(image));
  const text = JSON.stringify([method, fields.sort(), weights.hash, state, hashes]);
  return sha256(new TextEncoder().encode(text));
}
