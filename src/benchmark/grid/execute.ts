// How the outcome of a job becomes its record, whatever goes wrong.
import { peakMemory } from '#platform/runtime/machine';
import { abortedError, IadError, type IadErrorCode } from '../../runtime/errors.js';
import type { OnProgress } from '../../runtime/progress.js';
import type { Job } from './job.js';
import type { Environment, JobOutcome, JobRecord, JobTask } from './record.js';

/** What a job that ends well has found. */
export interface JobResults {
  readonly tasks: readonly JobTask[];
  readonly outcomes: readonly JobOutcome[];
}

/** The work of a job; throws what went wrong. */
export type Work = (job: Job, signal: AbortSignal, onProgress: OnProgress) => Promise<JobResults>;

/** A job to its record. Throws only what is not the job's fault: ABORTED, a full disk, no backend. */
export type Execute = (job: Job, signal: AbortSignal, onProgress: OnProgress) => Promise<JobRecord>;

/** What a record says besides the job's own results. */
export interface Circumstances {
  readonly environment: Environment;
  /** Threads of the job; null: as many as the library takes by itself. */
  readonly workers: number | null;
  readonly parallel: number;
  readonly ownProcess: boolean;
  readonly attempts: number;
}

/** With these every job would fail: the grid stops instead. */
const NO_JOBS_FAULT: readonly IadErrorCode[] = ['ABORTED', 'BACKEND_UNAVAILABLE', 'BACKEND_WRONG', 'DISK_FULL'];

export function recording(work: Work, circumstances: Circumstances): Execute {
  return async (job, signal, onProgress) => {
    const begun = begin(job, circumstances);
    try {
      const results = await work(job, signal, onProgress);
      return { ...begun.end(peakMemory()), status: 'done', ...results };
    } catch (error) {
      if (signal.aborted) throw abortedError(signal);
      if (error instanceof IadError && NO_JOBS_FAULT.includes(error.code)) throw error;
      return { ...begun.end(peakMemory()), status: 'failed', error: described(error) };
    }
  };
}

/** What records of both kinds have in common, from now on. */
export function begin({ id, description }: Job, circumstances: Circumstances) {
  const started = new Date().toISOString();
  const start = performance.now();
  return {
    end: (memory: number | null) => {
      const duration = performance.now() - start;
      return {
        schema: 'iad-tf/job@1',
        id,
        description,
        ...circumstances,
        started,
        duration,
        peakMemory: memory,
      } as const;
    },
  };
}

function described(error: unknown): { code: string | null; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof IadError ? error.code : null, message };
}
