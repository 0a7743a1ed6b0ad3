// fit of a method that trains: a training that was stopped goes on to the same model.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepingCheckpoint } from '../../src/cli/training.node.js';
import { IadError, type IadErrorCode } from '../../src/runtime/errors.js';
import { BACKEND, expectFailure, iadTf, sandbox, tree } from './run.js';

let cwd: string;
let remove: () => void;

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
});
afterAll(() => remove());

const SMALL = [
  '--layers',
  'layer1',
  '--input-size',
  '64',
  '--hidden-ratio',
  '0.1',
  '--batch-size',
  '2',
  '--workers',
  '1',
];
const FIT = ['fit', '--data', 'parts/board', '--method', 'fastflow', ...SMALL, '--epochs', '12', ...BACKEND];

test('--checkpoint keeps a training that Ctrl-C stops, --resume goes on to the same bytes', async () => {
  const whole = await iadTf([...FIT, '--out', 'whole.iad'], { cwd });
  expect(whole.stdout).toMatch(/^whole\.iad: 7 good images, 1 held out for the thresholds; trained parameters \d+\n$/);
  const kept = ['--out', 'kept.iad', '--checkpoint', 'kept.checkpoint'];
  const begun = () => existsSync(join(cwd, 'kept.checkpoint'));
  const stopped = await iadTf([...FIT, ...kept], { cwd, interruptWhen: begun });
  expectFailure(stopped, 1, '[ABORTED]', 'kept in kept.checkpoint', '--resume');
  expect(existsSync(join(cwd, 'kept.iad'))).toBe(false);
  expectFailure(await iadTf([...FIT, ...kept], { cwd }), 2, '[BAD_ARGUMENT]', 'kept.checkpoint', 'Add --resume');
  expect((await iadTf([...FIT, ...kept, '--resume'], { cwd })).code).toBe(0);
  expect(Buffer.compare(readFileSync(join(cwd, 'kept.iad')), readFileSync(join(cwd, 'whole.iad')))).toBe(0);
  expect(existsSync(join(cwd, 'kept.checkpoint'))).toBe(false);
}, 180_000);

describe('exit code 2 or 1, and nothing is made', () => {
  const OUT = ['--out', 'x.iad'];
  const DATA = ['fit', '--data', 'parts/board'];
  test.each<[string, 1 | 2, string[], string[]]>([
    [
      'a checkpoint where the model goes',
      2,
      [...FIT, ...OUT, '--checkpoint', './x.iad'],
      ['[BAD_ARGUMENT] --checkpoint', 'x.iad is to be the model'],
    ],
    ['--resume alone', 2, [...FIT, ...OUT, '--resume'], ['[BAD_ARGUMENT]', '--checkpoint']],
    [
      'a checkpoint of PatchCore',
      2,
      [...DATA, ...OUT, '--checkpoint', 'c'],
      ['[BAD_ARGUMENT]', 'PatchCore trains nothing'],
    ],
    ['a cache in a file', 1, [...DATA, ...OUT, '--cache-folder', 'file/cache'], ['[WRITE_FAILED]', 'file']],
    ['a checkpoint that is a folder', 1, [...FIT, ...OUT, '--checkpoint', 'parts'], ['[WRITE_FAILED]', 'parts']],
    ['no epochs', 2, [...FIT, ...OUT, '--epochs', '0'], ['[BAD_CONFIG]', 'FastFlow.epochs']],
  ])('%s', async (_name, code, args, words) => {
    writeFileSync(join(cwd, 'file'), 'mine');
    const before = tree(cwd);
    expectFailure(await iadTf(args, { cwd }), code, ...words);
    expect(tree(cwd)).toEqual(before);
  });

  test('a checkpoint that is none', async () => {
    writeFileSync(join(cwd, 'foreign'), 'not a checkpoint');
    const args = [...FIT, ...OUT, '--checkpoint', 'foreign', '--resume'];
    const refused = await iadTf(args, { cwd });
    expectFailure(refused, 1, '[MODEL_FORMAT]', 'foreign');
    expect(refused.stderr).not.toContain('kept in');
    expect(readFileSync(join(cwd, 'foreign'), 'utf8')).toBe('not a checkpoint');
  });
});

test.each<[code: IadErrorCode, isSaid: boolean]>([
  ['ABORTED', true],
  ['DISK_FULL', true],
  ['TRAINING_DIVERGED', false],
  ['MODEL_MISMATCH', false],
])('after %s, that a checkpoint can be gone on with is said: %s', async (code, isSaid) => {
  const checkpoint = join(cwd, 'left');
  writeFileSync(checkpoint, 'a checkpoint');
  const notes: string[] = [];
  const terminal = { note: (text: string) => notes.push(text), print: () => {}, onProgress: () => {} };
  const error = new IadError(code, 'stopped');
  const run = () => Promise.reject(error);
  await expect(keepingCheckpoint({ out: 'x.iad', checkpoint }, terminal, run)).rejects.toBe(error);
  expect(notes.map((text) => text.includes('--resume'))).toEqual(isSaid ? [true] : []);
});
