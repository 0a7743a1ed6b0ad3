// iad-tf benchmark report: a results folder in, four files out; what it says to a folder that is none.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { benchmarkReportSchema } from '../../src/benchmark/report/schema.js';
import { encodePng } from '../../src/data/index.js';
import { evaluationOf, madeUpResults } from '../benchmark/made-up.js';
import { result } from '../report/sample.js';
import { expectFailure, iadTf, readJson, tree } from './run.js';

let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'iad-tf-report-'));
  const images = [result('bolt/test/a.png', 1, 1), result('bolt/test/b.png', 0, 2)];
  const gives = [{ after: 'bolt', on: 'bolt', evaluation: evaluationOf(0.91, { images }) }];
  const { manifest, records } = await madeUpResults([{ gives }, { method: 'padim', gives }], ['a job that waits']);
  mkdirSync(join(cwd, 'results/jobs'), { recursive: true });
  writeFileSync(join(cwd, 'results/grid.json'), JSON.stringify(manifest));
  for (const record of records) writeFileSync(join(cwd, `results/jobs/${record.id}.json`), JSON.stringify(record));
  mkdirSync(join(cwd, 'data/parts/bolt/test'), { recursive: true });
  writeFileSync(
    join(cwd, 'data/parts/bolt/test/a.png'),
    encodePng({ width: 8, height: 8, data: new Uint8Array(3 * 64).fill(9) }),
  );
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const report = (...args: string[]) => iadTf(['benchmark', 'report', ...args], { cwd });

test('writes the report of a run that is not over, and says where; results stay as they are', async () => {
  const before = tree(join(cwd, 'results'));
  const ended = await report('results', '--out', 'report', '--data-root', 'data');
  expect(ended).toMatchObject({ code: 0, stdout: `Report: ${join(cwd, 'report', 'report.html')}\n` });
  expect(ended.stderr).toContain('2 of 3 jobs done, 0 failed, 1 not run');
  expect(ended.stderr).toContain('1 image not found in data');
  expect(readdirSync(join(cwd, 'report')).sort()).toEqual(['report.html', 'report.json', 'report.md', 'results.csv']);
  expect(readFileSync(join(cwd, 'report/report.html'), 'utf8')).toContain('data:image/jpeg;base64,');
  expect(benchmarkReportSchema.parse(readJson(join(cwd, 'report/report.json'))).jobs.all).toBe(3);
  expect(tree(join(cwd, 'results'))).toEqual(before);
  const quiet = await report('results', '--out', 'report', '--quiet');
  expect(quiet).toMatchObject({ code: 0, stderr: '' });
});

test.each<[string, string[], 1 | 2, string[]]>([
  ['no results', ['data', '--out', 'x'], 1, ['[RESULTS_MISMATCH] data: there is no grid.json']],
  ['no folder', ['nowhere', '--out', 'x'], 1, ['[RESULTS_MISMATCH] nowhere']],
  ['no target', ['results'], 2, ["required option '--out <folder>'"]],
  ['no argument', ['--out', 'x'], 2, ["missing required argument 'results'"]],
  ['no data', ['results', '--out', 'x', '--data-root', 'nowhere'], 1, ['[FOLDER_NOT_FOUND] nowhere']],
  ['a target with files of somebody', ['results', '--out', 'mine'], 1, ['[WRITE_FAILED]', 'results.csv']],
])('%s', async (_, args, code, words) => {
  mkdirSync(join(cwd, 'mine'), { recursive: true });
  writeFileSync(join(cwd, 'mine/results.csv'), 'mine');
  const before = tree(cwd);
  expectFailure(await report(...args), code, ...words);
  expect(tree(cwd)).toEqual(before);
});

test('a broken record is named, and nothing is written', async () => {
  cpSync(join(cwd, 'results'), join(cwd, 'broken'), { recursive: true });
  const [name] = readdirSync(join(cwd, 'broken/jobs'));
  writeFileSync(join(cwd, 'broken/jobs', name!), '{');
  expectFailure(await report('broken', '--out', 'x'), 1, '[RESULTS_CORRUPT]', name!, 'Take the file away');
  expect(tree(cwd)).not.toContain('x');
});
