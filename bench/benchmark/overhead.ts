// What the runner of benchmarks costs: jobs that do nothing, in this process, in processes of their own, and through Redis.
//
//   npm run bench:runner -- --jobs 200 --out bench/results/runner.json
//
// A record is written, synced and renamed for every job. A job's process is started for that job alone: with trivial jobs it loads the
// runner, with methods' jobs (on a dataset that is not there) also TensorFlow.js and the wasm backend. Redis and its worker run on
// this machine too, which is otherwise idle.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { environment } from '../../src/benchmark/grid/environment.node.js';
import { type Execute, recording } from '../../src/benchmark/grid/execute.js';
import { ResultsFolder } from '../../src/benchmark/grid/folder.node.js';
import type { Job } from '../../src/benchmark/grid/job.js';
import { inProcesses } from '../../src/benchmark/grid/processes.node.js';
import { runGrid } from '../../src/benchmark/grid/run.js';
import { argumentsOf } from '../arguments.js';
import { machine, versions } from '../harness/machine.js';
import { throughRedis } from './through-redis.js';
import { trivialJobs, trivialWork } from './trivial-jobs.js';

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '200' }, out: { type: 'string' } } });
const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-overhead-'));
const root = new URL('../..', import.meta.url);

/** The process of trivial jobs as plain JavaScript, so that no compiler starts with each. */
async function trivialChild(): Promise<URL> {
  const outfile = join(scratch, 'child.mjs');
  const entryPoints = [new URL('trivial-child.ts', import.meta.url).pathname];
  const tsconfig = new URL('tsconfig.test.json', root).pathname;
  await build({ entryPoints, outfile, tsconfig, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return pathToFileURL(outfile);
}

interface Case {
  readonly name: string;
  /** At once. */
  readonly parallel: number;
  readonly execute: Execute;
  readonly jobs: readonly Job[];
  readonly redis?: boolean;
}

async function cases(): Promise<Case[]> {
  const jobs = await trivialJobs(Number(values.jobs));
  const common = { environment: await environment(), workers: 1 };
  const here = { ...common, parallel: 1, ownProcess: false, attempts: 1 };
  const trivial = await trivialChild();
  const methods = new URL('dist/benchmark/grid/child.node.js', root);
  const children = (script: URL, parallel: number, setup: object): Execute =>
    inProcesses({ script, setup, circumstances: { ...common, parallel }, execArgv: [] });
  return [
    { name: 'in one process', parallel: 1, execute: recording(trivialWork({}), here), jobs },
    { name: '--jobs 1', parallel: 1, execute: children(trivial, 1, {}), jobs },
    { name: '--jobs 2', parallel: 2, execute: children(trivial, 2, {}), jobs },
    { name: 'through Redis', parallel: 1, execute: recording(trivialWork({}), here), jobs, redis: true },
    { name: 'through Redis, worker --jobs 2', parallel: 2, execute: children(trivial, 2, {}), jobs, redis: true },
    {
      name: "--jobs 2, with what methods' jobs load",
      parallel: 2,
      execute: children(methods, 2, { backend: 'wasm' }),
      jobs: jobs.slice(0, 40),
    },
  ];
}

async function inThisProcess(
  jobs: readonly Job[],
  folder: ResultsFolder,
  execute: Execute,
  parallel: number,
): Promise<number> {
  const begin = performance.now();
  await runGrid(jobs, folder, execute, { parallel, signal: new AbortController().signal });
  return performance.now() - begin;
}

async function measured({ name, parallel, execute, jobs, redis }: Case) {
  const folder = await ResultsFolder.open(join(scratch, name.replace(/\W+/g, '-')), { jobs, skipped: [] });
  const run = redis ? throughRedis : inThisProcess;
  const ms = await run(jobs, folder, execute, parallel);
  const reading = performance.now();
  const { size } = await folder.records();
  if (size !== jobs.length) throw new Error(`${size} records of ${jobs.length} jobs`);
  const resumeMs = performance.now() - reading;
  const row = { name, jobs: jobs.length, ms, msPerJob: ms / jobs.length, resumeMs };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  return row;
}

try {
  const rows = [];
  for (const each of await cases()) rows.push(await measured(each));
  const date = new Date().toISOString().slice(0, 10);
  const result = { date, machine: machine(), versions: versions(), arguments: argumentsOf(values), rows };
  if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}
