// Worker threads in Node that compute gradients: each has a wasm backend of its own, the model lies on shared memory.
import { WorkerPool } from '../../runtime/pool.node.js';
import { share } from './share.js';
import type { StepSamples } from './training/problem-gradients.js';
import type { ShardInit, ShardResult } from './training/shard.js';
import type { ShardOutcome, ShardThreads } from './training/sharded.js';
import { WORKER_SCRIPT } from './worker-script.node.js';

export function shardThreads(method: string, init: Omit<ShardInit, 'model'>, size: number): ShardThreads | null {
  const bytes = init.layout.length * Float32Array.BYTES_PER_ELEMENT;
  const model = new Float32Array(new SharedArrayBuffer(bytes));
  const pool = new WorkerPool<unknown, StepSamples, ShardResult>(
    WORKER_SCRIPT,
    { method, training: share({ ...init, model }) },
    size,
  );
  return {
    model,
    async run(shards) {
      const describe = ({ step, shard }: StepSamples) =>
        `training step ${step + 1}, part ${shard + 1} of ${shards.length}`;
      const outcomes: ShardOutcome[] = [];
      // The pool gives buffers of earlier outcomes to new jobs, and there is none: all shards are under way from the start.
      for await (const outcome of pool.map(shards, describe)) {
        if ('error' in outcome) throw outcome.error;
        outcomes.push({
          result: outcome.result,
          values: new Float32Array(outcome.output ?? new SharedArrayBuffer(0)),
        });
      }
      return outcomes;
    },
    close: () => pool.close(),
  };
}
