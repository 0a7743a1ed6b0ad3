// Jobs and records as they come out of a queue that anybody may have written to.
import { beforeAll, describe, expect, test } from 'vitest';
import { trivialJobs } from '../../../bench/benchmark/trivial-jobs.js';
import { type Job, jobId } from '../../../src/benchmark/grid/job.js';
import { checkJob, checkRecord, otherVersion, plain, queuedName } from '../../../src/benchmark/grid/queue/messages.js';
import type { JobRecord } from '../../../src/benchmark/grid/record.js';
import { VERSION } from '../../../src/runtime/version.js';
import { failingExecute, trivialExecute } from './jobs.js';

let job: Job;
let record: JobRecord;

beforeAll(async () => {
  [job] = (await trivialJobs(1)) as [Job];
  record = await trivialExecute(1)(job, new AbortController().signal, () => {});
});

/** Through JSON, as the queue sends it. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a record', () => {
  test('that is right is taken as it is', () => {
    expect(checkRecord(sent(record), job)).toEqual(record);
  });

  test('loses what it should not have', () => {
    expect(checkRecord({ ...record, path: '/etc/passwd' }, job)).toEqual(record);
    const text = JSON.stringify(record).replace('{', '{"__proto__":{"polluted":true},');
    expect(checkRecord(JSON.parse(text), job)).toEqual(record);
    expect({}).not.toHaveProperty('polluted');
  });

  test('that failed says why in one line', async () => {
    const message = `a\u001b[31m\r\nb\u202e${'c'.repeat(3000)}`;
    const failed = await failingExecute('NO\u0007', message)(job, new AbortController().signal, () => {});
    const checked = checkRecord(sent(failed), job);
    expect(checked).toMatchObject({ error: { code: 'NO' } });
    expect(checked.status === 'failed' && checked.error.message).toMatch(/^a \[31m b c{1000,}…$/);
  });

  test.each<[string, (right: JobRecord) => unknown, string]>([
    ['nothing', () => undefined, 'the whole'],
    ['null', () => null, 'the whole'],
    ['a list', (right) => [right], 'the whole'],
    ['another form', (right) => ({ ...right, schema: 'iad-tf/job@2' }), 'schema'],
    ['no status', (right) => ({ ...right, status: 'fine' }), 'status'],
    ['a path for an id', (right) => ({ ...right, id: '../../../grid.json' }), 'id'],
    ["another job's id", (right) => ({ ...right, id: '0123456789abcdef' }), 'id: it is of another job'],
    ['another description', (right) => ({ ...right, description: { ...right.description, seed: 5 } }), 'description'],
    ['no outcome', (right) => ({ ...right, outcomes: [] }), 'outcomes'],
    ['a time that is none', (right) => ({ ...right, started: 'yesterday' }), 'started'],
    ['a negative time', (right) => ({ ...right, duration: -1 }), 'duration'],
    [
      'another version',
      (right) => ({ ...right, environment: { ...right.environment, libraryVersion: '9.9.9\u001b[2J' } }),
      'it is of iad-tf 9.9.9 [2J, this is',
    ],
  ])('with %s is refused', (_, spoil, where) => {
    const spoiled = sent([spoil(record)]);
    const value = Array.isArray(spoiled) ? spoiled[0] : undefined;
    const check = () => checkRecord(value, job);
    expect(check).toThrow(expect.objectContaining({ code: 'QUEUE_MESSAGE', message: expect.stringContaining(where) }));
  });

  test.each([2, -0.5, 'high'])('with an AUROC of %s is refused', (auroc) => {
    if (record.status !== 'done') throw new Error('it is done');
    const [outcome] = record.outcomes;
    const { evaluation } = outcome!;
    const outcomes = [{ ...outcome, evaluation: { ...evaluation, image: { ...evaluation.image, auroc } } }];
    expect(() => checkRecord({ ...record, outcomes }, job)).toThrow('outcomes.0.evaluation.image.auroc');
  });
});

describe('a job', () => {
  test('that is right is taken', async () => {
    expect(await checkJob(sent({ version: VERSION, job }), queuedName(job))).toEqual(job);
  });

  test.each<[string, (right: Job) => unknown]>([
    ['another seed', (right) => ({ ...right, description: { ...right.description, seed: 1 } })],
    ['another id', (right) => ({ ...right, id: '0123456789abcdef' })],
    ['no folder', (right) => ({ ...right, folder: '' })],
    ['no description', ({ id, folder }) => ({ id, folder, weights: null })],
  ])('with %s is refused', async (_, spoil) => {
    await expect(checkJob(sent({ version: VERSION, job: spoil(job) }), queuedName(job))).rejects.toMatchObject({
      code: 'QUEUE_MESSAGE',
    });
  });

  test('under another name is refused', async () => {
    await expect(checkJob(sent({ version: VERSION, job }), 'job-0123456789abcdef')).rejects.toMatchObject({
      code: 'QUEUE_MESSAGE',
    });
  });

  test.each(['..', '.', '', '../secret', 'a/b', 'a\\b'])('of a dataset called "%s" is refused', async (name) => {
    const description = { ...job.description, dataset: { ...job.description.dataset, name } };
    const other = { ...job, description, id: await jobId(description) };
    await expect(checkJob(sent({ version: VERSION, job: other }), queuedName(other))).rejects.toThrow(
      'description.dataset.name',
    );
  });

  test('of another version is told from one of this', () => {
    expect(otherVersion({ version: VERSION, job })).toBeNull();
    expect(otherVersion({ version: '9.9.9\n', job })).toBe('9.9.9');
    expect(otherVersion({ job })).toBeNull();
  });
});

test('text for people is one line', () => {
  expect(plain('  a\tb\u0000c  ')).toBe('a b c');
  expect(plain('x'.repeat(2001))).toBe(`${'x'.repeat(1999)}…`);
});
