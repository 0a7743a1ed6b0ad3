// The pool of worker threads: order, back-pressure, and that whatever ends a worker ends the call with a clear error.
import { setFlagsFromString } from 'node:v8';
import { afterEach, describe, expect, test } from 'vitest';
import { type Outcome, WorkerPool } from '../../src/runtime/pool.node.js';

interface TestJob {
  readonly value: number;
  readonly name?: string;
  readonly length?: number;
  readonly wait?: number;
  readonly exit?: number;
  readonly fail?: 'coded' | 'plain' | 'text';
  readonly throwLater?: string;
  readonly hang?: boolean;
  readonly unreadable?: boolean;
  readonly memory?: boolean;
  readonly callback?: () => void;
}
type TestResult = { value: number; threadId: number };
type Pool = WorkerPool<{ counter: SharedArrayBuffer; failAtStart?: boolean }, TestJob, TestResult>;

const SCRIPT = new URL('../helpers/pool-worker.mjs', import.meta.url);
const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function open(size: number, failAtStart = false): { pool: Pool; counter: Int32Array } {
  const counter = new SharedArrayBuffer(8);
  const pool: Pool = new WorkerPool(SCRIPT, { counter, failAtStart }, size);
  pools.push(pool);
  return { pool, counter: new Int32Array(counter) };
}

const describeJob = ({ name, value }: TestJob) => name ?? `job-${value}`;

async function collect(pool: Pool, jobs: Iterable<TestJob>, signal?: AbortSignal): Promise<Outcome<TestResult>[]> {
  const all: Outcome<TestResult>[] = [];
  for await (const outcome of pool.map(jobs, describeJob, signal)) all.push(outcome);
  return all;
}

const jobs = (count: number, change: (value: number) => Partial<TestJob> = () => ({})) =>
  Array.from({ length: count }, (_, value): TestJob => ({ value, ...change(value) }));
const valuesOf = (outcomes: Outcome<TestResult>[]) =>
  outcomes.map((o) => ('error' in o ? o.error.message : o.result.value));

describe('WorkerPool', () => {
  test('yields in the order of the jobs, whichever is ready first, and uses all workers', async () => {
    const { pool } = open(2);
    const outcomes = await collect(
      pool,
      jobs(20, (value) => ({ wait: value % 3 === 0 ? 30 : 0 })),
    );
    expect(valuesOf(outcomes)).toEqual(jobs(20).map(({ value }) => value));
    expect(new Set(outcomes.map((o) => ('result' in o ? o.result.threadId : 0))).size).toBe(2);
  });

  test('passes arrays through shared memory, growing and shrinking', async () => {
    const { pool } = open(1);
    const lengths = [3, 0, 1000, 5, 2000];
    let at = 0;
    for await (const outcome of pool.map(
      jobs(5, (value) => ({ length: lengths[value]! })),
      describeJob,
    )) {
      const output = 'output' in outcome ? outcome.output : null;
      const length = lengths[at]!;
      const found = new Float32Array(output ?? new SharedArrayBuffer(0)).slice(0, length);
      expect(found).toEqual(Float32Array.from({ length }, (_, i) => at + i));
      at++;
    }
    expect(at).toBe(5);
  });

  test('holds at most two jobs per worker, and takes the next only when one is done with', async () => {
    const { pool } = open(2);
    let taken = 0;
    let consumed = 0;
    let most = 0;
    function* source() {
      for (const job of jobs(30)) {
        taken++;
        most = Math.max(most, taken - consumed);
        yield job;
      }
    }
    for await (const _ of pool.map(source(), describeJob)) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      consumed++;
    }
    expect([taken, consumed]).toEqual([30, 30]);
    // Four under way, and one in the consumer's hands.
    expect(most).toBeLessThanOrEqual(5);
  });

  test('a failed job is an outcome of its own, with its code; the others are not disturbed', async () => {
    const { pool } = open(2);
    const kinds = ['coded', 'plain', 'text'] as const;
    const outcomes = await collect(
      pool,
      jobs(9, (value) => (value < 6 && value % 2 ? { fail: kinds[(value - 1) / 2]!, name: `x${value}` } : {})),
    );
    expect(valuesOf(outcomes)).toEqual([0, '[IMAGE_UNREADABLE] x1: cut short.', 2, 'odd', 4, 'just text', 6, 7, 8]);
    expect(outcomes[1]).toMatchObject({ error: { code: 'IMAGE_UNREADABLE', name: 'IadError', path: 'x1' } });
  });

  test('no jobs, and a second run on the same pool', async () => {
    const { pool } = open(1);
    expect(await collect(pool, [])).toEqual([]);
    expect(valuesOf(await collect(pool, jobs(3)))).toEqual([0, 1, 2]);
    expect(valuesOf(await collect(pool, jobs(3)))).toEqual([0, 1, 2]);
  });

  test('a job or a result that cannot be sent fails by itself', async () => {
    const { pool } = open(1);
    const replies = await collect(
      pool,
      jobs(3, (value) => ({ unreadable: value === 1 })),
    );
    expect(valuesOf(replies)).toEqual([0, expect.stringContaining('could not be cloned'), 2]);
    const outcomes = await collect(
      pool,
      jobs(4, (value) => (value === 1 ? { callback: () => {} } : {})),
    );
    expect(outcomes[1]).toMatchObject({ error: { code: 'BAD_ARGUMENT', path: 'job-1' } });
    expect(valuesOf(outcomes.toSpliced(1, 1))).toEqual([0, 2, 3]);
  });

  test('a source of jobs that throws ends the run with its error, one that is left early is closed', async () => {
    const { pool } = open(1);
    function* throwing() {
      yield* jobs(1);
      throw new Error('no more');
    }
    await expect(collect(pool, throwing())).rejects.toThrow('no more');
    let closed = false;
    function* endless() {
      try {
        for (let value = 0; ; value++) yield { value };
      } finally {
        closed = true;
      }
    }
    for await (const outcome of pool.map(endless(), describeJob)) if (valuesOf([outcome])[0] === 3) break;
    expect(closed).toBe(true);
  });
});

describe('a stop', () => {
  test('before the start, between jobs and while a job hangs', async () => {
    const { pool } = open(1);
    await expect(collect(pool, jobs(3), AbortSignal.abort('enough'))).rejects.toMatchObject({
      code: 'ABORTED',
      cause: 'enough',
    });
    const between = new AbortController();
    const run = async () => {
      for await (const _ of pool.map(jobs(10), describeJob, between.signal)) between.abort();
    };
    await expect(run()).rejects.toMatchObject({ code: 'ABORTED' });
    const hanging = new AbortController();
    setTimeout(() => hanging.abort(), 50);
    await expect(
      collect(
        pool,
        jobs(2, () => ({ hang: true })),
        hanging.signal,
      ),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('closing ends a run under way instead of leaving it to wait, and may be repeated', async () => {
    const { pool } = open(2);
    const run = collect(
      pool,
      jobs(5, () => ({ hang: true })),
    );
    setTimeout(() => void pool.close(), 50);
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    await pool.close();
    await expect(collect(pool, jobs(1))).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('a worker that dies ends the run with WORKER_CRASHED', () => {
  const crash = (change: Partial<TestJob>) => {
    const { pool } = open(2);
    const run = collect(
      pool,
      jobs(12, (value) => (value === 4 ? { ...change, name: 'part-4.png' } : {})),
    );
    return { pool, run };
  };

  test.each<[string, Partial<TestJob>, RegExp]>([
    ['process.exit(3)', { exit: 3 }, /exit code 3/],
    ['process.exit(0)', { exit: 0 }, /exit code 0/],
    ['an uncaught error that is just text', { throwLater: 'from a timer' }, /from a timer/],
  ])('by %s, naming the job', async (_, change, reason) => {
    const { pool, run } = crash(change);
    await expect(run).rejects.toMatchObject({ code: 'WORKER_CRASHED', path: 'part-4.png' });
    await expect(run).rejects.toThrow(reason);
    await expect(collect(pool, jobs(2))).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
  });

  test('by running out of memory', async () => {
    // For the workers started now: 48 MB of heap.
    setFlagsFromString('--max-old-space-size=48');
    const { run } = crash({ memory: true });
    setFlagsFromString('--max-old-space-size=0');
    await expect(run).rejects.toMatchObject({ code: 'WORKER_CRASHED', path: 'part-4.png' });
    await expect(run).rejects.toThrow(/memory/);
  });

  test('before its first job', async () => {
    const { pool } = open(1, true);
    await expect(collect(pool, jobs(2))).rejects.toThrow(/WORKER_CRASHED.*no start today/);
  });
});
