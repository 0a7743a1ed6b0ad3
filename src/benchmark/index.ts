// Evaluation of methods on datasets, the learning settings to evaluate them in, and published numbers to compare with.
export { checkEvaluable, type EvaluateOptions, evaluate } from './evaluate.js';
export { predictionRecord, predictionsRecord } from './predictions.js';
export * from './published/index.js';
export * from './settings/index.js';
export type * from './types.js';
