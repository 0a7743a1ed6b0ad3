// A benchmark from its configuration to its records, in this process or in child processes.
import { availableParallelism } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { BackendName } from '../../runtime/backend.js';
import type { MethodSetup } from './child.node.js';
import { CHILD_SCRIPT } from './child-script.node.js';
import { parseGridConfig } from './config.js';
import { environment } from './environment.node.js';
import { type Execute, recording } from './execute.js';
import { expandGrid } from './expand.js';
import { ResultsFolder } from './folder.node.js';
import { type Job, type Shard, shardOf } from './job.js';
import { inProcesses } from './processes.node.js';
import type { JobRecord } from './record.js';
import { type RunOptions, runGrid } from './run.js';
import { SETTINGS } from './settings.js';
import { methodWork } from './work.js';

export interface BenchmarkOptions extends Omit<RunOptions, 'parallel'> {
  /** The results folder. */
  readonly out: string;
  /** What the dataset folders of the configuration are relative to. Default: the working directory. */
  readonly base?: string;
  /** Child processes, each for one job at a time; 0: one job after another in this process, on its backend. */
  readonly processes: number;
  /** Threads of each job. Default: the cores, divided among the jobs that run at once. */
  readonly workers?: number;
  /** Of the child processes. */
  readonly backend: BackendName | 'auto';
  /** Only a part of the jobs. */
  readonly shard?: Shard;
  /** Told before the first job starts: all jobs of this run, and how many of them have a record. */
  readonly onBegin?: (jobs: readonly Job[], recorded: number) => void;
}

/**
 * Runs what has no record yet of a configuration's jobs.
 * @returns the records of this run's jobs, earlier ones among them
 * @throws IadError BAD_CONFIG, BAD_ARGUMENT, a dataset's own error; RESULTS_MISMATCH, RESULTS_CORRUPT; ABORTED; no failure of a job
 */
export async function runBenchmark(config: unknown, options: BenchmarkOptions): Promise<JobRecord[]> {
  const { out, base = '', shard = { index: 1, count: 1 }, signal, onBegin } = options;
  const all = await expandGrid(parseGridConfig(config), {
    settings: SETTINGS,
    locate: (folder) => (isAbsolute(folder) ? folder : join(base, folder)),
    signal,
  });
  const folder = await ResultsFolder.open(out, all);
  const jobs = shardOf(all, shard);
  if (onBegin) {
    const recorded = await folder.records();
    onBegin(jobs, jobs.filter(({ id }) => recorded.has(id)).length);
  }
  return runGrid(jobs, folder, await executor(options), { ...options, parallel: Math.max(1, options.processes) });
}

async function executor({ processes, workers, backend }: BenchmarkOptions): Promise<Execute> {
  const circumstances = { environment: await environment(), parallel: Math.max(1, processes) };
  if (processes === 0) return recording(methodWork(workers), { ...circumstances, ownProcess: false, attempts: 1 });
  const share = Math.max(1, Math.floor(availableParallelism() / processes));
  const setup: MethodSetup = { backend, workers: workers ?? share };
  return inProcesses({ script: CHILD_SCRIPT, setup, circumstances });
}
