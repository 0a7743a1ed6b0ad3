// A browser has no folder for the results of a benchmark: there, `evaluate` judges one method on one dataset.
import { IadError } from '../../runtime/errors.js';
import type { BenchmarkOptions } from './index.node.js';
import type { JobRecord } from './record.js';

export type { BenchmarkOptions };

/** @throws IadError NODE_ONLY, always */
export async function runBenchmark(_config: unknown, { out }: BenchmarkOptions): Promise<JobRecord[]> {
  throw new IadError('NODE_ONLY', 'benchmarks run in Node only', { path: out, hint: 'Use evaluate() in a browser.' });
}
