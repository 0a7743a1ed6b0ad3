// Speed of the kernels on the wasm backend, one thread: the pruned ones beside the plain ones, on the same seeded data.
// Run: npx tsx bench/kernels.bench.ts [bank rows] [points]
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { kCenterGreedy, NeighborIndex, topKNeighbors } from '../src/kernels/index.js';
import { Random } from '../src/runtime/random.js';

const BANK_ROWS = Number(process.argv[2] ?? 6000);
const POINTS = Number(process.argv[3] ?? 100_000);
const QUERIES = 784;
const DEPTH = 1024;
const POINT_DEPTH = 128;

/** Rows with the spectrum of network features: 64 shared directions of falling weight, and noise. */
function features(seed: number, rows: number, depth: number): tf.Tensor2D {
  const shared = new Random(1);
  const rank = 64;
  const directions = new Float32Array(rank * depth);
  for (let i = 0; i < directions.length; i++) directions[i] = shared.normal() * 0.95 ** Math.floor(i / depth);
  const random = new Random(seed);
  const out = new Float32Array(rows * depth);
  for (let row = 0; row < rows; row++) {
    const at = row * depth;
    for (let d = 0; d < depth; d++) out[at + d] = random.uniform();
    for (let r = 0; r < rank; r++) {
      const weight = random.normal();
      for (let d = 0; d < depth; d++) out[at + d] = out[at + d]! + weight * directions[r * depth + d]!;
    }
  }
  return tf.tensor2d(out, [rows, depth]);
}

interface Timing {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

async function time(runs: number, body: () => Promise<void>): Promise<Timing> {
  // The first calls run in the engine's baseline compiler.
  for (let i = 0; i < 2; i++) await body();
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const begin = performance.now();
    await body();
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]!;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

function report(name: string, { median, low, high }: Timing, rest: string): void {
  const spread = `${low.toFixed(1)}..${high.toFixed(1)}`;
  console.log(`${name.padEnd(34)} ${median.toFixed(1).padStart(9)} ms  (quartiles ${spread})  ${rest}`);
}

async function search(): Promise<void> {
  const bank = features(2, BANK_ROWS, DEPTH);
  const queries = features(3, QUERIES, DEPTH);
  const gflop = (3 * QUERIES * BANK_ROWS * DEPTH) / 1e9;
  for (const k of [1, 9]) {
    const name = `Q=${QUERIES} M=${BANK_ROWS} D=${DEPTH} k=${k}`;
    const plain = await time(5, async () => tf.dispose(Object.values(topKNeighbors(queries, bank, k))));
    report(`topKNeighbors ${name}`, plain, `${((gflop / plain.median) * 1e3).toFixed(1)} GFLOP/s nominal`);
    let index = await NeighborIndex.build(bank);
    const found = await time(9, async () => tf.dispose(Object.values(index.search(queries, k))));
    report(`NeighborIndex.search ${name}`, found, `${(plain.median / found.median).toFixed(1)} x the plain search`);
    const build = await time(3, async () => {
      index.dispose();
      index = await NeighborIndex.build(bank);
    });
    report('NeighborIndex.build', build, '');
    index.dispose();
  }
  tf.dispose([bank, queries]);
}

async function select(): Promise<void> {
  const points = features(4, POINTS, POINT_DEPTH);
  const count = Math.round(POINTS / 100);
  // What the plain algorithm does for every centre: the distances of all points to one row.
  const centre = tf.tidy(() => tf.gather(points, tf.tensor1d([0], 'int32')));
  const pass = await time(15, async () => tf.dispose(Object.values(topKNeighbors(points, centre, 1))));
  const gigabytes = (POINTS * POINT_DEPTH * 4) / 1e9;
  const size = `N=${POINTS} D=${POINT_DEPTH}`;
  report(`plain pass for one centre ${size}`, pass, `${((gigabytes / pass.median) * 1e3).toFixed(1)} GB/s`);
  const run = await time(3, async () => {
    await kCenterGreedy(points, count, { start: 0 });
  });
  const each = run.median / count;
  const ratio = (pass.median / each).toFixed(1);
  report(`kCenterGreedy ${size} K=${count}`, run, `${each.toFixed(3)} ms a centre, ${ratio} x the plain pass`);
  tf.dispose([points, centre]);
}

await tf.setBackend('wasm');
await search();
await select();
