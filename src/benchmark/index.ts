// Evaluation of methods on datasets.
export { checkEvaluable, type EvaluateOptions, evaluate } from './evaluate.js';
export { predictionRecord, predictionsRecord } from './predictions.js';
export type * from './types.js';
