// PatchCore end to end through the public interface: throughput, latency, memory, endurance.
//
//   npm run bench:pipeline -- --data <MTD folder> --ratio 0.01 --workers 2 --predictions 2000 --out <file.json>
//
// Works on the build (worker threads do), with the machine otherwise idle. Prints one JSON record.

import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { openDataset, PatchCore, useBackend, VERSION } from 'iad-tf';
import { argumentsOf } from './arguments.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    ratio: { type: 'string', default: '0.01' },
    workers: { type: 'string', default: '2' },
    predictions: { type: 'string', default: '2000' },
    geometry: { type: 'string', default: 'stretch' },
    budget: { type: 'string', default: '2147483648' },
  },
});
const { data, out, geometry } = values;
if (!data || !out || (geometry !== 'stretch' && geometry !== 'crop')) throw new Error('--data and --out are needed');

const workers = Number(values.workers);
const backend = await useBackend('wasm');
const dataset = await openDataset(data, { layout: 'mtd' });
const model = new PatchCore({
  geometry,
  coresetRatio: Number(values.ratio),
  calibrationShare: 0,
  memoryBudget: Number(values.budget),
});

const fitting = performance.now();
const fit = await model.fit(dataset.train, { workers });
const fitMs = performance.now() - fitting;
const peakFit = process.resourceUsage().maxRSS * 1024;

const many = dataset.test.slice(0, 200);
const predicting = performance.now();
const stages = { decode: 0, features: 0, scoring: 0 };
for await (const { timings } of model.predictEach(many, { workers })) {
  for (const stage of ['decode', 'features', 'scoring'] as const) stages[stage] += timings[stage] / many.length;
}
const throughput = many.length / ((performance.now() - predicting) / 1000);

const bytes = await model.toBytes();
model.dispose();
const loading = performance.now();
const loaded = await PatchCore.fromBytes(bytes);
const [first] = dataset.test;
if (!first) throw new Error('no test image');
await loaded.predict([first]);
const firstImageMs = performance.now() - loading;

const laps: { predictions: number; tensors: number; residentMiB: number; heapMiB: number }[] = [];
const times: number[] = [];
for (let i = 0; i < Number(values.predictions); i++) {
  const start = performance.now();
  await loaded.predict([dataset.test[i % 50] ?? first]);
  times.push(performance.now() - start);
  if (i % 200 === 199) {
    const { rss, heapUsed } = process.memoryUsage();
    laps.push({ predictions: i + 1, tensors: tf.memory().numTensors, residentMiB: mib(rss), heapMiB: mib(heapUsed) });
  }
}
loaded.dispose();
times.sort((a, b) => a - b);

const record = {
  command: argumentsOf(values),
  version: VERSION,
  machine: `${cpus().length} x ${cpus()[0]?.model}, ${mib(totalmem())} MiB, Node ${process.version}`,
  backend,
  workers,
  fit: {
    seconds: fitMs / 1000,
    timings: fit.timings,
    imagesPerSecond: fit.images / ((fit.timings.features ?? 0) / 1000),
    peakMiB: mib(peakFit),
  },
  memoryBank: loaded.memoryBank,
  predict: { imagesPerSecond: throughput, perImageMs: stages },
  oneByOne: {
    loadAndFirstImageMs: firstImageMs,
    medianMs: times[times.length >> 1],
    p95Ms: times[Math.floor(times.length * 0.95)],
    laps,
  },
  peakMiB: mib(process.resourceUsage().maxRSS * 1024),
};
writeFileSync(out, `${JSON.stringify(record, null, 1)}\n`);
process.stdout.write(`${JSON.stringify(record, null, 1)}\n`);

function mib(count: number): number {
  return Math.round(count / 2 ** 20);
}
