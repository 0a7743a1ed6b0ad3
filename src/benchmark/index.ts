// Evaluation of methods on datasets.
export { type EvaluateOptions, evaluate } from './evaluate.js';
export { type PredictionRecord, type PredictionsRecord, predictionRecord, predictionsRecord } from './predictions.js';
export type * from './types.js';
