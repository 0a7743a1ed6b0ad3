// Where jobs run: in this thread, or spread over worker threads.

import { throwIfAborted } from '../../runtime/errors.js';
import type { Job, JobAnswer, Session } from './session.js';

/** One job's end. Its arrays may be reused once the next one is asked for: copy what must stay. */
export type JobOutcome = JobAnswer | { readonly error: Error };

export interface Threads {
  /** Outcomes in the order of the jobs; failed jobs do not stop the others. */
  run(jobs: Iterable<Job>, signal?: AbortSignal): AsyncGenerator<JobOutcome, void, undefined>;
  close(): Promise<void>;
}

/** Runs jobs one after another on this thread's backend. */
export async function thisThread<Init>(kind: { start(init: Init): Promise<Session> }, init: Init): Promise<Threads> {
  const session = await kind.start(init);
  return {
    async *run(jobs, signal) {
      for (const job of jobs) {
        throwIfAborted(signal);
        yield await session.answer(job).catch((error: unknown) => ({ error: asError(error) }));
        // Lets timers, signals and the page have their turn between two images.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    },
    async close() {
      session.dispose();
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
