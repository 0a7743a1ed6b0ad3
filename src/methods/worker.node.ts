// The worker thread's entry: a wasm backend and a session of a method, then jobs until the pool ends the thread.
import { workerData } from 'node:worker_threads';
import { useThreadBackend } from '../kernels/backend.js';
import { serveJobs } from '../runtime/worker-loop.node.js';
import type { Job, JobResult, SessionInit } from './parts/session.js';
import { sessionKind } from './registry.js';

const { method, init }: { method: string; init: SessionInit } = workerData;
const session = useThreadBackend().then(() => sessionKind(method).start(init));
serveJobs<Job, JobResult>(async (job) => (await session).answer(job));
