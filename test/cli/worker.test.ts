// iad-tf benchmark --queue with iad-tf worker: the same figures as on one machine, and errors that keep the password.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JobRecord, jobRecordSchema } from '../../src/benchmark/grid/record.js';
import { missing } from '../helpers/needs.js';
import { PASSWORD, RedisServer } from '../helpers/redis.js';
import { BACKEND, expectFailure, iadTf, readJson, sandbox } from './run.js';

let cwd: string;
let remove: () => void;

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
  cpSync(join(cwd, 'parts'), join(cwd, 'elsewhere/parts'), { recursive: true });
  const config = { resize: 64, inputSize: 64, coresetRatio: 0.05 };
  const grid = { methods: [{ id: 'patchcore', config }], datasets: ['parts'], seeds: [0] };
  writeFileSync(join(cwd, 'grid.json'), JSON.stringify(grid));
});
afterAll(() => remove());

const benchmark = (out: string, ...args: readonly string[]) =>
  iadTf(['benchmark', '--config', 'grid.json', '--out', out, ...args], { cwd });

function recordIn(out: string): JobRecord {
  const [name = '', ...more] = readdirSync(join(cwd, out, 'jobs'));
  expect(more).toEqual([]);
  return jobRecordSchema.parse(readJson(join(cwd, out, 'jobs', name)));
}

describe.skipIf(missing('redis'))('with a Redis', { timeout: 300_000 }, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.remove());

  const work = (interruptWhen: (stderr: string) => boolean, ...args: readonly string[]) =>
    iadTf(['worker', '--queue', redis.address, ...BACKEND, ...args], { cwd, interruptWhen });

  test('a worker with the datasets elsewhere gives the table of a run without one', async () => {
    const local = await benchmark('local', ...BACKEND, '--jobs', '1');
    const working = work(
      (stderr) => stderr.includes(': done,'),
      '--data-root',
      'elsewhere',
      '--jobs',
      '2',
      '--workers',
      '1',
    );
    const queued = await benchmark('queued', '--queue', redis.address);
    const worked = await working;
    expect(queued).toMatchObject({ code: 0, stdout: local.stdout });
    expectFailure(worked, 1, '[ABORTED] stopped by SIGINT', 'Begun: patchcore (resnet50), parts/board, unsupervised');
    const record = recordIn('queued');
    expect(record).toMatchObject({ status: 'done', parallel: 2, workers: 1, ownProcess: true });
    expect(record.description).toEqual(recordIn('local').description);
    const told = [queued.stdout, queued.stderr, worked.stderr, ...filesBelow('queued')].join('\n');
    expect(told).not.toContain(PASSWORD);
    expect(told).not.toContain(encodeURIComponent(PASSWORD));
    expect(told).toContain(`redis://127.0.0.1:${redis.port}/0`);
  });

  test('a worker without the dataset, or with another copy of it, ends and leaves the job', async () => {
    const running = benchmark('later', '--queue', redis.address);
    expectFailure(
      await work(() => false, '--data-root', 'nowhere'),
      1,
      '[FOLDER_NOT_FOUND] nowhere/parts',
      '--data-root',
    );
    cpSync(join(cwd, 'parts'), join(cwd, 'changed/parts'), { recursive: true });
    cpSync(join(cwd, 'parts/board/train/good/000.png'), join(cwd, 'changed/parts/board/train/good/more.png'));
    expectFailure(await work(() => false, '--data-root', 'changed'), 1, '[RESULTS_MISMATCH] changed/parts');
    const [ended] = await Promise.all([running, work((stderr) => stderr.includes(': done,'))]);
    expect(ended.code).toBe(0);
    expect(recordIn('later').status).toBe('done');
  });

  test('a wrong password is told, and stays untold', async () => {
    const address = redis.address.replace(/:[^:@]+@/, ':opensesame@');
    for (const ended of [
      await benchmark('refused', '--queue', address),
      await iadTf(['worker', '--queue', address], { cwd }),
    ]) {
      expectFailure(ended, 1, '[QUEUE_UNAVAILABLE]', 'WRONGPASS');
      expect(ended.stderr).not.toContain('opensesame');
    }
  });

  function filesBelow(out: string): string[] {
    const paths = readdirSync(join(cwd, out), { recursive: true, encoding: 'utf8' });
    return paths.filter((path) => path.endsWith('.json')).map((path) => readFileSync(join(cwd, out, path), 'utf8'));
  }
});

test.each([
  ['benchmark', ['benchmark', '--config', 'grid.json', '--out', 'never']],
  ['worker', ['worker']],
])('%s: an address that is none is bad usage, and is not repeated', async (_, args) => {
  const ended = await iadTf([...args, '--queue', 'http://me:opensesame@host'], { cwd });
  expectFailure(ended, 2, '[BAD_ARGUMENT] --queue', 'redis://host:6379/0');
  expect(ended.stderr).not.toContain('opensesame');
});

test('how jobs are carried out is for the worker to say', async () => {
  for (const flags of [['--jobs', '2'], ['--workers', '2'], BACKEND]) {
    const ended = await benchmark('never', '--queue', 'redis://:opensesame@host', ...flags);
    expectFailure(ended, 2, '--queue', flags[0]!);
    expect(ended.stderr).not.toContain('opensesame');
  }
});
