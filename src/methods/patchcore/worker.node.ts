// The worker thread's entry: a wasm backend and a session, then jobs until the pool ends the thread.
import { workerData } from 'node:worker_threads';
import { useThreadBackend } from '../../kernels/backend.js';
import { serveJobs } from '../../runtime/worker-loop.node.js';
import { type Job, type JobResult, Session, type SessionInit } from './session.js';

const init: SessionInit = workerData;
const session = useThreadBackend().then(() => Session.start(init));
serveJobs<Job, JobResult>(async (job) => (await session).answer(job));
