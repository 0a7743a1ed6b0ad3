// Speed of every method that trains, and of all methods' predictions: seconds per training step, images per second, and whose kernels take
// them.
//
//   npm run bench:training -- --out bench/results/training.json
//   npm run bench:training -- --methods fastflow,stpm --images 8 --predictions 16 --steps 3 --workers 1,2 --set batchSize=8
//
// Images are synthetic parts of 256 x 256; sizes are those of training-plan.ts, but for --set. A step is all that is done with one batch of
// images (CFLOW-AD: its groups of feature vectors, with an optimiser step each); the first one is not counted. Features come from the cache, but for
// DifferNet's, whose images are turned anew in every step. Kernels are counted on one thread, in a run of their own, since counting takes time
// too. With fastflow, an epoch is also timed with features from the cache and with features computed anew. The machine is otherwise idle.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createMethod, type FitOptions, methodInfos, type TrainedFitOptions, useBackend } from 'iad-tf';
import { synthSamples } from 'iad-tf/data';
import { argumentsOf } from './arguments.js';
import { KernelClock, type KernelTime, kernelsNow } from './harness/kernel-time.js';
import { machine, versions } from './harness/machine.js';
import { TrainingRecord, TrainingResults } from './harness/training-results.js';
import { fieldsOf } from './settings.js';
import { TRAINING_PLAN } from './training-plan.js';

const { values } = parseArgs({
  options: {
    methods: { type: 'string' },
    images: { type: 'string', default: '8' },
    predictions: { type: 'string', default: '16' },
    steps: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1,2' },
    set: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
  },
});

const known = methodInfos().map(({ id }) => id);
const methods = values.methods?.split(',') ?? known;
const count = Number(values.images);
const steps = Number(values.steps);
const testGood = Number(values.predictions);
const parts = synthSamples({ kind: 'cloth', seed: 1, size: 256, train: count, testGood, testPerDefect: 0 });
const stock = kernelsNow('wasm');
const backend = await useBackend('wasm');

for (const id of methods) {
  try {
    const record = await measured(id);
    process.stdout.write(`${id} ${JSON.stringify({ ...record, config: undefined }, null, 1)}\n`);
    if (values.out) save(values.out, id, record);
  } catch (cause) {
    // such as weights that are not on this machine: --set backbone=resnet50
    process.stdout.write(`${id}: ${cause instanceof Error ? cause.message : cause}\n`);
    process.exitCode = 1;
  }
}

async function measured(id: string): Promise<TrainingRecord> {
  const fields = fieldsFor(id);
  const byWorkers: TrainingRecord['byWorkers'] = {};
  for (const workers of values.workers.split(',').map(Number)) {
    byWorkers[workers] = await fitAndPredict(id, fields, workers);
  }
  const { set, ...rest } = values;
  return TrainingRecord.parse({
    date: new Date().toISOString().slice(0, 10),
    command: [argumentsOf(rest), ...set.map((setting) => `--set ${setting}`)].join(' '),
    machine: machine(),
    versions: versions(),
    backend,
    config: createMethod(id, fields).config,
    byWorkers,
    kernels: await kernelShares(id, fields),
    ...(id === 'fastflow' && { epochs: await epochsWithAndWithoutCache(id, fields) }),
  });
}

/** The plan's and those told, with so many epochs that the steps are made. */
function fieldsFor(id: string): Record<string, unknown> {
  const fields = { ...TRAINING_PLAN[id], ...fieldsOf(values.set) };
  const batches = batchesPerEpoch(createMethod(id, fields).config);
  return batches === null ? fields : { ...fields, epochs: Math.ceil((steps + 1) / batches) };
}

/** Null for a method that does not train. */
function batchesPerEpoch(config: object): number | null {
  if (!('epochs' in config && 'batchSize' in config)) return null;
  const batches = count / Number(config.batchSize);
  if (Number.isInteger(batches)) return batches;
  throw new Error(`--images ${count}: want a multiple of the batch size, ${config.batchSize}`);
}

async function fitAndPredict(id: string, fields: Record<string, unknown>, workers: number) {
  const method = createMethod(id, fields);
  const lap = await timedFit(method, { workers });
  const ends: number[] = [];
  for await (const _ of method.predictEach(parts.test, { workers })) ends.push(performance.now());
  const { learned } = method;
  method.dispose();
  // less each thread's first image: threads start, weights are uploaded
  const seconds = ((ends.at(-1) ?? Number.NaN) - (ends[workers - 1] ?? Number.NaN)) / 1000;
  const imagesPerSecond = rounded((ends.length - workers) / seconds);
  return { ...lap, imagesPerSecond, learned };
}

async function timedFit(method: ReturnType<typeof createMethod>, options: FitOptions) {
  const ends: number[] = [];
  const onProgress = onBatch(method.config, () => ends.push(performance.now()));
  const start = performance.now();
  const { timings } = await method.fit(parts.train, { ...options, onProgress });
  const fitSeconds = (performance.now() - start) / 1000;
  const laps = ends.slice(1).map((end, i) => (end - (ends[i] ?? end)) / 1000);
  return {
    stepSeconds: laps.length === 0 ? null : rounded(median(laps)),
    steps: ends.length,
    fitSeconds: rounded(fitSeconds),
    stageSeconds: Object.fromEntries(Object.entries(timings).map(([stage, ms]) => [stage, rounded(ms / 1000)])),
  };
}

/** Calls back after every batch of images, in which there can be several optimiser steps, with how many are done and to be done. */
function onBatch(config: object, call: (done: number, total: number) => void): NonNullable<FitOptions['onProgress']> {
  const batches = (batchesPerEpoch(config) ?? 0) * ('epochs' in config ? Number(config.epochs) : 0);
  return ({ stage, done, total }) => {
    if (stage !== 'training' || !total) return;
    const batch = (done * batches) / total;
    if (Number.isInteger(batch)) call(batch, batches);
  };
}

/**
 * Of the time that training steps take (of the whole fit, where there are none): what is spent in this library's kernels, in tfjs's, and
 * the rest outside of kernels.
 */
async function kernelShares(id: string, fields: Record<string, unknown>) {
  const method = createMethod(id, fields);
  // What is made once is made before. With steps, nothing is counted before the first one.
  if (batchesPerEpoch(method.config) === null) await method.fit(parts.train, { workers: 1 });
  const clock = new KernelClock(stock);
  let start = performance.now();
  let isFirst = true;
  try {
    let shares = sharesOf(clock.times(), 1);
    const onProgress = onBatch(method.config, () => {
      if (isFirst) {
        clock.reset();
        start = performance.now();
      } else shares = sharesOf(clock.times(), performance.now() - start);
      isFirst = false;
    });
    await method.fit(parts.train, { workers: 1, onProgress });
    return isFirst ? sharesOf(clock.times(), performance.now() - start) : shares;
  } finally {
    clock.stop();
    method.dispose();
  }
}

function sharesOf(times: readonly KernelTime[], ms: number) {
  const share = (isOwn: boolean) =>
    rounded(times.filter((time) => time.isOwn === isOwn).reduce((sum, time) => sum + time.ms, 0) / ms);
  const most = times.slice(0, 8).map((time) => ({ ...time, ms: undefined, share: rounded(time.ms / ms) }));
  return { own: share(true), tfjs: share(false), most };
}

/** Seconds of an epoch: features from memory, from files of the cache, and from the backbone in every epoch. */
async function epochsWithAndWithoutCache(id: string, base: Record<string, unknown>) {
  const folder = await mkdtemp(join(tmpdir(), 'features-'));
  const noMemory = { memoryBudget: 2 ** 20 };
  const seconds = async (fields: Record<string, unknown>) => {
    const method = createMethod(id, { ...base, ...fields, epochs: 2 });
    const ends: number[] = [];
    const options: TrainedFitOptions = {
      cacheFolder: folder,
      workers: 1,
      onProgress: onBatch(method.config, (done, total) => {
        if (done === total / 2 || done === total) ends.push(performance.now());
      }),
    };
    await method.fit(parts.train, options);
    method.dispose();
    return rounded(((ends.at(-1) ?? Number.NaN) - (ends.at(-2) ?? Number.NaN)) / 1000);
  };
  try {
    return {
      images: parts.train.length,
      memory: await seconds({}),
      files: await seconds(noMemory),
      without: await seconds({ ...noMemory, cacheBudget: 1 }),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function save(path: string, id: string, record: TrainingRecord): void {
  const earlier = existsSync(path) ? TrainingResults.parse(JSON.parse(readFileSync(path, 'utf8'))).methods : {};
  writeFileSync(path, `${JSON.stringify({ methods: { ...earlier, [id]: record } }, null, 1)}\n`);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
