// Trivial jobs through a Redis server on this machine, with a worker in this process.

import type { Execute } from '../../src/benchmark/grid/execute.js';
import type { Job } from '../../src/benchmark/grid/job.js';
import { parseQueueAddress } from '../../src/benchmark/grid/queue/address.js';
import { serveQueue } from '../../src/benchmark/grid/queue/worker.node.js';
import { runThroughQueue } from '../../src/benchmark/grid/queue.node.js';
import type { RecordStore } from '../../src/benchmark/grid/run.js';
import { IadError } from '../../src/runtime/errors.js';
import { RedisServer } from '../../test/helpers/redis.js';

/** Milliseconds from putting the jobs in until the last record is written; the server runs before. */
export async function throughRedis(
  jobs: readonly Job[],
  store: RecordStore,
  execute: Execute,
  parallel: number,
): Promise<number> {
  const redis = await RedisServer.start();
  try {
    const address = parseQueueAddress(redis.address);
    const stop = new AbortController();
    const locate = async (job: Job) => job;
    const working = serveQueue(execute, { address, parallel, machine: 'here', locate, signal: stop.signal }).catch(
      ignoreStop,
    );
    const begin = performance.now();
    await runThroughQueue(jobs, store, { address, signal: new AbortController().signal });
    const ms = performance.now() - begin;
    stop.abort('the measurement');
    await working;
    return ms;
  } finally {
    await redis.remove();
  }
}

function ignoreStop(error: unknown): void {
  if (!(error instanceof IadError && error.code === 'ABORTED')) throw error;
}
