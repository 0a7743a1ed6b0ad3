// A process that carries out one trivial job.
import { serveJob } from '../../src/benchmark/grid/serve.node.js';
import { trivialWork } from './trivial-jobs.js';

serveJob<Parameters<typeof trivialWork>[0]>(async (setup) => trivialWork(setup));
