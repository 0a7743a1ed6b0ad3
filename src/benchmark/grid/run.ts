// Runs the jobs that are not done: some at once, each recorded as it ends, until all are through or the signal fires.
import { abortedError, throwIfAborted } from '../../runtime/errors.js';
import type { ProgressEvent } from '../../runtime/progress.js';
import type { Execute } from './execute.js';
import type { Job } from './job.js';
import { type GridProgress, ProgressCount } from './progress.js';
import type { JobRecord } from './record.js';

/** Where records are kept. */
export interface RecordStore {
  records(): Promise<Map<string, JobRecord>>;
  write(record: JobRecord): Promise<void>;
}

export interface RunOptions {
  /** Jobs at once. */
  readonly parallel: number;
  /** Of these, how many are really under way, for the time left; default: all. */
  readonly atOnce?: () => number;
  readonly signal: AbortSignal;
  /** Runs jobs once more that failed in an earlier run. */
  readonly retryFailed?: boolean;
  readonly onRecord?: (record: JobRecord, job: Job, progress: GridProgress) => void;
  readonly onProgress?: (job: Job, event: ProgressEvent) => void;
}

/**
 * Runs those of the jobs that have no record yet. A job that fails is recorded and stops nothing.
 * @returns the records of these jobs, in their order
 * @throws IadError ABORTED once every job under way has stopped; what `execute` and the store throw
 */
export async function runGrid(
  jobs: readonly Job[],
  store: RecordStore,
  execute: Execute,
  { parallel, atOnce, signal, retryFailed = false, onRecord, onProgress }: RunOptions,
): Promise<JobRecord[]> {
  const there = await store.records();
  const records = new Map<string, JobRecord>();
  for (const { id } of jobs) {
    const record = there.get(id);
    if (record && !(retryFailed && record.status === 'failed')) records.set(id, record);
  }
  const progress = new ProgressCount(jobs, records.values());
  const pending = jobs.filter(({ id }) => !records.has(id));
  const waiting = pending.values();
  const stop = new AbortController();
  const forward = () => stop.abort(signal.reason);
  signal.addEventListener('abort', forward);
  const lane = async () => {
    for (const job of waiting) {
      throwIfAborted(stop.signal);
      const record = await execute(job, stop.signal, (event) => onProgress?.(job, event));
      await store.write(record);
      records.set(job.id, record);
      progress.add(record);
      onRecord?.(record, job, progress.now(atOnce?.() ?? parallel));
    }
  };
  try {
    throwIfAborted(signal);
    const lanes = Array.from({ length: Math.min(parallel, pending.length) }, () =>
      // One lane's end by an error ends all: none may go on by itself behind the caller's back.
      lane().catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    );
    const ended = await Promise.allSettled(lanes);
    if (ended.some(({ status }) => status === 'rejected')) {
      throw signal.aborted ? abortedError(signal) : stop.signal.reason;
    }
  } finally {
    signal.removeEventListener('abort', forward);
  }
  return jobs.flatMap(({ id }) => records.get(id) ?? []);
}
