// What is made of the kernel benchmark's results: the comparison of two runs, the README's table, and the bundle's weights.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { markdown, withTable } from '../../bench/harness/markdown.js';
import { type BenchResults, Results } from '../../bench/harness/results.js';
import { toHalf } from '../../scripts/bundle-weights.js';
import { toFloat32 } from '../../src/backbones/formats/tensor.js';
import { Random } from '../../src/runtime/random.js';
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

  it('is that of the results', () => {
    const file = (name: string) => readFileSync(join(ROOT, name), 'utf8');
    const table = markdown(Results.parse(JSON.parse(file('bench/results/kernels.json'))));
    expect(withTable(file('README.md'), table)).toBe(file('README.md'));
  });
});

describe('toHalf', () => {
  const back = (half: number) =>
    toFloat32({ dtype: 'F16', shape: [1], data: new Uint8Array(Uint16Array.of(half).buffer) }, 'x', 'x')[0];

  it('keeps every float16 as it is', () => {
    for (let half = 0; half < 65536; half++) {
      const value = back(half) ?? 0;
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(half);
    }
    expect(back(toHalf(Number.NaN))).toBeNaN();
  });

  it('rounds to the nearest, ties to even', () => {
    expect(toHalf(2049)).toBe(toHalf(2048));
    expect(toHalf(2051)).toBe(toHalf(2052));
    expect(back(toHalf(65519.99))).toBe(65504);
    expect(back(toHalf(65520))).toBe(Number.POSITIVE_INFINITY);
    expect(back(toHalf(2 ** -25))).toBe(0);
    expect(back(toHalf(3 * 2 ** -26))).toBe(2 ** -24);
    const random = new Random(1);
    for (let i = 0; i < 2000; i++) {
      const value = Math.fround(random.normal() * 10 ** (8 * random.uniform() - 6));
      const [near, exponent] = [back(toHalf(value)) ?? 0, Math.floor(Math.log2(Math.abs(value)))];
      expect(Math.abs(near - value)).toBeLessThanOrEqual(2 ** (Math.max(exponent, -14) - 11));
    }
  });
});
