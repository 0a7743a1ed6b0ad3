// Ids depend on a job's description alone, and on all of it; parts of a grid are its jobs, each once.
import { describe, expect, test } from 'vitest';
import { trivialJobs } from '../../../bench/benchmark/trivial-jobs.js';
import { canonical, type Job, jobId, jobTitle, makeJob, shardOf } from '../../../src/benchmark/grid/job.js';

const [FIRST] = await trivialJobs(1);
const description = FIRST!.description;

describe('ids', () => {
  test('are the same on every machine, today and tomorrow', async () => {
    expect(FIRST?.id).toBe('d6a5ebe9dc3a0984');
    expect((await makeJob(description, '/elsewhere', '/weights/there')).id).toBe(FIRST?.id);
  });

  test('do not depend on the order of fields, nor on the way through JSON', async () => {
    const { method, ...rest } = description;
    expect(await jobId({ ...rest, method })).toBe(FIRST?.id);
    expect(await jobId(JSON.parse(JSON.stringify(description)))).toBe(FIRST?.id);
  });

  test.each([
    ['seed', { ...description, seed: 1 }],
    ['rounding', { ...description, cacheFeatures: true }],
    ['base seed', { ...description, baseSeed: 67 }],
    ['configuration', { ...description, method: { ...description.method, config: { backbone: 'none', seed: 1 } } }],
    ['name', { ...description, method: { ...description.method, name: 'other' } }],
    ['setting', { ...description, setting: { id: 'unsupervised', options: { kind: 'unsupervised' } } }],
    ['split', { ...description, dataset: { ...description.dataset, split: 'other' } }],
    ['images', { ...description, dataset: { ...description.dataset, images: 'f'.repeat(64) } }],
  ])('depend on the %s', async (_, other) => {
    expect(await jobId(other)).not.toBe(FIRST?.id);
  });

  test('tell a number from a word, a list from an object, and nothing from null', () => {
    const texts = [1, '1', [1], { 0: 1 }, null, { a: null }, {}, { a: undefined, b: 1 }].map(canonical);
    expect(new Set(texts).size).toBe(texts.length);
    expect(canonical({ b: [1, { d: 2, c: undefined }], a: 'x' })).toBe('{"a":"x","b":[1,{"d":2}]}');
  });
});

test('a title names what people look for', () => {
  expect(jobTitle(FIRST!)).toBe('one (none), trivial/part, few-shot:m=1,augmentation=none, seed 0');
  const dataset = { ...description.dataset, name: 'mtd', categories: ['mtd'] };
  expect(jobTitle({ description: { ...description, dataset } })).toContain(', mtd, ');
});

describe('parts', () => {
  test.each([1, 2, 3, 5, 64])('%i of them hold every job once, in its order', async (count) => {
    const jobs = await trivialJobs(22);
    const parts = Array.from({ length: count }, (_, i) => shardOf(jobs, { index: i + 1, count }));
    expect(parts.flat().length).toBe(jobs.length);
    expect(new Set(parts.flat()).size).toBe(jobs.length);
    for (const part of parts) expect(part).toEqual(jobs.filter((job) => part.includes(job)));
    const sizes = parts.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  test('every part has its share of each method', async () => {
    const jobs = await trivialJobs(24);
    const methods = (part: readonly Job[]) => part.map(({ description: of }) => of.method.name).sort();
    const [one, two] = [1, 2].map((index) => methods(shardOf(jobs, { index, count: 2 })));
    expect(one).toEqual(two);
    expect(new Set(one).size).toBe(4);
  });
});
