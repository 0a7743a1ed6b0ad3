// Any registered method on the magnetic tile defects (MTD), as `iad-tf evaluate` measures it, over several seeds.
//
//   npm run bench:mtd -- --method fastflow --data <MTD folder> --cache <folder> --split differnet --seeds 0,1,2 --set epochs=50 --workers 2
//
// Images are stretched and none is held out, unless --set says otherwise; everything else is the method's default. Trained methods keep
// frozen features in the cache folder, which all seeds share. The file is written after every seed; its runs of other seeds and splits
// stay in it. Nothing is tuned on test images.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {
  type BackendName,
  createMethod,
  type Evaluation,
  evaluate,
  type FitResult,
  openDataset,
  type ProgressEvent,
  type TrainedFitOptions,
  type TrainedFitResult,
  useBackend,
} from 'iad-tf';
import { argumentsOf } from './arguments.js';
import { machine, versions } from './harness/machine.js';
import { fieldsOf } from './settings.js';
import { summaryOf } from './summary.js';

const { values } = parseArgs({
  options: {
    method: { type: 'string', default: '' },
    data: { type: 'string' },
    cache: { type: 'string' },
    out: { type: 'string' },
    split: { type: 'string', default: 'differnet' },
    seeds: { type: 'string', default: '0' },
    set: { type: 'string', multiple: true, default: [] },
    backend: { type: 'string', default: 'wasm' },
    workers: { type: 'string' },
  },
});

const { data, cache, method: name, workers } = values;
if (!data) throw new Error('--data is needed');
const out = values.out ?? `bench/results/mtd-${name}.json`;
const split = values.split === 'random80' ? 'random80' : 'differnet';
const fields = { geometry: 'stretch', calibrationShare: 0, ...fieldsOf(values.set) };
const backend = await useBackend(backendName(values.backend));
const notes = progressNotes();
const call = { onProgress: notes, ...(workers !== undefined && { workers: Number(workers) }) };
/** Predictions are timed, so they take no features from the cache. */
const fitting: TrainedFitOptions = { ...call, ...(cache !== undefined && { cacheFolder: cache }) };

for (const seed of values.seeds.split(',').map(Number)) {
  const dataset = await openDataset(data, { layout: 'mtd', split, seed });
  const method = createMethod(name, { ...fields, seed });
  const { seed: _, ...config } = method.config;
  earlierRuns(config); // throws before the hours of a fit, not after them
  const memory: MemoryLap[] = [];
  const start = performance.now();
  const fit = await method.fit(dataset.train, { ...fitting, onProgress: both(notes, memoryNotes(memory)) });
  const fitted = performance.now();
  const evaluation = await evaluate(method, dataset, { ...call, fit });
  method.dispose();
  save(config, runOf(evaluation, fit, fitted - start, memory));
}

function runOf(evaluation: Evaluation, fit: FitResult, fitMs: number, memory: MemoryLap[]) {
  const { seed, image, pixel, perDefect, timings, backbone, learned, peakMemory, warnings } = evaluation;
  return {
    seed,
    split,
    date: new Date().toISOString().slice(0, 10),
    images: evaluation.dataset,
    backbone,
    image,
    pixel,
    perDefect,
    fitSeconds: seconds(fitMs),
    stageSeconds: Object.fromEntries(Object.entries(timings.fit).map(([stage, ms]) => [stage, seconds(ms)])),
    training: trainingOf(fit, memory),
    predictSeconds: seconds(timings.predictTotal),
    perImageMs: timings.perImage,
    learned,
    peakMiB: peakMemory === null ? null : Math.round(peakMemory / 2 ** 20),
    warnings,
  };
}

/** Null for a method that does not train. */
function trainingOf(fit: FitResult | TrainedFitResult, memory: MemoryLap[]) {
  if (!('training' in fit)) return null;
  const { epochs, epoch, steps } = fit.training;
  const [first, last] = [epochs[0], epochs.at(-1)];
  return { steps, epochs: epochs.length, takenFrom: epoch, firstLoss: first?.loss, lastLoss: last?.loss, memory };
}

type Run = ReturnType<typeof runOf>;

function save(config: object, run: Run): void {
  const runs = [...earlierRuns(config).filter((other) => other.seed !== run.seed || other.split !== split), run];
  runs.sort((a, b) => (a.split === b.split ? a.seed - b.seed : a.split < b.split ? -1 : 1));
  const splits = [...new Set(runs.map((each) => each.split))];
  const summary = Object.fromEntries(splits.map((each) => [each, summaryOf(runs.filter((r) => r.split === each))]));
  const { set, ...rest } = values;
  const command = [argumentsOf(rest), ...set.map((setting) => `--set ${setting}`)].join(' ');
  const record = { command, machine: machine(), versions: versions(), backend, method: name, config, summary, runs };
  writeFileSync(out, `${JSON.stringify(record, null, 1)}\n`);
  process.stdout.write(`${JSON.stringify({ ...run, perDefect: undefined, training: undefined })}\n`);
  process.stdout.write(`${JSON.stringify(summary[split])}\n`);
}

/** Those in the file, which must be of the same configuration. */
function earlierRuns(config: object): Run[] {
  if (!existsSync(out)) return [];
  const earlier: { config: object; runs: Run[] } = JSON.parse(readFileSync(out, 'utf8'));
  if (JSON.stringify(earlier.config) === JSON.stringify(config)) return earlier.runs;
  throw new Error(`${out} holds runs of another configuration; give another file by --out, or remove it`);
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

type Listener = (event: ProgressEvent) => void;

function both(one: Listener, other: Listener): Listener {
  return (event) => {
    one(event);
    other(event);
  };
}

interface MemoryLap {
  readonly step: number;
  readonly tensors: number;
  readonly residentMiB: number;
}

/** What is held after the first step and after every tenth of them: a leak would show. */
function memoryNotes(laps: MemoryLap[]): Listener {
  let tenths = -1;
  return ({ stage, done, total }) => {
    if (stage !== 'training' || !total || Math.floor((10 * done) / total) === tenths) return;
    tenths = Math.floor((10 * done) / total);
    const residentMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
    laps.push({ step: done, tensors: tf.memory().numTensors, residentMiB });
  };
}

/** A line every half minute. */
function progressNotes(): Listener {
  let last = performance.now();
  return ({ stage, done, total, elapsedMs, remainingMs, loss }) => {
    if (performance.now() - last < 30_000) return;
    last = performance.now();
    const left = remainingMs === undefined ? '' : `, ${seconds(remainingMs)} s left`;
    const value = loss === undefined ? '' : `, loss ${loss.toPrecision(5)}`;
    process.stderr.write(`${stage} ${done}/${total ?? '?'}, ${seconds(elapsedMs)} s${left}${value}\n`);
  };
}

function backendName(text: string): BackendName {
  if (text === 'wasm' || text === 'webgpu' || text === 'tensorflow' || text === 'cpu') return text;
  throw new Error(`--backend ${text}`);
}
