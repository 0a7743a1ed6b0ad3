// A benchmark of trivial jobs, as a process that can be killed: prints a line for every record, and the table at its end.
//
//   tsx --tsconfig tsconfig.test.json bench/benchmark/trivial-run.ts --out <folder> --count 40 --jobs 2 --pause 5
import process from 'node:process';
import { parseArgs } from 'node:util';
import { environment } from '../../src/benchmark/grid/environment.node.js';
import { recording } from '../../src/benchmark/grid/execute.js';
import { ResultsFolder } from '../../src/benchmark/grid/folder.node.js';
import { inProcesses } from '../../src/benchmark/grid/processes.node.js';
import { runGrid } from '../../src/benchmark/grid/run.js';
import { gridTable, tableText } from '../../src/benchmark/grid/table.js';
import { trivialJobs, trivialWork } from './trivial-jobs.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'trivial' },
    count: { type: 'string', default: '40' },
    jobs: { type: 'string', default: '0' },
    pause: { type: 'string', default: '0' },
    'fail-every': { type: 'string', default: '0' },
  },
});

const processes = Number(values.jobs);
const setup = { pause: Number(values.pause), failEvery: Number(values['fail-every']) };
const parallel = Math.max(1, processes);
const circumstances = { environment: await environment(), workers: null, parallel };
const execute =
  processes === 0
    ? recording(trivialWork(setup), { ...circumstances, ownProcess: false, attempts: 1 })
    : inProcesses({ script: new URL('./trivial-child.ts', import.meta.url), setup, circumstances });
const jobs = await trivialJobs(Number(values.count));
const folder = await ResultsFolder.open(values.out, { jobs, skipped: [] });
const begin = performance.now();
const records = await runGrid(jobs, folder, execute, {
  parallel,
  signal: new AbortController().signal,
  onRecord: ({ id }) => process.stdout.write(`${id}\n`),
});
process.stdout.write(`${tableText(gridTable(records))}\nmilliseconds ${(performance.now() - begin).toFixed(1)}\n`);
