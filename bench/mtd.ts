// Methods on the magnetic tile defects (MTD).
//
//   npm run bench:mtd -- --method fastflow --data <MTD folder> ...    any registered method: see mtd-method.ts
//   npm run bench:mtd -- --data <MTD folder> --cache <folder> ...     what PatchCore's choices matter: see mtd-patchcore.ts
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { method: { type: 'string' } }, strict: false });
await import(values.method === undefined ? './mtd-patchcore.js' : './mtd-method.js');
