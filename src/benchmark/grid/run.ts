// Runs the jobs that are not done: some at once, each recorded as it ends, until all are through or the signal fires.
import { abortedError, throwIfAborted } from '../../runtime/errors.js';
import type { ProgressEvent } from '../../runtime/progress.js';
import type { Execute } from './execute.js';
import type { Job, JobDescription } from './job.js';
import type { JobRecord } from './record.js';

/** Where records are kept. */
export interface RecordStore {
  records(): Promise<Map<string, JobRecord>>;
  write(record: JobRecord): Promise<void>;
}

export interface GridProgress {
  /** Jobs with a record, failed ones among them, and all that are to have one. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Milliseconds that are left; undefined before the first job is done. */
  readonly remainingMs: number | undefined;
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
      onRecord?.(record, job, progressOf(jobs, records, atOnce?.() ?? parallel));
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

function progressOf(jobs: readonly Job[], records: ReadonlyMap<string, JobRecord>, parallel: number): GridProgress {
  const failed = [...records.values()].filter(({ status }) => status === 'failed').length;
  return { done: records.size, total: jobs.length, failed, remainingMs: timeLeft(jobs, records, parallel) };
}

/**
 * A job is expected to take as long as those of its method under its setting did, earlier runs included; else as those of its
 * method; else as all. Failed jobs say nothing. Undefined before any job is done.
 */
export function timeLeft(
  jobs: readonly Job[],
  records: ReadonlyMap<string, JobRecord>,
  parallel: number,
): number | undefined {
  const means = new Map<string, { sum: number; count: number }>();
  for (const { status, description, duration } of records.values()) {
    if (status !== 'done') continue;
    for (const key of likenesses(description)) {
      const { sum, count } = means.get(key) ?? { sum: 0, count: 0 };
      means.set(key, { sum: sum + duration, count: count + 1 });
    }
  }
  if (means.size === 0) return undefined;
  const left = jobs.filter(({ id }) => !records.has(id));
  const expected = left.map(({ description }) => {
    const { sum, count } =
      likenesses(description)
        .map((key) => means.get(key))
        .find((mean) => mean) ?? NOTHING;
    return sum / count;
  });
  return expected.reduce((total, duration) => total + duration, 0) / Math.min(parallel, Math.max(1, left.length));
}

const NOTHING = { sum: 0, count: 1 };

/** From the closest on. */
function likenesses({ method, setting }: JobDescription): string[] {
  return [JSON.stringify([method.name, setting.id]), JSON.stringify([method.name]), '[]'];
}
