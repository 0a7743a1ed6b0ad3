// The training loop, as the methods use it.

export { type Split, splitValidation } from './batches.js';
export { checkpointFile } from './checkpoint-file.js';
export { type Optimizer, type OptimizerInput, optimizerSchema } from './optimizer.js';
export { ProblemGradients, type StepSamples } from './problem-gradients.js';
export { type Schedule, type ScheduleInput, scheduleSchema } from './schedule.js';
export { openShard, type ShardInit, type ShardResult, type TrainingKind } from './shard.js';
export type { TrainingThreads } from './source.js';
export { type TrainingOptions, train } from './train.js';
export {
  type CheckpointStore,
  type EpochRecord,
  type LossInputs,
  type Model,
  type OptimizerOf,
  type SampleRandom,
  type Tensors,
  type TrainingConfig,
  type TrainingPart,
  type TrainingProblem,
  type TrainingResult,
  trainingSchema,
  type Validation,
} from './types.js';
