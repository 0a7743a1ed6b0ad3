// A worker thread that trains the problems of the tests, by the build.
import { workerData } from 'node:worker_threads';
import { useThreadBackend } from '../../dist/kernels/backend.js';
import { openShard, ProblemGradients } from '../../dist/methods/parts/training/index.js';
import { serveJobs } from '../../dist/runtime/worker-loop.node.js';
import { shardProblem } from './shard-problem.mjs';

const kind = { method: 'test', start: async (init) => new ProblemGradients(shardProblem(init)) };
const shard = useThreadBackend().then(() => openShard(kind, workerData.training));
shard.catch(() => {});
serveJobs(async (samples) => (await shard)(samples));
