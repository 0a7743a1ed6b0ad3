// A worker for the tests of WorkerPool: each job says how it ends.
import { threadId, workerData } from 'node:worker_threads';
import { IadError } from '../../dist/runtime/errors.js';
import { serveJobs } from '../../dist/runtime/worker-loop.node.js';

if (workerData.failAtStart) throw new Error('no start today');

const underWay = new Int32Array(workerData.counter);

serveJobs(async (job) => {
  Atomics.add(underWay, 1, 1);
  if (job.wait) await new Promise((resolve) => setTimeout(resolve, job.wait));
  if (job.exit !== undefined) process.exit(job.exit);
  if (job.throwLater)
    setTimeout(() => {
      throw job.throwLater;
    }, 0);
  if (job.throwLater || job.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (job.fail === 'coded') throw new IadError('IMAGE_UNREADABLE', 'cut short', { path: job.name });
  if (job.fail === 'plain') throw new Error('odd');
  if (job.fail === 'text') throw 'just text';
  if (job.unreadable) return { result: () => 1, arrays: [] };
  if (job.memory) {
    const hog = [];
    for (;;) hog.push(new Array(1e6).fill(Math.random()));
  }
  const array = Float32Array.from({ length: job.length ?? 0 }, (_, i) => job.value + i);
  return { result: { value: job.value, threadId }, arrays: [array] };
});
