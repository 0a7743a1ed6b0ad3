// Speed of every method that trains, and of its predictions: seconds per training step, images per second, and whose kernels take them.
//
//   npm run bench:training -- --methods fastflow,stpm --images 16 --steps 4 --workers 1,2 --set batchSize=8 --out bench/results/training.json
//
// Images are synthetic parts of 256 x 256; options are the methods' defaults but for --set. A step is what lies between two progress events
// of a training; the first one is not counted. Kernels are counted on one thread, in a run of their own, since counting takes time too.
// With fastflow, an epoch is also timed with features from the cache and with features computed anew. The machine is otherwise idle.
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
import { fieldsOf } from './settings.js';

const { values } = parseArgs({
  options: {
    methods: { type: 'string' },
    images: { type: 'string', default: '16' },
    steps: { type: 'string', default: '4' },
    workers: { type: 'string', default: '1,2' },
    set: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
  },
});

const known = methodInfos().map(({ id }) => id);
const methods = values.methods?.split(',') ?? known;
const count = Number(values.images);
const steps = Number(values.steps);
const parts = synthSamples({ kind: 'cloth', seed: 1, size: 256, train: count, testGood: count, testPerDefect: 0 });
const stock = kernelsNow('wasm');
const backend = await useBackend('wasm');

interface Lap {
  /** Median, less the first; null for a method without training steps. */
  readonly stepSeconds: number | null;
  readonly steps: number;
  readonly fitSeconds: number;
  readonly stageSeconds: Readonly<Record<string, number>>;
}

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

async function measured(id: string) {
  const fields = fieldsOf(values.set);
  const byWorkers: Record<string, Awaited<ReturnType<typeof fitAndPredict>>> = {};
  for (const workers of values.workers.split(',').map(Number)) {
    byWorkers[workers] = await fitAndPredict(id, fields, workers);
  }
  return {
    config: createMethod(id, fieldsFor(id, fields)).config,
    byWorkers,
    kernels: await kernelShares(id, fields),
    ...(id === 'fastflow' && { epochs: await epochsWithAndWithoutCache(id) }),
  };
}

/** So many epochs that the steps are made; no held-out images, whose number differs between methods. */
function fieldsFor(id: string, fields: Record<string, unknown>): Record<string, unknown> {
  const given = { calibrationShare: 0, ...fields };
  const config: object = createMethod(id, given).config;
  if (!('epochs' in config && 'batchSize' in config)) return given;
  const perEpoch = Math.max(1, Math.floor(count / Math.min(Number(config.batchSize), count)));
  return { ...given, epochs: Math.ceil((steps + 1) / perEpoch) };
}

async function fitAndPredict(id: string, fields: Record<string, unknown>, workers: number) {
  const method = createMethod(id, fieldsFor(id, fields));
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

async function timedFit(method: ReturnType<typeof createMethod>, options: FitOptions): Promise<Lap> {
  const ends: number[] = [];
  const onProgress: FitOptions['onProgress'] = ({ stage }) => {
    if (stage === 'training') ends.push(performance.now());
  };
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

/**
 * Of the time that training steps take (of the whole fit, where there are none): what is spent in this library's kernels, in tfjs's, and
 * the rest outside of kernels.
 */
async function kernelShares(id: string, fields: Record<string, unknown>) {
  const method = createMethod(id, fieldsFor(id, fields));
  // what is made once is made before
  await method.fit(parts.train, { workers: 1 });
  const clock = new KernelClock(stock);
  let start = performance.now();
  let isFirst = true;
  try {
    let shares = sharesOf(clock.times(), 1);
    const onProgress: FitOptions['onProgress'] = ({ stage }) => {
      if (stage !== 'training') return;
      if (isFirst) {
        clock.reset();
        start = performance.now();
      } else shares = sharesOf(clock.times(), performance.now() - start);
      isFirst = false;
    };
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
async function epochsWithAndWithoutCache(id: string) {
  const folder = await mkdtemp(join(tmpdir(), 'features-'));
  const noMemory = { memoryBudget: 2 ** 20 };
  const seconds = async (fields: Record<string, unknown>) => {
    const given = { ...fieldsOf(values.set), ...fields, epochs: 2, calibrationShare: 0 };
    const method = createMethod(id, given);
    const ends: number[] = [];
    const options: TrainedFitOptions = {
      cacheFolder: folder,
      workers: 1,
      onProgress: ({ stage, done, total }) => {
        if (stage === 'training' && (done === (total ?? 0) / 2 || done === total)) ends.push(performance.now());
      },
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

function save(path: string, id: string, record: object): void {
  const earlier: { methods?: Record<string, object> } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const { set, ...rest } = values;
  const command = [argumentsOf(rest), ...set.map((setting) => `--set ${setting}`)].join(' ');
  const entry = { command, machine: machine(), versions: versions(), backend, ...record };
  writeFileSync(path, `${JSON.stringify({ methods: { ...earlier.methods, [id]: entry } }, null, 1)}\n`);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
