// Worker threads in Node: each has a wasm backend of its own, the weights and what was learned lie on shared memory.
import { WorkerPool } from '../../runtime/pool.node.js';
import type { Job, JobResult, SessionInit } from './session.js';
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

/** Plain data with its arrays of numbers on shared memory: posted to several threads, they are copied once. */
function share(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Uint16Array) return shareArray(value);
  if (Array.isArray(value)) return value.map(share);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, share(inner)]));
}

function shareArray(array: Float32Array | Uint16Array): Float32Array | Uint16Array {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const buffer = new SharedArrayBuffer(array.byteLength);
  const shared = array instanceof Float32Array ? new Float32Array(buffer) : new Uint16Array(buffer);
  shared.set(array);
  return shared;
}
