// Puts the table of the kernel benchmark into README.md, from the results in bench/results: npm run bench:readme
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdown, withTable } from './harness/markdown.js';
import { Results } from './harness/results.js';

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const results = Results.parse(JSON.parse(readFileSync(path('bench/results/kernels.json'), 'utf8')));
const made = withTable(readFileSync(path('README.md'), 'utf8'), markdown(results));
writeFileSync(path('README.md.part'), made);
renameSync(path('README.md.part'), path('README.md'));
