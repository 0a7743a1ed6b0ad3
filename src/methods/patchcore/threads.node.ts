// Worker threads in Node: each has a wasm backend of its own, the weights and the memory bank lie on shared memory.
import type { FoldedConv, FoldedWeights } from '../../backbones/types.js';
import { WorkerPool } from '../../runtime/pool.node.js';
import type { Job, JobResult, SessionInit } from './session.js';
import type { Threads } from './threads.js';
import { WORKER_SCRIPT } from './worker-script.node.js';

export function workerThreads(init: SessionInit, size: number): Threads | null {
  const pool = new WorkerPool<SessionInit, Job, JobResult>(WORKER_SCRIPT, shareInit(init), size);
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

function shareInit(init: SessionInit): SessionInit {
  return { ...init, weights: shareWeights(init.weights), bank: init.bank && share(init.bank) };
}

function shareWeights(weights: FoldedWeights): FoldedWeights {
  const convs = Object.entries(weights.convs).map(([name, conv]): [string, FoldedConv] => [
    name,
    { ...conv, kernel: share(conv.kernel), bias: share(conv.bias) },
  ]);
  return { ...weights, convs: Object.fromEntries(convs) };
}

function share(array: Float32Array): Float32Array {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const shared = new Float32Array(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}
