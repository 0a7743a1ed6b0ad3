// Benchmarks of trivial jobs, killed at random moments and started again: the final table must be that of an undisturbed run, and
// no record may be lost, made twice or changed.
//
//   npm run bench:kill -- --moments 20 --out bench/results/kills.json
//
// A moment is some milliseconds after so many records: anywhere in a job, in the writing of its record, or between two jobs.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Random } from '../../src/runtime/random.js';
import { argumentsOf } from '../arguments.js';
import { machine } from '../harness/machine.js';
import { killAndResume, moments, type TrivialGrid, undisturbed } from './kills.js';

const { values } = parseArgs({
  options: {
    moments: { type: 'string', default: '20' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
  },
});

const GRIDS: readonly TrivialGrid[] = [
  { count: 40, jobs: 0, pause: 20, failEvery: 5 },
  { count: 12, jobs: 2, pause: 20, failEvery: 2 },
];

const rows = [];
for (const grid of GRIDS) {
  const table = await undisturbed(grid);
  for (const moment of moments(Number(values.moments), grid, Random.forKey('kill', Number(values.seed)))) {
    const { table: found, ...killed } = await killAndResume(grid, moment);
    const isRight = found === table && killed.changed === 0 && killed.kept + killed.resumed === grid.count;
    rows.push({ grid, ...killed, isRight });
    process.stdout.write(`${JSON.stringify({ jobs: grid.jobs, ...killed, isRight })}\n`);
    if (!isRight) process.exitCode = 1;
  }
}
const wrong = rows.filter(({ isRight }) => !isRight).length;
process.stdout.write(`${rows.length} kills, ${wrong} wrong\n`);
if (values.out) {
  const date = new Date().toISOString().slice(0, 10);
  const result = { date, machine: machine(), arguments: argumentsOf(values), rows };
  writeFileSync(values.out, `${JSON.stringify(result, null, 1)}\n`);
}
