// A benchmark from its configuration to its records: in this process, in child processes, or on the machines of a queue.
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { featuresFolder } from '../../backbones/cache.node.js';
import { importMethods } from '../../methods/modules.node.js';
import { isKnownHereOnly } from '../../methods/registry.js';
import type { BackendName } from '../../runtime/backend.js';
import { IadError } from '../../runtime/errors.js';
import { CHILD_SCRIPT } from './child-script.node.js';
import { parseGridConfig } from './config.js';
import { environment } from './environment.node.js';
import { type Execute, recording } from './execute.js';
import { expandGrid, type Grid } from './expand.js';
import { ResultsFolder } from './folder.node.js';
import { type Shard, shardOf } from './job.js';
import { inProcesses } from './processes.node.js';
import type { QueueAddress } from './queue/address.js';
import { runThroughQueue } from './queue.node.js';
import type { JobRecord } from './record.js';
import { type RecordStore, type RunOptions, runGrid } from './run.js';
import { methodWork } from './work.js';

export interface ExecutorOptions {
  /** Child processes, each for one job at a time; 0: one job after another in this process, on its backend. */
  readonly processes: number;
  /** Threads of each job. Default: as many as the library takes by itself; the cores are shared among jobs that run at once. */
  readonly workers?: number;
  /** Of the child processes. */
  readonly backend: BackendName | 'auto';
  /** Files that bring methods of users, imported in child processes; in this one they are already. */
  readonly modules?: readonly string[];
  /** Where outputs of backbones are kept, if a job asks for that. Default: `features` in the library's cache folder. */
  readonly cacheFolder?: string;
}

/** In this process, on the fastest backend, until all is done, unless told otherwise. */
export interface BenchmarkOptions
  extends Partial<Omit<ExecutorOptions, 'modules' | 'cacheFolder'>>,
    Partial<Omit<RunOptions, 'parallel'>> {
  /** The results folder. */
  readonly out: string;
  /** What the paths of the configuration are relative to. Default: the working directory. */
  readonly base?: string;
  /** Where Redis is, whose workers carry the jobs out; `processes`, `workers` and `backend` are then theirs to choose. */
  readonly queue?: QueueAddress;
  /** Told when jobs wait in the queue and no worker is connected. */
  readonly onNoWorker?: () => void;
  /** Only a part of the jobs. */
  readonly shard?: Shard;
  /** Told before the first job starts: the jobs of this run, what is skipped, and how many of the jobs have a record. */
  readonly onBegin?: (grid: Grid, recorded: number) => void;
}

/**
 * Runs what has no record yet of a configuration's jobs.
 * @returns the records of this run's jobs, earlier ones among them
 * @throws IadError BAD_CONFIG, BAD_ARGUMENT, MODULE_FAILED, a dataset's own error; RESULTS_MISMATCH, RESULTS_CORRUPT, RESULTS_UNREADABLE; ABORTED;
 *   QUEUE_UNAVAILABLE; no failure of a job
 */
export async function runBenchmark(config: unknown, given: BenchmarkOptions): Promise<JobRecord[]> {
  const options = { processes: 0, backend: 'auto', signal: new AbortController().signal, ...given } as const;
  const { out, base = '', shard = { index: 1, count: 1 }, signal, onBegin } = options;
  const locate = (path: string) => (isAbsolute(path) ? path : join(base, path));
  const parsed = parseGridConfig(config);
  const modules = (parsed.modules ?? []).map((path) => resolve(locate(path)));
  await importMethods(modules);
  const grid = await expandGrid(parsed, { locate, signal });
  if (options.processes > 0 || options.queue) checkKnownElsewhere(grid);
  const folder = await ResultsFolder.open(out, grid);
  const jobs = shardOf(grid.jobs, shard);
  // Read once: every record is checked, and there may be thousands.
  const there = await folder.records();
  const store: RecordStore = { records: async () => there, write: (record) => folder.write(record) };
  onBegin?.({ jobs, skipped: grid.skipped }, jobs.filter(({ id }) => there.has(id)).length);
  if (options.queue) return runThroughQueue(jobs, store, { ...options, address: options.queue });
  const features = join(out, 'features');
  const execute = await executor({ ...options, modules, cacheFolder: features });
  const records = await runGrid(jobs, store, execute, { ...options, parallel: Math.max(1, options.processes) });
  // Nobody else of this folder needs them any more.
  if (await folder.isComplete()) await rm(features, { recursive: true, force: true });
  return records;
}

/** @throws IadError BAD_ARGUMENT for a method that child processes and workers cannot know */
function checkKnownElsewhere({ jobs }: Grid): void {
  const here = jobs.map(({ description }) => description.method.id).find(isKnownHereOnly);
  if (here === undefined) return;
  const hint = 'Make it the default export of a file, and name that in "modules".';
  throw new IadError('BAD_ARGUMENT', 'other processes do not know it', { path: `method ${here}`, hint });
}

/** How jobs are carried out on this machine. */
export async function executor(options: ExecutorOptions): Promise<Execute> {
  const { processes, workers, backend, modules = [], cacheFolder = featuresFolder() } = options;
  const parallel = Math.max(1, processes);
  // Alone, a job takes as many threads as the library thinks best; several at once share the cores.
  const share = processes > 1 ? Math.max(1, Math.floor(availableParallelism() / processes)) : null;
  const circumstances = { environment: await environment(), workers: workers ?? share, parallel };
  if (processes > 0) {
    return inProcesses({ script: CHILD_SCRIPT, setup: { backend, modules, cacheFolder }, circumstances });
  }
  const work = methodWork({ workers: circumstances.workers, cacheFolder });
  return recording(work, { ...circumstances, ownProcess: false, attempts: 1 });
}
