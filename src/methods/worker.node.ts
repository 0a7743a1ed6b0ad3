// The worker thread's entry: a wasm backend and what a method does on it, then jobs until the pool ends the thread.
import { workerData } from 'node:worker_threads';
import { useThreadBackend } from '../kernels/backend.js';
import { serveJobs } from '../runtime/worker-loop.node.js';
import type { Job, JobResult, SessionInit } from './parts/session.js';
import { openShard, type ShardInit, type ShardResult, type StepSamples } from './parts/training/index.js';
import { sessionKind, trainingKind } from './registry.js';

/** Embeds and scores images with `init`, or computes gradients with `training`. */
type Duty = { readonly init: SessionInit } | { readonly training: ShardInit };

const duty: Duty & { readonly method: string } = workerData;
const backend = useThreadBackend();
if ('training' in duty) {
  const shard = begun(backend.then(() => openShard(trainingKind(duty.method), duty.training)));
  serveJobs<StepSamples, ShardResult>(async (samples) => (await shard)(samples));
} else {
  const session = begun(backend.then(() => sessionKind(duty.method).start(duty.init)));
  serveJobs<Job, JobResult>(async (job) => (await session).answer(job));
}

/** Its failure is every job's, and not the end of the thread, which would know no reason. */
function begun<T>(start: Promise<T>): Promise<T> {
  start.catch(() => {});
  return start;
}
