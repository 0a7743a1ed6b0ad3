// A grid whose jobs are carried out by workers on other machines, through a queue in Redis.
//
// Every job runs at least once: one whose worker dies is given to another, one that Redis has lost is put in again, and a
// record that comes twice is the same file. The jobs and their records lie in Redis under the jobs' ids, so that a coordinator
// that was killed finds them there.
import { environment } from './environment.node.js';
import type { Job } from './job.js';
import { Coordinator, type CoordinatorOptions } from './queue/coordinator.node.js';
import type { JobRecord } from './record.js';
import { type RecordStore, type RunOptions, runGrid } from './run.js';

export interface QueueRunOptions
  extends Omit<RunOptions, 'parallel' | 'atOnce' | 'onProgress'>,
    Omit<CoordinatorOptions, 'circumstances'> {}

/**
 * As `runGrid`, by the workers at this address. Stopped by the signal, it takes the jobs that no worker has begun out of the queue.
 * @throws IadError as `runGrid`; QUEUE_UNAVAILABLE if Redis cannot be reached, refuses a command, or is silent for longer than
 *   `patience` (30 s); all records that came before are written
 */
export async function runThroughQueue(
  jobs: readonly Job[],
  store: RecordStore,
  options: QueueRunOptions,
): Promise<JobRecord[]> {
  const circumstances = { environment: await environment(), workers: null, parallel: 1 };
  const coordinator = await Coordinator.open({ ...options, circumstances });
  try {
    await coordinator.sweep((await store.records()).keys());
    return await runGrid(jobs, store, coordinator.execute, {
      ...options,
      parallel: Math.max(1, jobs.length),
      atOnce: () => coordinator.atOnce,
      onRecord: (record, job, progress) => {
        coordinator.forget(job);
        options.onRecord?.(record, job, progress);
      },
    });
  } finally {
    await coordinator.close(jobs);
  }
}
