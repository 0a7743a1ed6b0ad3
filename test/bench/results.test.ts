// What is made of the kernel benchmark's results: the comparison of two runs and the README's table.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fullTables, markdown, shortTable, storedRuns, withTable } from '../../bench/harness/markdown.js';
import type { BenchResults } from '../../bench/harness/results.js';
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
    expect(withTable(text('bench/results/README.md'), fullTables(runs))).toBe(text('bench/results/README.md'));
  });
});
