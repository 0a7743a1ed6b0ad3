// A method that a module brings: every command knows it, child processes too, and edited code is another method to the results.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobRecordSchema } from '../../src/benchmark/grid/record.js';
import { writeSynth } from '../../src/data/synth/write.node.js';
import { ROOT } from '../helpers/bundle.js';
import { missing } from '../helpers/needs.js';
import { RedisServer } from '../helpers/redis.js';
import { BACKEND, expectFailure, iadTf, readJson } from './run.js';

let cwd: string;
const MODULE = ['--module', 'brightness.mjs'];

/** The method of the README. */
function writeModule(more = ''): void {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, code = ''] = /```js\n(import \{ defineMethod \}.*?)```/s.exec(readme) ?? [];
  const library = pathToFileURL(join(ROOT, 'dist/index.js')).href;
  writeFileSync(join(cwd, 'brightness.mjs'), code.replace("'iad-tf'", `'${library}'`) + more);
}

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'iad-tf-module-'));
  await writeSynth(join(cwd, 'parts'), { kind: 'cloth', seed: 0, size: 64, train: 4, testGood: 2, testPerDefect: 1 });
  writeModule();
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const command = (...args: string[]) => iadTf([...args, ...BACKEND], { cwd });
const benchmark = (out: string, ...args: string[]) =>
  command('benchmark', '--methods', 'brightness', '--data', 'parts', '--out', out, ...args);

function recordsIn(out: string) {
  return readdirSync(join(cwd, out, 'jobs')).map((name) =>
    jobRecordSchema.parse(readJson(join(cwd, out, 'jobs', name))),
  );
}

describe('with --module', { timeout: 300_000 }, () => {
  test('fit, predict and evaluate take it, with options of all methods and its own in a file', async () => {
    writeFileSync(join(cwd, 'gain.json'), '{"gain": 2}');
    const data = ['--data', 'parts/cloth', '--method', 'brightness', ...MODULE];
    const fit = await command('fit', ...data, '--input-size', '64', '--config', 'gain.json', '--out', 'cloth.iad');
    expect(fit).toMatchObject({ code: 0, stdout: expect.stringContaining('cloth.iad: 3 good images, 1 held out') });
    const image = 'parts/cloth/train/good/000.png';
    const predicted = await command('predict', '--model', 'cloth.iad', '--json', image, ...MODULE);
    expect(JSON.parse(predicted.stdout)).toMatchObject({ method: 'brightness', predictions: [{ id: image }] });
    const evaluate = ['evaluate', ...data, '--input-size', '64', '--config', 'gain.json', '--json', 'cloth.json'];
    expect((await command(...evaluate)).stdout).toMatch(/AUROC/);
    expect(readJson(join(cwd, 'cloth.json'))).toMatchObject({
      config: { gain: 2, inputSize: 64 },
      backbone: { id: 'pixels' },
    });
    const unknown = await command('predict', '--model', 'cloth.iad', image);
    expectFailure(unknown, 1, '[MODEL_FORMAT]', "a model of method 'brightness'", '--module <file>');
  });

  test('the benchmark does in child processes what it does in one; other code is refused', async () => {
    const one = await benchmark('one', ...MODULE);
    expect(one.code).toBe(0);
    const two = await benchmark('two', ...MODULE, '--jobs', '2', '--settings', 'unsupervised');
    expect(two).toMatchObject({ code: 0, stdout: one.stdout });
    const [record] = recordsIn('two');
    expect(record).toMatchObject({ status: 'done', ownProcess: true, id: recordsIn('one')[0]?.id });
    expect(record?.description.method).toMatchObject({
      id: 'brightness',
      code: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    writeModule('\n// edited');
    expectFailure(await benchmark('one', ...MODULE), 1, '[RESULTS_MISMATCH]');
    writeModule();
    expect((await benchmark('one', ...MODULE)).stdout).toBe(one.stdout);
  });

  test('a configuration names its modules beside it; backbones are for methods that have one', async () => {
    const config = {
      modules: ['brightness.mjs'],
      methods: ['brightness'],
      datasets: ['parts'],
      backbones: ['resnet18', 'resnet50'],
    };
    writeFileSync(join(cwd, 'grid.json'), JSON.stringify(config));
    const run = await iadTf(
      ['benchmark', '--config', join(cwd, 'grid.json'), '--out', join(cwd, 'three'), ...BACKEND],
      {
        cwd: tmpdir(),
      },
    );
    expect(run.stderr).toContain('1 jobs, 0 of them recorded');
    expect(run.code).toBe(0);
    expect(recordsIn('three')).toMatchObject([{ description: { method: { id: 'brightness', name: 'brightness' } } }]);
  });
});

describe.skipIf(missing('redis'))('through a queue', { timeout: 300_000 }, () => {
  test('a worker imports what its own command line names, and takes no job with other code', async () => {
    const redis = await RedisServer.start();
    try {
      const queue = ['--queue', redis.address];
      const args = ['--methods', 'brightness', '--data', 'parts', '--settings', 'unsupervised'];
      const running = iadTf(['benchmark', ...args, '--out', 'queued', ...queue, ...MODULE], { cwd });
      const work = (...more: string[]) => {
        const interruptWhen = (stderr: string) => stderr.includes(': done,');
        return iadTf(['worker', ...queue, ...BACKEND, ...more], { cwd, interruptWhen });
      };
      expectFailure(await work(), 2, '[BAD_ARGUMENT] method brightness', '--module <file>');
      cpSync(join(cwd, 'brightness.mjs'), join(cwd, 'edited.mjs'));
      writeFileSync(join(cwd, 'edited.mjs'), '// edited', { flag: 'a' });
      expectFailure(await work('--module', 'edited.mjs'), 1, '[RESULTS_MISMATCH] method brightness');
      expectFailure(await work(...MODULE), 1, '[ABORTED]', 'Begun: brightness, parts/cloth');
      expect((await running).code).toBe(0);
      expect(recordsIn('queued')).toMatchObject([{ status: 'done', ownProcess: true }]);
    } finally {
      redis.remove();
    }
  });
});

describe('what is said where it is not so', () => {
  test('a method that no module brings', async () => {
    expectFailure(
      await benchmark('none'),
      2,
      '[BAD_ARGUMENT]',
      "there is no method 'brightness'",
      'brought by a module',
    );
  });

  test('a module that is not there, and one that brings nothing', async () => {
    expectFailure(await benchmark('none', '--module', 'other.mjs'), 1, '[MODULE_FAILED]', join(cwd, 'other.mjs'));
    writeFileSync(join(cwd, 'empty.mjs'), 'export const method = 1;');
    expectFailure(await benchmark('none', '--module', 'empty.mjs'), 1, '[MODULE_FAILED]', 'no default export');
    expect(readdirSync(cwd)).not.toContain('none');
  });

  test('the same id twice', async () => {
    writeFileSync(join(cwd, 'again.mjs'), `export { default } from './brightness.mjs?again';`);
    const twice = await benchmark('none', ...MODULE, '--module', 'again.mjs');
    expectFailure(twice, 2, '[BAD_ARGUMENT]', "there is another method 'brightness'");
  });
});
