// The frame of trained methods: a method gives its design, the frame does the rest.

export { TrainedMethod } from '../trained-method.js';
export { TRAINED_DEFAULTS, TRAINED_FIELDS, type TrainedConfig } from './config.js';
export type {
  FeatureShape,
  ScoredView,
  ScoreInput,
  Setting,
  TrainedDesign,
  TrainedNetwork,
  TrainingBatch,
  TrainingLoss,
} from './design.js';
export { trainedConfig } from './file.js';
export { TRAINED_FLAGS } from './flags.js';
export type { TrainedFitOptions, TrainingRecord } from './learn.js';
export { permutation } from './permutation.js';
export { pyramid, SHRINKINGS } from './pyramid.js';
export { type MapAndScore, readScored } from './scored.js';
export { trainedSessions } from './session.js';
