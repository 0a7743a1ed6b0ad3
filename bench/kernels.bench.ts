// Speed of the kernels: each one on each backend and size, beside its baselines in the same run and this machine's own limits;
// and of what runs on the host alone.
//
//   npm run bench -- [--filter topK] [--backend wasm,webgpu,cpu] [--sizes quick|real] [--json out.json]
//
// A row: median ms, its margin of error, GFLOP/s and GB/s of the operation as defined, the share of what a copy and a run of
// multiply-adds measured here allow, and how many times faster than the baselines it is.
import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../src/kernels/backend.js';
import { installStockKernels, removeStockKernels } from '../src/kernels/stock/index.js';
import type { BackendName } from '../src/runtime/backend.js';
import { argumentsOf } from './arguments.js';
import { type Limits, measureLimits } from './harness/limits.js';
import { machine, versions } from './harness/machine.js';
import { measure, type Timing } from './harness/measure.js';
import type { BenchResults, ResultRow } from './harness/results.js';
import { heading, rowLine, short } from './harness/table.js';
import { BENCHMARKS } from './kernels/index.js';
import type { KernelBenchmark } from './kernels/types.js';
import { type HostBenchmark, METRICS_BENCHMARKS } from './metrics/index.js';

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    backend: { type: 'string', default: 'wasm' },
    sizes: { type: 'string', default: 'quick' },
    json: { type: 'string' },
  },
});
const filter = new RegExp(values.filter, 'i');
const isChosen = ({ op, sizes, set }: KernelBenchmark | HostBenchmark) =>
  set === values.sizes && filter.test(`${op} ${sizes}`);
const chosen = BENCHMARKS.filter(isChosen);
const onHost = METRICS_BENCHMARKS.filter(isChosen);
if (chosen.length + onHost.length === 0)
  throw new Error(`no row matches --sizes ${values.sizes} --filter ${values.filter}`);

const results: BenchResults = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  versions: versions(),
  arguments: argumentsOf({ ...values, json: undefined }),
  backends: [],
  rows: [],
  failures: [],
};

for (const name of chosen.length > 0 ? values.backend.split(',') : []) {
  const { device } = await useBackend(backendName(name));
  const limits = await measureLimits();
  results.backends.push({ name, device, limits });
  const told = limits ? `at most ${short(limits.gflops)} GFLOP/s, ${short(limits.gbps)} GB/s` : 'limits unknown';
  console.log(`\n${name}: ${device}; ${told}\n${heading()}`);
  for (const benchmark of chosen) {
    if (benchmark.backends && !benchmark.backends.includes(name)) continue;
    const { op, sizes } = benchmark;
    try {
      const row = await measured(benchmark, name, limits);
      results.rows.push(row);
      console.log(rowLine(row));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      results.failures.push({ op, sizes, backend: name, reason });
      console.log(`${op} ${sizes} ${name}: ${reason}`);
      process.exitCode = 1;
    }
    if (values.json) save(values.json);
  }
}

if (onHost.length > 0) console.log(`\non the host\n${heading()}`);
for (const benchmark of onHost) {
  const { op, sizes, set, bytes } = benchmark;
  const run = benchmark.make();
  const work = () => {
    run();
    return [];
  };
  const own = await measure(work, {}, set);
  const row = { op, sizes, backend: 'host', ...own, gflops: 0, gbps: bytes / own.ms / 1e6, share: null, baselines: {} };
  results.rows.push(row);
  console.log(rowLine(row));
  if (values.json) save(values.json);
}

async function measured(benchmark: KernelBenchmark, backend: string, limits: Limits | null): Promise<ResultRow> {
  const { op, sizes, set, flops, bytes } = benchmark;
  const inputs = await benchmark.make();
  try {
    const own = await measure(benchmark.run, inputs, set);
    const baselines: Record<string, Timing> = {};
    for (const [name, run] of Object.entries(benchmark.baselines)) {
      // Stock means tfjs as it comes, without our kernels in the place of its own.
      if (name === 'stock') removeStockKernels(backend);
      try {
        baselines[name] = await measure(run, inputs, set);
      } finally {
        installStockKernels(backend);
      }
    }
    const least = limits && Math.max(flops / limits.gflops, bytes / limits.gbps) / 1e6;
    return {
      op,
      sizes,
      backend,
      ...own,
      gflops: flops / own.ms / 1e6,
      gbps: bytes / own.ms / 1e6,
      share: least && least / own.ms,
      baselines,
    };
  } finally {
    tf.dispose(Object.values(inputs));
  }
}

/** Row by row, so that a run which is stopped leaves what it has. */
function save(path: string): void {
  writeFileSync(`${path}.part`, `${JSON.stringify(results, null, 1)}\n`);
  renameSync(`${path}.part`, path);
}

function backendName(name: string): BackendName {
  if (name === 'wasm' || name === 'webgpu' || name === 'cpu' || name === 'tensorflow') return name;
  throw new Error(`--backend: ${name} is none of wasm, webgpu, cpu, tensorflow`);
}
