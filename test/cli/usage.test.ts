// What the command line says to a wrong command line: exit code 2, the option or field at fault, nothing done.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../src/runtime/version.js';
import { BACKEND, expectFailure, iadTf, sandbox, tree } from './run.js';

let cwd: string;
let remove: () => void;

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
});
afterAll(() => remove());

test('--help names every command and the exit codes, --version the version', async () => {
  const help = await iadTf(['--help'], { cwd });
  for (const command of ['synth', 'fit', 'predict', 'evaluate', 'benchmark', 'worker', 'report', 'weights', 'demo']) {
    expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
  expect(help.stdout).toContain('3 an anomaly was found');
  expect(help.code).toBe(0);
  expect(await iadTf(['--version'], { cwd })).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
});

const DATA = ['--data', 'parts/board'];
const OUT = ['--out', 'x.iad'];

describe('exit code 2, and nothing is made', () => {
  const cases: [string, string[], string[]][] = [
    ['no command', [], ['Usage: iad-tf']],
    ['unknown command', ['train'], ["unknown command 'train'"]],
    ['unknown option', ['fit', ...DATA, ...OUT, '--frobnicate'], ["unknown option '--frobnicate'"]],
    ['missing option', ['fit', ...DATA], ["required option '--out <file>'"]],
    ['missing images', ['predict', '--model', 'x.iad'], ["missing required argument 'images'"]],
    ['no number', ['fit', ...DATA, ...OUT, '--coreset-ratio', 'much'], ["'--coreset-ratio <share>'", 'Not a number']],
    ['broken number', ['fit', ...DATA, ...OUT, '--seed', '1.5'], ["'--seed <n>'", 'Not a whole number']],
    ['no worker', ['fit', ...DATA, ...OUT, '--workers', '0'], ["'--workers <n>'", 'from 1 up']],
    ['no size', ['fit', ...DATA, ...OUT, '--memory-budget', 'lots'], ["'--memory-budget <size>'", '512MB']],
    ['unknown backend', ['fit', ...DATA, ...OUT, '--backend', 'cuda'], ["'--backend <name>'", 'wasm, cpu']],
    ['unknown layout', ['fit', ...DATA, ...OUT, '--layout', 'coco'], ["'--layout <name>'", 'mvtec']],
    ['unknown kind of part', ['synth', '--out', 'x', '--kind', 'shoe'], ["'--kind <name>'", 'board']],
    ['unknown method', ['fit', ...DATA, ...OUT, '--method', 'magic'], ['[BAD_ARGUMENT]', "'magic'", 'patchcore']],
    ['value out of range', ['fit', ...DATA, ...OUT, '--coreset-ratio', '2'], ['[BAD_CONFIG]', 'coresetRatio']],
    [
      'an option of another method',
      ['fit', ...DATA, ...OUT, '--method', 'padim', '--reweight', '3'],
      ['[BAD_CONFIG]', 'PaDiM.reweight'],
    ],
    [
      'no number of channels',
      ['fit', ...DATA, ...OUT, '--method', 'padim', '--dims', 'some'],
      ['[BAD_CONFIG]', 'PaDiM.dims'],
    ],
    [
      'no width of a flow',
      ['fit', ...DATA, ...OUT, '--method', 'csflow', '--hidden', '0'],
      ['[BAD_CONFIG]', 'CS-Flow.hidden'],
    ],
    [
      'unknown angles',
      ['fit', ...DATA, ...OUT, '--method', 'differnet', '--rotations', 'some'],
      ["'--rotations <name>'", 'fixed, random'],
    ],
    ['no neighbours', ['fit', ...DATA, ...OUT, '--method', 'spade', '--k', '0'], ['[BAD_CONFIG]', 'SPADE.k']],
    ['no fibers', ['fit', ...DATA, ...OUT, '--method', 'cflow', '--fibers', '0'], ['[BAD_CONFIG]', 'CFlow.fibers']],
    [
      'no such border',
      ['fit', ...DATA, ...OUT, '--encoder-padding', 'edge'],
      ["'--encoder-padding <name>'", 'reflect'],
    ],
    ['no such embedding', ['fit', ...DATA, ...OUT, '--embedding', 'best'], ["'--embedding <name>'", 'orthogonal']],
    [
      'too large a share',
      ['fit', ...DATA, ...OUT, '--method', 'stpm', '--validation-share', '0.9'],
      ['[BAD_CONFIG]', 'STPM.validationShare'],
    ],
    [
      'a split for a layout without',
      ['fit', ...DATA, ...OUT, '--split', 'random80'],
      ['[BAD_ARGUMENT]', 'split', 'mvtec'],
    ],
    [
      'a model and how to fit one',
      ['evaluate', ...DATA, '--model', 'x.iad', '--coreset-ratio', '0.1'],
      ['cannot be used with', '--coreset-ratio'],
    ],
    ['synthetic parts without size', ['synth', '--out', 'x', '--size', '0'], ['[BAD_ARGUMENT]', 'size']],
  ];
  test.each(cases)('%s', async (_name, args, words) => {
    const before = tree(cwd);
    expectFailure(await iadTf(args, { cwd }), 2, ...words);
    expect(tree(cwd)).toEqual(before);
  });
});

describe('--config', () => {
  const files: [string, string, string[]][] = [
    ['is not there', '', ['[BAD_ARGUMENT]', 'config.json', 'cannot be read as JSON']],
    ['is no JSON', '{"coresetRatio": 0.1', ['[BAD_ARGUMENT]', 'config.json', 'cannot be read as JSON']],
    ['is no object', '[0.1]', ['[BAD_ARGUMENT]', 'config.json', 'not a JSON object']],
    ['has an unknown field', '{"coreset_ratio": 0.1}', ['[BAD_CONFIG]', '"coreset_ratio"']],
    ['has a value of the wrong type', '{"geometry": 3}', ['[BAD_CONFIG]', 'PatchCore.geometry']],
  ];
  test.each(files)('%s', async (_name, text, words) => {
    const config = join(cwd, text === '' ? 'missing-config.json' : 'config.json');
    if (text !== '') writeFileSync(config, text);
    expectFailure(await iadTf(['fit', ...DATA, ...OUT, ...BACKEND, '--config', config], { cwd }), 2, ...words);
  });
});
