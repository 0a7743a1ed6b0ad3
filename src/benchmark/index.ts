// Evaluation of methods on datasets, benchmarks of many at once, the learning settings to evaluate them in, and published numbers to
// compare with.
export { readResults } from '#platform/benchmark/grid/folder';
export { type BenchmarkOptions, runBenchmark } from '#platform/benchmark/grid/index';
export { checkEvaluable, type EvaluateOptions, evaluate } from './evaluate.js';
export { type GridConfig, type GridOptions, parseGridConfig } from './grid/config.js';
export { type Job, type JobDescription, jobTitle, type Shard } from './grid/job.js';
export type { GridManifest, JobOutcome, JobRecord } from './grid/record.js';
export { gridTable, type TableRow, tableText } from './grid/table.js';
export { predictionRecord, predictionsRecord } from './predictions.js';
export * from './published/index.js';
export * from './settings/index.js';
export type * from './types.js';
