// Ctrl-C in the middle of each long command: it ends with ABORTED and exit code 1 and leaves nothing behind.
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BACKEND, expectFailure, iadTf, manyImages, sandbox, TINY, tree } from './run.js';

let cwd: string;
let remove: () => void;

/** More images than any machine gets through before the signal arrives. */
const MANY = 400;

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
  expect((await iadTf(['fit', '--data', 'parts/board', '--out', 'model.iad', ...TINY], { cwd })).code).toBe(0);
  manyImages(cwd, 'many/train/good', MANY);
  cpSync(join(cwd, 'many/train'), join(cwd, 'many/test'), { recursive: true });
  mkdirSync(join(cwd, 'out'));
});
afterAll(() => remove());

/** True a moment after the backend has been chosen: weights are being loaded, or images looked at. */
function atWork(): (stderr: string) => boolean {
  let since = Number.POSITIVE_INFINITY;
  return (stderr) => {
    if (stderr.includes('Backend')) since = Math.min(since, Date.now());
    return Date.now() - since > 1500;
  };
}

const full = ['--data', 'many', ...BACKEND];

test.each([
  ['fit with worker threads', ['fit', ...full, '--out', 'out/x.iad', '--workers', '2']],
  ['fit in one thread', ['fit', ...full, '--out', 'out/x.iad', '--workers', '1']],
  ['evaluate, fitting', ['evaluate', ...full, '--json', 'out/e.json', '--report', 'out/report']],
  ['evaluate, scoring', ['evaluate', ...full, '--model', 'model.iad', '--json', 'out/e.json', '--workers', '1']],
  ['report', ['report', ...full, '--model', 'model.iad', '--out', 'out/report', '--workers', '1']],
])('%s', async (_name, args) => {
  const before = tree(cwd);
  expectFailure(await iadTf(args, { cwd, interruptWhen: atWork() }), 1, '[ABORTED]', 'SIGINT');
  expect(tree(cwd)).toEqual(before);
});

test('predict keeps the overlays that are whole', async () => {
  const args = [
    'predict',
    '--model',
    'model.iad',
    'many/test',
    '--out',
    'overlays',
    '--json',
    '--workers',
    '1',
    ...BACKEND,
  ];
  const written = () => existsSync(join(cwd, 'overlays')) && readdirSync(join(cwd, 'overlays')).length > 2;
  expectFailure(await iadTf(args, { cwd, interruptWhen: written }), 1, '[ABORTED]');
  const names = readdirSync(join(cwd, 'overlays'));
  expect(names.length).toBeLessThan(MANY);
  expect(names.filter((name) => !/^many__test__good__\d+\.png$/.test(name))).toEqual([]);
});

test('synth', async () => {
  const before = tree(cwd);
  const begun = () => existsSync(join(cwd, 'new')) && readdirSync(join(cwd, 'new')).length > 0;
  const args = ['synth', '--out', 'new', '--train', '5000'];
  expectFailure(await iadTf(args, { cwd, interruptWhen: begun }), 1, '[ABORTED]');
  expect(tree(cwd)).toEqual(before);
});
