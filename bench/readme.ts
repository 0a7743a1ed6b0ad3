// Puts the tables of the kernel benchmark into README.md, from the results in bench/results: npm run bench:readme
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { storedTables, withTable } from './harness/markdown.js';

const path = fileURLToPath(new URL('../README.md', import.meta.url));
writeFileSync(`${path}.part`, withTable(readFileSync(path, 'utf8'), storedTables()));
renameSync(`${path}.part`, path);
