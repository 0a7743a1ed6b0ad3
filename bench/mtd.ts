// Methods on the magnetic tile defects (MTD).
//
//   npm run bench:mtd -- --method fastflow --data <MTD folder> ...    any registered method: see mtd-method.ts
//   npm run bench:mtd -- --data <MTD folder> --cache <folder> ...     what PatchCore's choices matter: see mtd-patchcore.ts
//
// Methods run on the build, whose worker threads work; PatchCore's study takes the parts of the method from the sources.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import process from 'node:process';
import { parseArgs } from 'node:util';

const flags = process.argv.slice(2);
const { values } = parseArgs({ args: flags, options: { method: { type: 'string' } }, strict: false });
const script =
  values.method === undefined
    ? ['--tsconfig', 'tsconfig.test.json', 'bench/mtd-patchcore.ts']
    : ['bench/mtd-method.ts'];
const tsx = createRequire(import.meta.url).resolve('tsx/cli');
process.exitCode = spawnSync(process.execPath, [tsx, ...script, ...flags], { stdio: 'inherit' }).status ?? 1;
