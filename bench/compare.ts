// What became slower between two results of the kernel benchmark: npm run bench:compare -- old.json new.json [--limit 1.1]
//
// Absolute times compare only runs on one machine; where the machines differ, the ratios to the baselines are compared instead.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BenchResults, keyOf, type ResultRow, Results } from './harness/results.js';
import { short } from './harness/table.js';

const { values, positionals } = parseArgs({
  options: { limit: { type: 'string', default: '1.1' } },
  allowPositionals: true,
});
const [before, after] = positionals.map((path) => Results.parse(JSON.parse(readFileSync(path, 'utf8'))));
if (!before || !after) throw new Error('give two result files: the old one, then the new one');
const limit = Number(values.limit);
if (!(limit >= 1)) throw new Error(`--limit: ${values.limit} is no factor from 1 up`);

const isSameMachine = deviceOf(before) === deviceOf(after);
console.log(isSameMachine ? 'Times on one machine:' : 'Other machine or device: ratios to the baselines of each run:');
const known = new Map(before.rows.map((row) => [keyOf(row), row]));
let slower = 0;
for (const row of after.rows) {
  const old = known.get(keyOf(row));
  known.delete(keyOf(row));
  if (!old) {
    console.log(`  new      ${keyOf(row)}`);
    continue;
  }
  for (const { what, factor } of changes(old, row)) {
    if (factor > limit) slower++;
    const word = factor > limit ? 'SLOWER' : factor < 1 / limit ? 'faster' : 'same';
    console.log(`  ${word.padEnd(8)} ${keyOf(row)}: ${what}`);
  }
}
// What could be measured before and not now.
const failures = after.failures.filter((failure) => known.delete(keyOf(failure)));
for (const failure of failures) console.log(`  FAILED   ${keyOf(failure)}: ${failure.reason}`);
for (const key of known.keys()) console.log(`  gone     ${key}`);
console.log(slower === 0 ? 'Nothing became slower.' : `${slower} became slower by more than a factor of ${limit}.`);
process.exitCode = slower + failures.length === 0 ? 0 : 1;

function deviceOf({ machine, backends }: BenchResults): string {
  return JSON.stringify([machine.cpu, machine.cores, backends.map(({ name, device }) => [name, device])]);
}

/** How much longer the new one takes: a factor above 1 is slower. */
function changes(old: ResultRow, row: ResultRow): { what: string; factor: number }[] {
  if (isSameMachine) return [{ what: `${short(old.ms)} -> ${short(row.ms)} ms`, factor: row.ms / old.ms }];
  return Object.entries(row.baselines).flatMap(([name, baseline]) => {
    const first = old.baselines[name];
    if (!first) return [];
    const [then, now] = [first.ms / old.ms, baseline.ms / row.ms];
    return [{ what: `${short(then)} x -> ${short(now)} x of ${name}`, factor: then / now }];
  });
}
