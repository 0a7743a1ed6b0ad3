// Puts the tables of the kernel benchmark into README.md (short) and bench/results/README.md, from the results there: npm run bench:readme
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fullTables, shortTable, storedRuns, withTable } from './harness/markdown.js';

const runs = storedRuns();
put('../README.md', shortTable(runs));
put('results/README.md', fullTables(runs));

function put(document: string, table: string): void {
  const path = fileURLToPath(new URL(document, import.meta.url));
  writeFileSync(`${path}.part`, withTable(readFileSync(path, 'utf8'), table));
  renameSync(`${path}.part`, path);
}
