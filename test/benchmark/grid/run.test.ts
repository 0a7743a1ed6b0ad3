// The loop over the jobs: each once, failures recorded, stops that leave nothing half-done, time that is left.
import { describe, expect, test } from 'vitest';
import { trivialJobs, trivialWork } from '../../../bench/benchmark/trivial-jobs.js';
import { type Execute, recording, type Work } from '../../../src/benchmark/grid/execute.js';
import type { Job } from '../../../src/benchmark/grid/job.js';
import { type JobRecord, jobRecordSchema } from '../../../src/benchmark/grid/record.js';
import { type GridProgress, type RunOptions, runGrid, timeLeft } from '../../../src/benchmark/grid/run.js';
import { IadError } from '../../../src/runtime/errors.js';
import { CIRCUMSTANCES, memoryStore } from './stores.js';

const options = (more: Partial<RunOptions> = {}): RunOptions => {
  return { parallel: 1, signal: new AbortController().signal, ...more };
};

/** Counts what is run. */
function counting(work: Work): { execute: Execute; ran: string[] } {
  const ran: string[] = [];
  const counted: Work = (job, ...rest) => {
    ran.push(job.id);
    return work(job, ...rest);
  };
  return { execute: recording(counted, CIRCUMSTANCES), ran };
}

const failing = trivialWork({ failEvery: 2 });
const doing = trivialWork({});

test('every job once, records in the order of the jobs, whatever the number at once', async () => {
  const jobs = await trivialJobs(9);
  for (const parallel of [1, 3, 20]) {
    const { execute, ran } = counting(trivialWork({ pause: 1 }));
    const store = memoryStore();
    const records = await runGrid(jobs, store, execute, options({ parallel }));
    expect(records.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
    expect(ran.toSorted()).toEqual(jobs.map(({ id }) => id).sort());
    expect((await store.records()).size).toBe(9);
  }
});

test('a record is what its schema says, all of it', async () => {
  const records = await runGrid(await trivialJobs(8), memoryStore(), counting(failing).execute, options());
  expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['done', 'failed']));
  for (const record of records) expect(jobRecordSchema.parse(record)).toEqual(record);
});

describe('failed jobs', () => {
  test('are recorded with their error and stop nothing', async () => {
    const jobs = await trivialJobs(8);
    const records = await runGrid(jobs, memoryStore(), counting(failing).execute, options());
    expect(records.map(({ status }) => status)).toEqual([...Array(4).fill('done'), ...Array(4).fill('failed')]);
    const message = `[IMAGE_UNREADABLE] ${jobs[7]?.id}: is there to fail.`;
    expect(records[7]).toMatchObject({ error: { code: 'IMAGE_UNREADABLE', message } });
  });

  test('an error that is not of the library is recorded too', async () => {
    const broken: Work = () => Promise.reject(new TypeError('x is not a function'));
    const [record] = await runGrid(await trivialJobs(1), memoryStore(), recording(broken, CIRCUMSTANCES), options());
    expect(record).toMatchObject({ status: 'failed', error: { code: null, message: 'x is not a function' } });
  });

  test('are run again if that is asked for, and nothing else is', async () => {
    const jobs = await trivialJobs(8);
    const store = memoryStore();
    await runGrid(jobs, store, counting(failing).execute, options());
    const again = counting(doing);
    await runGrid(jobs, store, again.execute, options());
    expect(again.ran).toEqual([]);
    const records = await runGrid(jobs, store, again.execute, options({ retryFailed: true }));
    expect(again.ran).toEqual(jobs.slice(4).map(({ id }) => id));
    expect(records.every(({ status }) => status === 'done')).toBe(true);
  });

  test.each(['DISK_FULL', 'BACKEND_UNAVAILABLE'] as const)(
    '%s would befall every job: the grid stops',
    async (code) => {
      const jobs = await trivialJobs(6);
      const store = memoryStore();
      const fault: Work = (job, ...rest) => {
        return job.id === jobs[2]?.id ? Promise.reject(new IadError(code, 'here')) : doing(job, ...rest);
      };
      const run = runGrid(jobs, store, recording(fault, CIRCUMSTANCES), options());
      await expect(run).rejects.toMatchObject({ code });
      expect([...(await store.records()).keys()]).toEqual(jobs.slice(0, 2).map(({ id }) => id));
    },
  );

  test('a store that cannot write ends the run, and with it the other lanes', async () => {
    const jobs = await trivialJobs(40);
    const { execute, ran } = counting(trivialWork({ pause: 5 }));
    const store = { ...memoryStore(), write: () => Promise.reject(new IadError('DISK_FULL', 'no space left')) };
    await expect(runGrid(jobs, store, execute, options({ parallel: 2 }))).rejects.toMatchObject({ code: 'DISK_FULL' });
    const begun = ran.length;
    expect(begun).toBeLessThanOrEqual(2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(ran.length).toBe(begun);
  });
});

describe('a stop', () => {
  test('leaves records of whole jobs; the next run does the others', async () => {
    const jobs = await trivialJobs(12);
    const store = memoryStore();
    const stop = new AbortController();
    const first = counting(trivialWork({ pause: 1 }));
    const onRecord = (_: JobRecord, __: Job, { done }: GridProgress) => {
      if (done === 5) stop.abort('SIGINT');
    };
    const run = runGrid(jobs, store, first.execute, options({ signal: stop.signal, onRecord }));
    await expect(run).rejects.toMatchObject({ code: 'ABORTED', message: '[ABORTED] stopped by SIGINT.' });
    expect((await store.records()).size).toBe(5);
    const second = counting(doing);
    await runGrid(jobs, store, second.execute, options());
    expect(second.ran).toEqual(jobs.slice(5).map(({ id }) => id));
  });

  test('before the start runs nothing', async () => {
    const { execute, ran } = counting(doing);
    const run = runGrid(await trivialJobs(3), memoryStore(), execute, options({ signal: AbortSignal.abort('no') }));
    await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
    expect(ran).toEqual([]);
  });
});

describe('progress', () => {
  test('counts what earlier runs did, and failures', async () => {
    const jobs = await trivialJobs(8);
    const store = memoryStore();
    await runGrid(jobs.slice(0, 5), store, counting(failing).execute, options());
    const seen: GridProgress[] = [];
    await runGrid(
      jobs,
      store,
      counting(doing).execute,
      options({ onRecord: (_, __, progress) => seen.push(progress) }),
    );
    expect(seen.map(({ done }) => done)).toEqual([6, 7, 8]);
    expect(seen[0]).toMatchObject({ total: 8, failed: 1 });
    expect(seen[2]?.remainingMs).toBe(0);
  });

  test('events of a job are told with the job', async () => {
    const told: [string, string][] = [];
    const jobs = await trivialJobs(2);
    const onProgress: RunOptions['onProgress'] = ({ id }, { stage }) => told.push([id, stage]);
    await runGrid(jobs, memoryStore(), counting(doing).execute, options({ onProgress }));
    expect(told).toEqual(jobs.map(({ id }) => [id, 'nothing']));
  });

  test('the time left is that of jobs alike: of the method, else of all', async () => {
    const jobs = await trivialJobs(12);
    const records = await runGrid(jobs.slice(0, 6), memoryStore(), counting(failing).execute, options());
    // Methods one and two have a failed repeat too, which says nothing.
    const durations = [10, 20, 40, 80, 1000, 2000];
    const timed = new Map(records.map((record, i) => [record.id, { ...record, duration: durations[i]! }]));
    expect(timeLeft(jobs, timed, 1)).toBeCloseTo(10 + 20 + 2 * (40 + 80));
    expect(timeLeft(jobs, timed, 2)).toBeCloseTo(135);
    expect(timeLeft(jobs, timed, 100)).toBeCloseTo(45);
    const one = new Map([...timed].slice(0, 1));
    expect(timeLeft(jobs, one, 1)).toBeCloseTo(110);
    expect(timeLeft(jobs, new Map(), 1)).toBeUndefined();
  });
});
