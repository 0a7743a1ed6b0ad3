// Worker threads in Node: each has a wasm backend of its own, the weights and what was learned lie on shared memory.
import { WorkerPool } from '../../runtime/pool.node.js';
import type { Job, JobResult, SessionInit } from './session.js';
import { share } from './share.js';
import type { Threads } from './threads.js';
import { WORKER_SCRIPT } from './worker-script.node.js';

export function workerThreads(method: string, init: SessionInit, size: number): Threads | null {
  const pool = new WorkerPool<unknown, Job, JobResult>(WORKER_SCRIPT, { method, init: share(init) }, size);
  return {
    async *run(jobs, signal) {
      for await (const outcome of pool.map(jobs, ({ id }) => id, signal)) {
        if ('error' in outcome) yield outcome;
        else {
          const all = new Float32Array(outcome.output ?? new SharedArrayBuffer(0));
          const { split, rest } = outcome.result;
          yield { result: outcome.result, arrays: [all.subarray(0, split), all.subarray(split, split + rest)] };
        }
      }
    },
    close: () => pool.close(),
  };
}
