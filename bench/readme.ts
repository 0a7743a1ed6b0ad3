// Puts the tables of the kernel benchmark into README.md (short) and bench/results/README.md, and that of the training benchmark into the
// latter, from the results there: npm run bench:readme
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fullTables, shortTable, storedRuns, withTable } from './harness/markdown.js';
import { storedTraining, trainingTable } from './harness/training-table.js';

const runs = storedRuns();
put('../README.md', 'bench', shortTable(runs));
put('results/README.md', 'bench', fullTables(runs));
put('results/README.md', 'training', trainingTable(storedTraining()));

function put(document: string, name: string, table: string): void {
  const path = fileURLToPath(new URL(document, import.meta.url));
  writeFileSync(`${path}.part`, withTable(readFileSync(path, 'utf8'), table, name));
  renameSync(`${path}.part`, path);
}
