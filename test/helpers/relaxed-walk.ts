// Runs in a process of its own, whose engine has relaxed SIMD: every shared case on the wasm backend, and whether a product and
// a sum are rounded once. Prints JSON.
import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../../src/kernels/backend.js';
import { conform, conformStock } from '../../src/kernels/conform.js';
import { STOCK_SUITES } from '../../src/kernels/stock/suites.js';
import { SUITES } from '../../src/kernels/suites.js';
import { fusedRest } from './fused-rest.js';

await useBackend('wasm');
const problems: string[] = [];
let cases = 0;
const note = async (name: string, walk: Promise<readonly string[]>) => {
  cases++;
  const found = await walk.catch((error: unknown) => [String(error)]);
  problems.push(...found.map((problem) => `${name}: ${problem}`));
};
for (const { kernel, start, cases: all } of SUITES) {
  if (!kernel.wasm) continue;
  for (const one of all()) {
    if (one.except?.wasm === undefined) await note(`${kernel.name} ${one.name}`, conform(kernel, one, start));
  }
}
for (const { name, cases: all } of STOCK_SUITES) {
  for (const one of all()) {
    if (one.except?.wasm === undefined) await note(`${name} ${one.name}`, conformStock(name, one));
  }
}
const backend = tf.getBackend();
process.stdout.write(JSON.stringify({ backend, rest: fusedRest(), cases, problems }));
