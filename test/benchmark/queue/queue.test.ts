// A grid through a real Redis, undisturbed and disturbed: workers, coordinator and Redis are killed in the middle.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Queue, Worker, type WorkerOptions } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { trivialJobs } from '../../../bench/benchmark/trivial-jobs.js';
import { environment } from '../../../src/benchmark/grid/environment.node.js';
import type { Execute } from '../../../src/benchmark/grid/execute.js';
import { ResultsFolder } from '../../../src/benchmark/grid/folder.node.js';
import { type Job, jobId, jobTitle } from '../../../src/benchmark/grid/job.js';
import { parseQueueAddress } from '../../../src/benchmark/grid/queue/address.js';
import { QueueConnection } from '../../../src/benchmark/grid/queue/connection.node.js';
import { QUEUE, queuedName } from '../../../src/benchmark/grid/queue/messages.js';
import { type ServeOptions, serveQueue } from '../../../src/benchmark/grid/queue/worker.node.js';
import { type QueueRunOptions, runThroughQueue } from '../../../src/benchmark/grid/queue.node.js';
import type { JobRecord } from '../../../src/benchmark/grid/record.js';
import { IadError } from '../../../src/runtime/errors.js';
import { VERSION } from '../../../src/runtime/version.js';
import { missing } from '../../helpers/needs.js';
import { PASSWORD, RedisServer } from '../../helpers/redis.js';
import { failingExecute, trivialExecute } from './jobs.js';
import { ScriptProcess } from './process.js';

const LOCK = 1000;
const PATIENCE = 3000;

let redis: RedisServer;
let out: string;
const processes: ScriptProcess[] = [];
/** Stops the workers of a test. */
let stop: AbortController;
let workers: Promise<unknown>[];

const lacks = missing('redis');

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'iad-tf-queue-'));
  stop = new AbortController();
  workers = [];
});
afterEach(async () => {
  stop.abort('the test');
  await Promise.allSettled(workers);
  await Promise.all(processes.splice(0).map((each) => each.kill()));
  rmSync(out, { recursive: true, force: true });
});

function run(jobs: readonly Job[], options: Partial<QueueRunOptions> = {}): Promise<JobRecord[]> {
  const address = parseQueueAddress(redis.address);
  const signal = new AbortController().signal;
  return ResultsFolder.open(out, { jobs, skipped: [] }).then((folder) =>
    runThroughQueue(jobs, folder, { address, signal, patience: PATIENCE, ...options }),
  );
}

/** @returns the ids that it has begun, as they come */
function work(execute = trivialExecute(20), options: Partial<ServeOptions> = {}) {
  const begun: string[] = [];
  const ended = serveQueue(execute, {
    address: parseQueueAddress(redis.address),
    parallel: 1,
    machine: 'one',
    locate: async (job) => job,
    signal: stop.signal,
    patience: PATIENCE,
    lock: LOCK,
    onBegin: ({ id }) => begun.push(id),
    ...options,
  });
  workers.push(ended);
  ended.catch(() => {});
  return { begun, ended };
}

function launch(name: string, ...args: readonly (string | number)[]): ScriptProcess {
  const launched = new ScriptProcess(name, redis.address, ...args);
  processes.push(launched);
  return launched;
}

/** What is valid in the results folder, by a fresh look. */
async function recorded(jobs: readonly Job[]): Promise<Map<string, JobRecord>> {
  return (await ResultsFolder.open(out, { jobs, skipped: [] })).records();
}

async function withQueue<T>(use: (queue: Queue) => Promise<T>): Promise<T> {
  const connection = { host: '127.0.0.1', port: redis.port, password: PASSWORD };
  const queue = new Queue(QUEUE.name, { prefix: QUEUE.prefix, connection });
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

const queued = <T>(job: Job, data: T) => ({ name: 'job', data, opts: { jobId: queuedName(job) } });

/** A worker that is not ours, and answers as it likes. */
function rawWorker(of: (name: string) => Promise<unknown>, options: Partial<WorkerOptions> = {}): void {
  const connection = { host: '127.0.0.1', port: redis.port, password: PASSWORD, maxRetriesPerRequest: null };
  const { prefix } = QUEUE;
  const worker = new Worker(QUEUE.name, ({ id = '' }) => of(id), { prefix, connection, ...options });
  workers.push(new Promise((resolve) => stop.signal.addEventListener('abort', () => resolve(worker.close(true)))));
}

function inRedis(): Promise<Record<string, number>> {
  return withQueue((queue) => queue.getJobCounts('wait', 'active', 'delayed', 'completed', 'failed'));
}

/** Long enough for a machine that is busy with other tests. */
const SOON = { timeout: 30_000 };

const EMPTY = { wait: 0, active: 0, delayed: 0, completed: 0, failed: 0 };

const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

describe.skipIf(lacks)('jobs through Redis', () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.remove());
  afterEach(() => withQueue((queue) => queue.obliterate({ force: true })));

  test('two workers share them, and each is done once', async () => {
    const jobs = await trivialJobs(24);
    const [a, b] = [work(), work(trivialExecute(20), { parallel: 2 })];
    const left: (number | undefined)[] = [];
    const records = await run(jobs, { onRecord: (_, __, { remainingMs }) => left.push(remainingMs) });
    expect(ids(records)).toEqual(ids(jobs));
    expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['done']));
    expect([...a.begun, ...b.begun].sort()).toEqual(ids(jobs).sort());
    expect(Math.min(a.begun.length, b.begun.length)).toBeGreaterThan(0);
    expect([...(await recorded(jobs)).values()]).toHaveLength(24);
    expect(left.at(-1)).toBe(0);
    expect(await inRedis()).toEqual(EMPTY);
  });

  test('an id that is a number is a job like others', async () => {
    // BullMQ refuses it as a name; one id in two thousand has no letter.
    const [first] = await trivialJobs(1);
    let job = first!;
    for (let seed = 1; !/^[1-8]\d{15}$/.test(job.id); seed++) {
      const description = { ...job.description, seed };
      job = { ...job, id: await jobId(description), description };
    }
    work();
    expect(await run([job])).toMatchObject([{ id: job.id, status: 'done' }]);
  });

  test('a worker that is killed loses nothing', async () => {
    const jobs = await trivialJobs(6);
    const dying = launch('worker-process.ts', 60_000, LOCK);
    const running = run(jobs);
    await dying.said(1);
    const { begun } = work();
    await dying.kill();
    const records = await running;
    expect(records.map(({ status }) => status)).toEqual(jobs.map(() => 'done'));
    expect(begun).toContain(dying.lines[0]);
    expect(begun.toSorted()).toEqual(ids(jobs).sort());
  });

  test('a job that its workers die of ends as failed', async () => {
    const jobs = await trivialJobs(1);
    let taken = 0;
    const silent = () => {
      taken++;
      return new Promise(() => {});
    };
    const options = { lockDuration: 200, stalledInterval: 200, skipLockRenewal: true, concurrency: 100 };
    rawWorker(silent, options);
    const start = Date.now();
    const [record] = await run(jobs);
    expect(record).toMatchObject({ status: 'failed', attempts: 3, error: { code: 'WORKER_CRASHED' } });
    expect(taken).toBe(6);
    // The times are those of the last attempt; in each, two workers let a lock of 200 ms run out.
    expect(record?.duration).toBeGreaterThan(50);
    expect(Date.parse(record!.started) - start).toBeGreaterThan(400);
    expect(await inRedis()).toEqual(EMPTY);
  });

  test('a coordinator that is killed goes on, and repeats nothing', async () => {
    const jobs = await trivialJobs(30);
    const killed = launch('coordinator-process.ts', out, jobs.length);
    const { begun } = work(trivialExecute(100));
    await killed.said(3);
    await killed.kill();
    // The worker does not notice, and finishes more meanwhile.
    const before = (await recorded(jobs)).size;
    await expect.poll(async () => (await inRedis()).completed, SOON).toBeGreaterThan(2);
    const records = await run(jobs);
    expect(records.map(({ status }) => status)).toEqual(jobs.map(() => 'done'));
    expect(before).toBeLessThan(jobs.length);
    expect(begun.toSorted()).toEqual(ids(jobs).sort());
    expect(await inRedis()).toEqual(EMPTY);
  });

  test.each<[string, object]>([
    ['another commit', { commit: '0'.repeat(40) }],
    ['another version', { version: '0.0.1' }],
  ])('what a run of %s has left in Redis is not taken for ours: done or waiting, it is run again', async (_, old) => {
    const [finished, waiting, ours] = await trivialJobs(3);
    const { commit } = await environment();
    const [first, ...rest] = [finished!, waiting!, ours!].map((job) => queued(job, { version: VERSION, commit, job }));
    const signal = new AbortController().signal;
    const left = await Promise.all([finished!, ours!].map((job) => trivialExecute(1)(job, signal, () => {})));
    const records = new Map(left.map((record) => [queuedName(record), record]));
    rawWorker(async (name) => records.get(name));
    await withQueue((queue) => queue.addBulk([{ ...first!, data: { ...first!.data, ...old } }, rest[1]!]));
    await expect.poll(async () => (await inRedis()).completed, SOON).toBe(2);
    stop.abort('the test');
    await Promise.allSettled(workers);
    stop = new AbortController();
    await withQueue((queue) => queue.addBulk([{ ...rest[0]!, data: { ...rest[0]!.data, ...old } }]));
    let begun: string[] | undefined;
    // A worker refuses jobs of another version: those that waited have gone by then.
    const onNoWorker = () => {
      begun = work().begun;
    };
    const done = await run([finished!, waiting!, ours!], { onNoWorker });
    expect(done.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    expect(begun?.toSorted()).toEqual(ids([finished!, waiting!]).sort());
    expect(await inRedis()).toEqual(EMPTY);
  });

  test('stopped, the coordinator takes back what no worker has begun, and the worker puts back what it has', async () => {
    const jobs = await trivialJobs(10);
    const interrupt = new AbortController();
    const { begun, ended } = work(trivialExecute(60_000));
    const running = run(jobs, { signal: interrupt.signal });
    await expect.poll(() => begun.length, SOON).toBe(1);
    interrupt.abort('SIGINT');
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await inRedis()).toEqual({ ...EMPTY, active: 1 });
    stop.abort('SIGTERM');
    await expect(ended).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await inRedis()).toEqual({ ...EMPTY, wait: 1 });
  });

  test('failed jobs are run again when asked for, also if the first failure still lies in Redis', async () => {
    const jobs = await trivialJobs(2);
    const failing = work(failingExecute(null, 'no luck\u001b[2J\n'));
    const records = await run(jobs);
    expect(records[0]).toMatchObject({ status: 'failed', error: { code: null, message: 'no luck [2J' } });
    // As a coordinator leaves it that is killed between writing a record and taking the job out of Redis.
    await withQueue((queue) => queue.addBulk(jobs.map((job) => queued(job, { version: VERSION, job }))));
    await expect.poll(async () => (await inRedis()).completed, SOON).toBe(2);
    expect(failing.begun).toHaveLength(4);
    stop.abort('the test');
    await Promise.allSettled(workers);
    stop = new AbortController();
    expect(await run(jobs)).toEqual(records);
    work();
    const again = await run(jobs, { retryFailed: true });
    expect(again.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  test('without a worker it says so, once', async () => {
    const jobs = await trivialJobs(1);
    let notes = 0;
    const running = run(jobs, { onNoWorker: () => notes++ });
    await expect.poll(() => notes, SOON).toBe(1);
    work();
    await running;
    expect(notes).toBe(1);
  });

  test('of another version of the library are refused, and stay', async () => {
    const [job] = await trivialJobs(1);
    await withQueue((queue) => queue.addBulk([queued(job!, { version: '0.0.1', job })]));
    const { begun, ended } = work();
    await expect(ended).rejects.toThrow(/^\[QUEUE_VERSION\] redis:\/\/127\.0\.0\.1:\d+\/0: .* of iad-tf 0\.0\.1, this/);
    expect(begun).toEqual([]);
    expect(await inRedis()).toEqual({ ...EMPTY, wait: 1 });
  });

  test.each(['FOLDER_NOT_FOUND', 'RESULTS_MISMATCH', 'WEIGHTS_MISSING'])(
    'that this machine cannot do (%s) end the worker, and wait for another',
    async (code) => {
      const jobs = await trivialJobs(2);
      const { ended } = work(failingExecute(code, `[${code}] x: not here. Bring it.`));
      const running = run(jobs);
      await expect(ended).rejects.toThrow(`[${code}] ${jobTitle(jobs[0]!)}: x: not here. Bring it.`);
      work();
      expect((await running).map(({ status }) => status)).toEqual(['done', 'done']);
    },
  );

  describe('that machines give back', () => {
    const lacking = () => failingExecute('FOLDER_NOT_FOUND', '[FOLDER_NOT_FOUND] /data/x: no such folder.');

    test('fail once three have done so, each of which ends', async () => {
      const jobs = await trivialJobs(2);
      const running = run(jobs);
      const locate = async (job: Job) => {
        if (job.id === jobs[0]!.id) throw new IadError('CSV_INVALID', 'row 2\u001b[2J', { path: 'table.csv' });
        return job;
      };
      for (const machine of ['one', 'two', 'three']) {
        await expect(work(trivialExecute(1), { machine, locate }).ended).rejects.toMatchObject({ code: 'CSV_INVALID' });
      }
      const { begun } = work();
      const [record, other] = await running;
      expect(record).toMatchObject({
        status: 'failed',
        attempts: 1,
        error: {
          code: 'CSV_INVALID',
          message: expect.stringMatching(
            /^\[CSV_INVALID\] queue: 3 machines \(one, two, three\) could .* table\.csv: row 2 \[2J\. Bring/,
          ),
        },
      });
      expect(other?.status).toBe('done');
      expect(begun).toEqual([jobs[1]!.id]);
      expect(await inRedis()).toEqual(EMPTY);
    });

    test('by one machine, however often, and another, are done by a third', async () => {
      const jobs = await trivialJobs(2);
      const running = run(jobs);
      for (const machine of ['one', 'one', 'one', 'two', 'one']) {
        await expect(work(lacking(), { machine }).ended).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' });
      }
      work(trivialExecute(1), { machine: 'three' });
      expect((await running).map(({ status }) => status)).toEqual(['done', 'done']);
    });

    test('for want of a backend never fail', async () => {
      const jobs = await trivialJobs(1);
      const running = run(jobs);
      const broken: Execute = () => Promise.reject(new IadError('BACKEND_UNAVAILABLE', 'none'));
      for (const machine of ['one', 'two', 'three', 'four']) {
        await expect(work(broken, { machine }).ended).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
      }
      work();
      expect(await running).toMatchObject([{ status: 'done' }]);
    });
  });

  describe('what comes back is not trusted', () => {
    test.each<[string, unknown]>([
      ['nothing', null],
      ['a text', 'done'],
      ['a path for an id', { id: '../../../grid' }],
      ['a list', [{}]],
    ])('%s: tried again, and then recorded as failed', async (_, value) => {
      const jobs = await trivialJobs(1);
      const asked: string[] = [];
      rawWorker(async (name) => {
        asked.push(name);
        return value;
      });
      const [record] = await run(jobs);
      expect(record).toMatchObject({
        id: jobs[0]!.id,
        status: 'failed',
        attempts: 3,
        error: { code: 'QUEUE_MESSAGE' },
      });
      expect(asked).toEqual([1, 2, 3].map(() => queuedName(jobs[0]!)));
      expect([...(await recorded(jobs)).keys()]).toEqual(ids(jobs));
      expect(await inRedis()).toEqual(EMPTY);
    });

    test("another job's record is tried again, and the right one taken", async () => {
      const jobs = await trivialJobs(2);
      const { signal } = new AbortController();
      const right = await Promise.all(jobs.map((job) => trivialExecute(1)(job, signal, () => {})));
      const asked: string[] = [];
      rawWorker(async (name) => {
        const own = jobs.findIndex((job) => queuedName(job) === name);
        const isFirst = asked.push(name) === 1;
        return isFirst ? { ...right[1 - own]!, id: jobs[own]!.id } : right[own];
      });
      expect(await run(jobs)).toEqual(right);
      expect(asked).toHaveLength(3);
    });

    test('nor is a job that somebody has changed', async () => {
      const jobs = await trivialJobs(2);
      const { begun } = work();
      const [first, second] = jobs;
      const changed = { ...first!, description: { ...first!.description, seed: 9 } };
      await withQueue((queue) => queue.addBulk([queued(first!, { version: VERSION, job: changed })]));
      await expect.poll(async () => (await inRedis()).failed, SOON).toBe(1);
      expect(begun).toEqual([]);
      const records = await run(jobs);
      expect(records.map(({ status }) => status)).toEqual(['done', 'done']);
      expect(begun.toSorted()).toEqual(ids([first!, second!]).sort());
    });
  });

  describe('a password', () => {
    test('that is wrong is not in the error, nor in what hangs on it', async () => {
      const wrong = 'a wrong p@ss';
      const address = parseQueueAddress(`redis://somebody:${encodeURIComponent(wrong)}@127.0.0.1:${redis.port}/0`);
      const error: unknown = await QueueConnection.open(address).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      const shown = inspect(error, { depth: 9, showHidden: true });
      expect(shown).toContain('WRONGPASS');
      for (const secret of [wrong, encodeURIComponent(wrong), 'somebody']) expect(shown).not.toContain(secret);
    });

    test('is in no record', async () => {
      const jobs = await trivialJobs(1);
      work();
      expect(JSON.stringify(await run(jobs))).not.toContain(PASSWORD);
    });
  });

  test('a database that Redis does not have is refused', async () => {
    const address = { ...parseQueueAddress(redis.address), db: 99 };
    await expect(QueueConnection.open(address)).rejects.toMatchObject({
      code: 'QUEUE_UNAVAILABLE',
      message: expect.stringContaining('DB index is out of range'),
    });
  });
});

describe.skipIf(lacks)('Redis that goes away', () => {
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    redis.resume();
    await redis.remove();
  });

  test.each([
    ['that is killed', () => redis.kill(), () => redis.start()],
    ['that falls silent', async () => redis.pause(), async () => redis.resume()],
  ])('%s ends coordinator and worker in time, records stay valid, and the same run goes on', async (_, go, back) => {
    const jobs = await trivialJobs(12);
    const { begun, ended } = work(trivialExecute(100));
    let gone = 0;
    const running = run(jobs, {
      onRecord: () => {
        if (gone === 0) {
          gone = Date.now();
          void go();
        }
      },
    });
    const told = /^\[QUEUE_UNAVAILABLE\] redis:\/\/127\.0\.0\.1:\d+\/0: Redis has not answered for 3 s \(.+\)/;
    await expect(running).rejects.toThrow(told);
    await expect(ended).rejects.toThrow(told);
    const took = Date.now() - gone;
    expect(took).toBeGreaterThan(PATIENCE - 1000);
    expect(took).toBeLessThan(4 * PATIENCE);
    const before = await recorded(jobs);
    expect(before.size).toBeGreaterThan(0);
    expect(before.size).toBeLessThan(jobs.length);
    await back();
    begun.length = 0;
    const next = work();
    const records = await run(jobs);
    expect(records.map(({ status }) => status)).toEqual(jobs.map(() => 'done'));
    for (const id of before.keys()) expect(next.begun).not.toContain(id);
    expect(await inRedis()).toEqual(EMPTY);
  });

  test('for a moment only, and forgets all, disturbs nothing', async () => {
    const jobs = await trivialJobs(12);
    // A machine that is busy with other tests may take seconds to start Redis again.
    const patience = 30_000;
    const { ended } = work(trivialExecute(100), { patience });
    let outage: Promise<void> | undefined;
    const running = run(jobs, {
      patience,
      onRecord: () => {
        outage ??= redis.kill().then(() => redis.start());
      },
    });
    // A worker that gave up would leave the run waiting for another one.
    const records = await Promise.race([running, ended]);
    await outage;
    expect(records.map(({ status }) => status)).toEqual(jobs.map(() => 'done'));
    expect((await recorded(jobs)).size).toBe(jobs.length);
    // While Redis is there: without it, a worker waits for as long as its patience.
    stop.abort('the test');
    await Promise.allSettled([ended]);
  });

  test('and refuses is told at once', async () => {
    const jobs = await trivialJobs(3);
    const { begun, ended } = work(trivialExecute(60_000));
    const running = run(jobs);
    await expect.poll(() => begun.length, SOON).toBe(1);
    await redis.configure('maxmemory', '1');
    stop.abort('the test');
    await Promise.allSettled([ended]);
    stop = new AbortController();
    const told = /^\[QUEUE_UNAVAILABLE\] redis:\/\/127\.0\.0\.1:\d+\/0: OOM command not allowed/;
    await expect(work().ended).rejects.toThrow(told);
    await redis.configure('maxmemory', '0');
    work();
    expect((await running).map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    await redis.configure('maxmemory', '1');
    const more = await trivialJobs(5);
    rmSync(out, { recursive: true });
    await expect(run(more)).rejects.toThrow(told);
  });

  test('before the start is told at once', async () => {
    await redis.kill();
    const start = Date.now();
    const told = /^\[QUEUE_UNAVAILABLE\] redis:\/\/127\.0\.0\.1:\d+\/0: connect ECONNREFUSED .* Check the address/;
    const patience = 120_000;
    await expect(run(await trivialJobs(1), { patience })).rejects.toThrow(told);
    await expect(work(trivialExecute(1), { patience }).ended).rejects.toThrow(told);
    expect(Date.now() - start).toBeLessThan(patience / 4);
  });

  test.each([
    ['that is killed', () => redis.kill()],
    ['that falls silent', async () => redis.pause()],
  ])('%s lets the processes end', async (_, go) => {
    const coordinator = launch('coordinator-process.ts', out, 3, PATIENCE);
    const worker = launch('worker-process.ts', 200, LOCK, PATIENCE);
    await coordinator.said(1);
    await go();
    expect([await coordinator.ended(), await worker.ended()]).toEqual([1, 1]);
    for (const { stderr } of [coordinator, worker]) {
      expect(stderr).toContain('[QUEUE_UNAVAILABLE]');
      expect(stderr).not.toContain(PASSWORD);
      expect(stderr).not.toContain(encodeURIComponent(PASSWORD));
    }
  });
});
