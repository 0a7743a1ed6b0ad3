// The results folder: whole files, and no results taken for those of another configuration, other images or another version.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { trivialJobs, trivialWork } from '../../../bench/benchmark/trivial-jobs.js';
import { recording } from '../../../src/benchmark/grid/execute.js';
import { ResultsFolder, readResults } from '../../../src/benchmark/grid/folder.node.js';
import { makeJob } from '../../../src/benchmark/grid/job.js';
import { gridManifestSchema } from '../../../src/benchmark/grid/record.js';
import { runGrid } from '../../../src/benchmark/grid/run.js';
import { VERSION } from '../../../src/runtime/version.js';
import { CIRCUMSTANCES } from './stores.js';

const JOBS = await trivialJobs(6);
const GRID = { jobs: JOBS, skipped: [] };
let out: string;

beforeEach(async () => {
  out = join(await mkdtemp(join(tmpdir(), 'iad-tf-results-')), 'results');
});
afterEach(() => rm(join(out, '..'), { recursive: true }));

/** The first jobs done. */
async function begun(count: number): Promise<ResultsFolder> {
  const folder = await ResultsFolder.open(out, GRID);
  const signal = new AbortController().signal;
  await runGrid(JOBS.slice(0, count), folder, recording(trivialWork({}), CIRCUMSTANCES), { parallel: 1, signal });
  return folder;
}

const fileOf = (i: number) => join(out, 'jobs', `${JOBS[i]?.id}.json`);

/** Changes a file as a text editor would. */
async function edit(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  await writeFile(path, edited);
}

test('holds what the next run finds', async () => {
  const written = await (await begun(4)).records();
  expect(await readdir(out)).toEqual(['grid.json', 'jobs']);
  expect((await readdir(join(out, 'jobs'))).length).toBe(4);
  const again = await (await ResultsFolder.open(out, GRID)).records();
  expect(again).toEqual(written);
  expect([...again.keys()].sort()).toEqual(
    JOBS.slice(0, 4)
      .map(({ id }) => id)
      .sort(),
  );
});

test('is complete once every job has a record, whichever process wrote it', async () => {
  const first = await begun(4);
  expect(await first.isComplete()).toBe(false);
  const signal = new AbortController().signal;
  const other = await ResultsFolder.open(out, GRID);
  await runGrid(JOBS, other, recording(trivialWork({}), CIRCUMSTANCES), { parallel: 1, signal });
  expect(await first.isComplete()).toBe(true);
});

test('can be read without a configuration, in the order of the jobs', async () => {
  await begun(4);
  await rm(join(out, 'grid.json'));
  await rm(fileOf(1));
  await expect(ResultsFolder.open(out, GRID)).rejects.toMatchObject({ code: 'RESULTS_MISMATCH' });
  const jobs = await readdir(join(out, 'jobs'));
  await rm(join(out, 'jobs'), { recursive: true });
  expect(jobs.length).toBe(3);
  await begun(2);
  const { manifest, records } = await readResults(out);
  expect(records.map(({ id }) => id)).toEqual(JOBS.slice(0, 2).map(({ id }) => id));
  expect(manifest).toMatchObject({ libraryVersion: VERSION, skipped: [] });
  expect(manifest.jobs[5]).toEqual({
    id: JOBS[5]?.id,
    title: 'two (none), trivial/part, few-shot:m=1,augmentation=none, seed 1',
  });
  expect(gridManifestSchema.parse(manifest)).toEqual(manifest);
});

test('says what the last configuration asked for in vain, where its jobs are the same', async () => {
  const written = await (await begun(2)).records();
  const skipped = [{ what: 'two, noisy', code: 'SETTING_NOT_SERVED', reason: 'It does not.' }] as const;
  const folder = await ResultsFolder.open(out, { jobs: JOBS, skipped });
  expect((await readResults(out)).manifest).toMatchObject({ skipped, jobs: { length: JOBS.length } });
  expect(await folder.records()).toEqual(written);
});

describe('of something else is refused', () => {
  const refused = (grid: Parameters<typeof ResultsFolder.open>[1], ...words: string[]) =>
    Promise.all(
      words.map((word) =>
        expect(ResultsFolder.open(out, grid)).rejects.toMatchObject({
          code: 'RESULTS_MISMATCH',
          path: expect.stringContaining(out),
          message: expect.stringContaining(word),
        }),
      ),
    );

  test('another configuration', async () => {
    await begun(2);
    const more = await trivialJobs(8);
    await refused({ jobs: more, skipped: [] }, '2 jobs are not in it, such as three (none), trivial/part');
    await refused({ jobs: JOBS.slice(1), skipped: [] }, '1 of its jobs are not wanted now, such as one (none)');
    await refused({ jobs: JOBS.toReversed(), skipped: [] }, 'the order of the jobs');
  });

  test('other images', async () => {
    await begun(2);
    const other = await Promise.all(
      JOBS.map(({ description }) =>
        makeJob({ ...description, dataset: { ...description.dataset, images: '1'.repeat(64) } }, 'trivial'),
      ),
    );
    await refused({ jobs: other, skipped: [] }, '6 jobs are not in it', 'other images');
  });

  test('another version, of the grid or of one record', async () => {
    const folder = await begun(2);
    await edit(fileOf(1), `"libraryVersion": "${VERSION}"`, '"libraryVersion": "0.0.1"');
    const mixed = {
      code: 'RESULTS_MISMATCH',
      path: fileOf(1),
      message: expect.stringContaining('results of iad-tf 0.0.1'),
    };
    await expect(folder.records()).rejects.toMatchObject(mixed);
    await expect(readResults(out)).rejects.toMatchObject(mixed);
    await edit(join(out, 'grid.json'), VERSION, '0.0.1');
    await refused(GRID, `results of iad-tf 0.0.1, not of ${VERSION}`, 'go on with iad-tf 0.0.1');
  });

  test('a folder of other things, or none', async () => {
    await expect(readResults(out)).rejects.toMatchObject({
      code: 'RESULTS_MISMATCH',
      hint: expect.stringContaining('the folder that iad-tf benchmark --out wrote'),
    });
    await mkdir(out);
    await writeFile(join(out, 'letter.txt'), 'Dear');
    await refused(GRID, 'something else');
    expect(await readdir(out)).toEqual(['letter.txt']);
  });

  test('a record that belongs to no job', async () => {
    const folder = await begun(2);
    const stranger = join(out, 'jobs', `${'0'.repeat(16)}.json`);
    await writeFile(stranger, '{}');
    await expect(folder.records()).rejects.toMatchObject({ code: 'RESULTS_MISMATCH', path: stranger });
  });
});

describe('what the system does not let us read is no damage, and nothing to be written', () => {
  const unreadable = (path: string, reason: string) => ({
    code: 'RESULTS_UNREADABLE',
    path,
    message: expect.stringMatching(new RegExp(`cannot be read \\(${reason}.*permissions`)),
  });

  test('a file where a folder should be', async () => {
    await writeFile(out, '');
    await expect(ResultsFolder.open(out, GRID)).rejects.toMatchObject(unreadable(out, 'ENOTDIR'));
    await expect(readResults(out)).rejects.toMatchObject(unreadable(out, 'ENOTDIR'));
  });

  test('a folder where a record should be', async () => {
    const folder = await begun(2);
    await rm(fileOf(0));
    await mkdir(fileOf(0));
    await expect(folder.records()).rejects.toMatchObject(unreadable(fileOf(0), 'EISDIR'));
    expect((await readdir(join(out, 'jobs'))).length).toBe(2);
  });

  test.skipIf(process.getuid?.() === 0)('without permission', async () => {
    const folder = await begun(1);
    await chmod(fileOf(0), 0o000);
    await expect(folder.records()).rejects.toMatchObject(unreadable(fileOf(0), 'EACCES'));
    await chmod(join(out, 'jobs'), 0o000);
    await expect(folder.records()).rejects.toMatchObject(unreadable(join(out, 'jobs'), 'EACCES'));
    await chmod(join(out, 'jobs'), 0o700);
  });
});

describe('a damaged record is pointed out, never used', () => {
  const corrupt = async (...words: string[]) => {
    const folder = await ResultsFolder.open(out, GRID);
    for (const word of words) {
      await expect(folder.records()).rejects.toMatchObject({
        code: 'RESULTS_CORRUPT',
        path: fileOf(0),
        message: expect.stringContaining(word),
      });
    }
  };

  test('cut short', async () => {
    await begun(2);
    await writeFile(fileOf(0), (await readFile(fileOf(0), 'utf8')).slice(0, 300));
    await corrupt('cannot be read as JSON', 'Take the file away');
  });

  test('a field of another kind', async () => {
    await begun(2);
    await edit(fileOf(0), /"auroc": [\d.]+/, '"auroc": "high"');
    await corrupt('outcomes.0.evaluation.image.auroc');
  });

  test('without what was learned', async () => {
    await begun(2);
    const { tasks: _, ...rest } = JSON.parse(await readFile(fileOf(0), 'utf8'));
    await writeFile(fileOf(0), JSON.stringify(rest));
    await corrupt('tasks');
  });

  test('under the name of another job', async () => {
    await begun(2);
    await writeFile(fileOf(0), await readFile(fileOf(1), 'utf8'));
    await corrupt(`is the record of job ${JOBS[1]?.id}`);
  });

  test('with another description than its name says', async () => {
    await begun(2);
    await edit(fileOf(0), '"baseSeed": 66', '"baseSeed": 67');
    await corrupt('is the record of job');
  });

  test('grid.json cut short', async () => {
    await begun(1);
    await writeFile(join(out, 'grid.json'), '{');
    await expect(ResultsFolder.open(out, GRID)).rejects.toMatchObject({
      code: 'RESULTS_CORRUPT',
      hint: expect.stringContaining('choose an empty folder'),
    });
  });

  test('grid.json with other jobs than it was written with', async () => {
    await begun(1);
    await edit(join(out, 'grid.json'), JOBS[5]!.id, '0'.repeat(16));
    const corrupt = { code: 'RESULTS_CORRUPT', message: expect.stringContaining('fingerprint') };
    await expect(ResultsFolder.open(out, GRID)).rejects.toMatchObject(corrupt);
    await expect(readResults(out)).rejects.toMatchObject(corrupt);
  });
});

test("what file managers leave is no result, and in nobody's way", async () => {
  await mkdir(out);
  await writeFile(join(out, '.DS_Store'), '');
  const folder = await begun(2);
  await writeFile(join(out, 'jobs', '.DS_Store'), '');
  expect((await folder.records()).size).toBe(2);
  expect((await readResults(out)).records).toHaveLength(2);
});

test('what a killed process left half-written is no record; it goes when it is old', async () => {
  await begun(2);
  const [fresh, old] = ['.00000000000a.tmp', '.00000000000b.tmp'].map((name) => join(out, 'jobs', name));
  for (const path of [fresh!, old!]) await writeFile(path, '{"half');
  await utimes(old!, new Date(0), new Date(0));
  const folder = await ResultsFolder.open(out, GRID);
  expect((await folder.records()).size).toBe(2);
  const names = await readdir(join(out, 'jobs'));
  expect(names).toContain('.00000000000a.tmp');
  expect(names).not.toContain('.00000000000b.tmp');
});

test('what cannot be removed of it is named', async () => {
  await begun(2);
  const path = join(out, 'jobs', '.00000000000b.tmp');
  await mkdir(path);
  await utimes(path, new Date(0), new Date(0));
  await expect(ResultsFolder.open(out, GRID)).rejects.toMatchObject({ code: 'WRITE_FAILED', path });
});
