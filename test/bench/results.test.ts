// What is made of the kernel benchmark's results: the comparison of two runs and the README's table.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fullTables, markdown, shortTable, storedRuns, withTable } from '../../bench/harness/markdown.js';
import type { BenchResults } from '../../bench/harness/results.js';
import { TorchResults, TrainingResults } from '../../bench/harness/training-results.js';
import { storedTraining, trainingTable } from '../../bench/harness/training-table.js';
import { TRAINING_PLAN } from '../../bench/training-plan.js';
import { createMethod, methodInfos } from '../../src/methods/registry.js';
import { ROOT } from '../helpers/bundle.js';

const folder = mkdtempSync(join(tmpdir(), 'iad-tf-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

function results(cpu: string, ms: number, stockMs: number): BenchResults {
  const timing = { spread: 1, samples: 9 };
  return {
    date: '2026-01-02',
    machine: { cpu, cores: 2, memoryGiB: 8, platform: 'linux x64 6', node: 'v20.0.0' },
    versions: {},
    arguments: '--sizes quick',
    backends: [{ name: 'wasm', device: 'SIMD', limits: { gflops: 50, gbps: 20 } }],
    rows: [
      {
        op: 'topKNeighbors',
        sizes: '7x3 in 9',
        backend: 'wasm',
        ms,
        ...timing,
        gflops: 25,
        gbps: 1,
        share: 0.5,
        baselines: { stock: { ms: stockMs, ...timing } },
      },
    ],
    failures: [],
  };
}

function compare(old: BenchResults, fresh: BenchResults): { text: string; status: number } {
  const files = [old, fresh].map((made, i) => {
    const file = join(folder, `${i}.json`);
    writeFileSync(file, JSON.stringify(made));
    return file;
  });
  const script = ['node_modules/tsx/dist/cli.mjs', '--tsconfig', 'tsconfig.test.json', 'bench/compare.ts', ...files];
  try {
    return { text: execFileSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8' }), status: 0 };
  } catch (cause) {
    if (!(cause instanceof Error) || !('stdout' in cause) || !('status' in cause)) throw cause;
    return { text: String(cause.stdout), status: Number(cause.status) };
  }
}

describe('bench:compare', () => {
  it('flags what became slower on the same machine', () => {
    const { text, status } = compare(results('A', 10, 100), results('A', 12, 100));
    expect(text).toMatch(/SLOWER {3}wasm topKNeighbors 7x3 in 9: 10.0 -> 12.0 ms/);
    expect(status).toBe(1);
  });

  it('flags what cannot be measured any more', () => {
    const failures = [{ op: 'topKNeighbors', sizes: '7x3 in 9', backend: 'wasm', reason: 'no room' }];
    const { text, status } = compare(results('A', 10, 100), { ...results('A', 10, 100), rows: [], failures });
    expect(text).toMatch(/FAILED {3}wasm topKNeighbors 7x3 in 9: no room/);
    expect(status).toBe(1);
  });

  it('compares ratios where the machines differ', () => {
    const { text, status } = compare(results('A', 10, 100), results('B', 20, 300));
    expect(text).toMatch(/faster {3}wasm topKNeighbors 7x3 in 9: 10.0 x -> 15.0 x of stock/);
    expect(status).toBe(0);
  });
});

describe("README's table", () => {
  it('replaces what stands between the marks, and nothing else', () => {
    const document = 'before\n<!-- bench: made by npm run bench:readme -->\nold\n<!-- /bench -->\nafter\n';
    const made = withTable(document, markdown(results('A', 10, 100)));
    expect(made).toMatch(/^before\n/);
    expect(made).toMatch(/\n<!-- \/bench -->\nafter\n$/);
    expect(made).toContain('| `topKNeighbors` 7x3 in 9 | wasm | 10.0 | 25.0 | 50 % | stock 10.0 × |');
    expect(made).not.toContain('old');
    expect(() => withTable('no marks', '')).toThrow(/marks/);
  });

  it('is that of the results, and so is the one beside them', () => {
    const text = (name: string) => readFileSync(join(ROOT, name), 'utf8');
    const runs = storedRuns();
    expect(shortTable(runs)).toContain('| `topKNeighbors` 784x1536 in 16384, k=1 | wasm |');
    expect(withTable(text('README.md'), shortTable(runs))).toBe(text('README.md'));
    const results = text('bench/results/README.md');
    expect(withTable(results, fullTables(runs))).toBe(results);
    expect(withTable(results, trainingTable(storedTraining()), 'training')).toBe(results);
  });

  it('is found by its name, where a document has several', () => {
    const marked = (name: string) => `<!-- ${name}: made by npm run bench:readme -->\nold\n<!-- /bench -->\n`;
    const made = withTable(marked('training') + marked('bench'), 'new');
    expect(made).toBe(marked('training') + marked('bench').replace('old', 'new'));
    expect(withTable(made, 'newer', 'training')).toMatch(/newer[\s\S]*new\n/);
  });
});

describe('the training benchmark', () => {
  const lap = { steps: 4, fitSeconds: 9, stageSeconds: {}, imagesPerSecond: 2.5, learned: [] };
  const trained = { ...lap, stepSeconds: 2, learned: [{ name: 'trained parameters', shape: [1234567] }] };
  const record = {
    date: '2026-01-02',
    command: '--steps 3',
    machine: results('A', 1, 1).machine,
    versions: {},
    backend: { name: 'wasm', device: 'SIMD' },
    config: { backbone: 'resnet50', inputSize: 128, batchSize: 4, layers: ['layer1'] },
    byWorkers: { 1: trained, 2: { ...trained, stepSeconds: 1.25, imagesPerSecond: 4 } },
    kernels: { own: 0.905, tfjs: 0.05, most: [] },
    epochs: { images: 8, memory: 4, files: 4.1, without: 6 },
  };
  const padim = { ...record, byWorkers: { 1: { ...lap, stepSeconds: null } }, epochs: undefined };
  const { methods } = TrainingResults.parse({ methods: { padim, fastflow: record } });
  const torchOf = (parameters: number, layers = ['layer1']) =>
    TorchResults.parse({
      date: '2026-01-03',
      machine: { cpu: 'A', cores: 2 },
      versions: { torch: '2.15.0' },
      methods: { fastflow: { config: { layers }, parameters, stepSeconds: { 1: 3, 2: 1.5 } } },
    });

  it('has a row for each method, with the same step in PyTorch beside it', () => {
    const lines = trainingTable({ methods, torch: torchOf(1234567) }).split('\n');
    expect(lines).toContain('| `padim` | 128 |  |  |  | 91 % | 2.50 |');
    expect(lines).toContain('| `fastflow` | 128, 4 | 1,234,567 | 2.00, 1.25 | 3.00, 1.50 | 91 % | 2.50, 4.00 |');
    expect(lines.at(-1)).toMatch(/^An epoch of 8 images with `fastflow`: 4.00 s .* 4.10 s .* 6.00 s/);
    expect(trainingTable({ methods, torch: null })).toContain('| 1,234,567 | 2.00, 1.25 |  | 91 % |');
    expect(trainingTable({ methods: {}, torch: null })).toBe('');
  });

  it('compares only what is the same', () => {
    expect(() => trainingTable({ methods, torch: torchOf(1234566) })).toThrow(/fastflow: .* of 1234566 parameters/);
    expect(() => trainingTable({ methods, torch: torchOf(1234567, ['layer2']) })).toThrow(/other fields: layers/);
  });

  it('has a configuration for every method, which it takes', () => {
    expect(Object.keys(TRAINING_PLAN).sort()).toEqual(
      methodInfos()
        .map(({ id }) => id)
        .sort(),
    );
    for (const [id, fields] of Object.entries(TRAINING_PLAN)) {
      const method = createMethod(id, { ...fields });
      expect(method.config).toMatchObject(fields);
      method.dispose();
    }
  });
});
