// Kernel threads: the same values as on one thread, bounded memory, and an end to every wait.
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Heap } from '../../src/kernels/threads/heap.js';
import { KernelThreads, type ThreadsOptions } from '../../src/kernels/threads/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const opened: KernelThreads[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close()));
});

async function open(count: number, options?: ThreadsOptions): Promise<KernelThreads> {
  const threads = await KernelThreads.open(count, options);
  opened.push(threads);
  return threads;
}

/** Rows 0, 1, 2, ... packed by the threads in groups of 8 rows, and by the calling thread at once. */
async function packs(threads: KernelThreads, groups: number, depth: number) {
  const bytes = groups * 8 * depth * 4;
  const [rows, found, expected] = [threads.allocate(bytes), threads.allocate(bytes), threads.allocate(bytes)];
  new Float32Array(threads.buffer, rows, bytes / 4).set(Float32Array.from({ length: bytes / 4 }, (_, i) => i));
  const lists = Array.from({ length: groups }, (_, i) => {
    const from = i * 8 * depth * 4;
    return [rows + from, 8, depth, found + from];
  });
  await threads.run('packPanels', lists);
  threads.kernels.packPanels(rows, groups * 8, depth, expected);
  const read = (at: number) => new Float32Array(threads.buffer, at, bytes / 4).slice();
  const values = { found: read(found), expected: read(expected) };
  for (const at of [rows, found, expected]) threads.free(at);
  return values;
}

describe('KernelThreads', () => {
  test.each([1, 2, 3])(
    '%i threads compute what one does, with more and with fewer calls than threads',
    async (count) => {
      const threads = await open(count);
      expect(threads.count).toBe(count);
      for (const groups of [1, 2, 7]) {
        const { found, expected } = await packs(threads, groups, 5);
        expect(found).toEqual(expected);
        expect(found[9]).not.toBe(0);
      }
      expect(await threads.run('packPanels', [])).toEqual([]);
    },
  );

  test('results come in the order of the calls, and runs at the same time do not mix', async () => {
    const threads = await open(2);
    // rowError(norm, residual, p, 0) is p sqrt(norm).
    const calls = (from: number) => Array.from({ length: 9 }, (_, i) => [(from + i) ** 2, 1, 1, 0]);
    const [a, b] = await Promise.all([threads.run('rowError', calls(1)), threads.run('rowError', calls(50))]);
    expect(a).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(b).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58]);
  });

  test('a trap in a kernel is WORKER_CRASHED, then and later', async () => {
    const threads = await open(2, { maxBytes: 1 << 20 });
    const crashed = { code: 'WORKER_CRASHED', name: 'IadError' };
    const run = threads.run('packPanels', [
      [0, 8, 1, 1 << 30],
      [0, 8, 1, 64],
    ]);
    await expect(run).rejects.toMatchObject(crashed);
    await expect(run).rejects.toThrow(/out of bounds/);
    await expect(threads.run('rowError', [[1, 1, 1, 0]])).rejects.toMatchObject(crashed);
  });

  test('closing ends a wait, and may be repeated', async () => {
    const threads = await open(1);
    const run = threads.run(
      'rowError',
      Array.from({ length: 1000 }, () => [1, 1, 1, 0]),
    );
    await Promise.all([expect(run).rejects.toMatchObject({ code: 'ABORTED' }), threads.close()]);
    await threads.close();
    await expect(threads.run('rowError', [[1, 1, 1, 0]])).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('memory ends at the limit with MEMORY_BUDGET, and what is freed is used again', async () => {
    const threads = await open(1, { maxBytes: 1 << 20 });
    const first = threads.allocate(700_000);
    expect(() => threads.allocate(700_000)).toThrow(/MEMORY_BUDGET.*700032.*1048576/);
    threads.free(first);
    expect(threads.allocate(700_000)).toBe(first);
    expect(threads.buffer.byteLength).toBeLessThanOrEqual(1 << 20);
  });

  test('bad arguments are refused', async () => {
    const bad = { code: 'BAD_ARGUMENT' };
    await expect(KernelThreads.open(0)).rejects.toMatchObject(bad);
    await expect(KernelThreads.open(1.5)).rejects.toMatchObject(bad);
    await expect(KernelThreads.open(1, { maxBytes: 3 })).rejects.toMatchObject(bad);
  });

  test('a process ends although idle threads are left open, and not while it waits for them', () => {
    const script = `
      const { KernelThreads } = await import('./dist/kernels/threads/index.js');
      const threads = await KernelThreads.open(2);
      console.log((await threads.run('rowError', [[4, 1, 1, 0], [9, 1, 1, 0]])).join());`;
    const run = ['--input-type=module', '-e', script];
    const text = execFileSync(process.execPath, run, { cwd: ROOT, encoding: 'utf8', timeout: 30_000 });
    expect(text.trim()).toBe('2,3');
  });
});

describe('Heap', () => {
  const heap = (limit = 1024) => new Heap(limit, () => true);

  test('blocks do not overlap, and lie at cache lines', () => {
    const h = heap();
    expect([h.allocate(0), h.allocate(1), h.allocate(65), h.allocate(64)]).toEqual([64, 128, 192, 320]);
    expect(h.used).toBe(64 * 5);
  });

  test('neighbours that are freed become one block, in any order', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]) {
      const h = heap(64 * 4);
      const blocks = [h.allocate(64), h.allocate(64), h.allocate(64)];
      expect(() => h.allocate(1)).toThrow('MEMORY_BUDGET');
      for (const i of order) h.free(blocks[i]!);
      expect(h.used).toBe(0);
      expect(h.allocate(192)).toBe(64);
    }
  });

  test('a hole is filled before the end, and the last hole grows', () => {
    const h = heap();
    const [a] = [h.allocate(128), h.allocate(64)];
    const c = h.allocate(64);
    h.free(a);
    expect([h.allocate(64), h.allocate(64)]).toEqual([a, a + 64]);
    h.free(c);
    expect(h.allocate(256)).toBe(c);
  });

  test('what was not given cannot be freed, nor twice', () => {
    const h = heap();
    const at = h.allocate(10);
    h.free(at);
    expect(() => h.free(at)).toThrow('BAD_ARGUMENT');
    expect(() => h.free(1)).toThrow('BAD_ARGUMENT');
    expect(() => h.allocate(-1)).toThrow('BAD_ARGUMENT');
    expect(() => h.allocate(0.5)).toThrow('BAD_ARGUMENT');
  });

  test('no block ends at 4 GiB, where addresses start again at 0', () => {
    const h = heap(2 ** 32);
    h.allocate(2 ** 32 - 2 * 64);
    expect(() => h.allocate(64)).toThrow('MEMORY_BUDGET');
  });

  test('memory that the machine refuses is MEMORY_BUDGET, and costs nothing', () => {
    const h = new Heap(1 << 20, (end) => end < 1000);
    expect(() => h.allocate(2000)).toThrow('MEMORY_BUDGET');
    expect(h.allocate(500)).toBe(64);
  });
});
