// iad-tf benchmark: two methods on synthetic parts under three settings; stopped, killed, in parts and in processes it finds the same.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GridOptions } from '../../src/benchmark/grid/config.js';
import { gridManifestSchema, type JobRecord, jobRecordSchema } from '../../src/benchmark/grid/record.js';
import { writeSynth } from '../../src/data/synth/write.node.js';
import { BACKEND, expectFailure, iadTf, readJson, tree } from './run.js';

const SMALL = { resize: 64, inputSize: 64 };
const CONFIG: GridOptions = {
  methods: [
    { id: 'patchcore', config: { ...SMALL, coresetRatio: 0.05 } },
    { id: 'padim', name: 'PaDiM-20', config: { ...SMALL, dims: 20 } },
  ],
  datasets: ['parts'],
  settings: ['unsupervised', { kind: 'few-shot', shots: 1, augmentation: 'rotation' }, 'continual'],
  seeds: [0],
};
/** 2 methods x 2 categories x 2 settings, and PatchCore's continual job. */
const COUNT = 9;
const FLAGS = [...BACKEND, '--workers', '1'];

let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'iad-tf-benchmark-'));
  for (const kind of ['metal', 'cloth'] as const) {
    await writeSynth(join(cwd, 'parts'), { kind, seed: 0, size: 64, train: 4, testGood: 2, testPerDefect: 1 });
  }
  writeFileSync(join(cwd, 'grid.json'), JSON.stringify(CONFIG));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const run = (out: string, ...args: string[]) =>
  iadTf(['benchmark', '--config', 'grid.json', '--out', out, ...FLAGS, ...args], { cwd });

function recordsIn(out: string): JobRecord[] {
  return readdirSync(join(cwd, out, 'jobs')).map((name) =>
    jobRecordSchema.parse(readJson(join(cwd, out, 'jobs', name))),
  );
}

describe('a whole run', { timeout: 600_000 }, () => {
  let table: string;

  test('leaves one record per job, and prints the table; again, it has nothing to do', async () => {
    const first = await run('whole');
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('Skipped: PaDiM-20, continual: [SETTING_NOT_SERVED] padim does not serve');
    expect(first.stderr).toContain(`${COUNT} jobs, 0 of them recorded in whole`);
    expect(first.stderr).toMatch(
      /^\[1\/9, left .*\] patchcore \(resnet50\), parts\/cloth, unsupervised, seed 0: image AUROC/m,
    );
    table = first.stdout;
    const written = tree(join(cwd, 'whole')).map((path) => [path, statSync(join(cwd, 'whole', path)).mtimeMs]);
    const again = await run('whole');
    expect(again).toMatchObject({ code: 0, stdout: table });
    expect(again.stderr).toContain(`${COUNT} jobs, ${COUNT} of them recorded in whole`);
    expect(tree(join(cwd, 'whole')).map((path) => [path, statSync(join(cwd, 'whole', path)).mtimeMs])).toEqual(written);
  });

  test('the table has a row for every cell, with the figures of the records', () => {
    const rows = table.trimEnd().split('\n');
    // Two methods under two settings on two categories; learned one after another, three tests.
    expect(rows.length).toBe(1 + 8 + 3);
    for (const record of recordsIn('whole')) {
      if (record.status === 'failed') throw new Error(record.error.message);
      const { auroc } = record.outcomes[0]!.evaluation.image;
      const { method, setting } = record.description;
      expect(
        rows.some((row) => row.startsWith(method.name) && row.includes(setting.id) && row.includes(auroc!.toFixed(4))),
      ).toBe(true);
    }
  });

  test('records say what was learned from how many images, drawn how', () => {
    const records = recordsIn('whole');
    expect(records.length).toBe(COUNT);
    expect(gridManifestSchema.parse(readJson(join(cwd, 'whole/grid.json'))).skipped.length).toBe(1);
    for (const record of records) {
      const { setting, dataset } = record.description;
      if (record.status === 'failed') throw new Error(record.error.message);
      const { tasks, outcomes } = record;
      expect(tasks.map(({ category }) => category)).toEqual(dataset.categories);
      const [task] = tasks;
      const few = setting.id.startsWith('few-shot');
      expect(task?.counts).toEqual({
        trainNormal: few ? 1 : 4,
        trainAnomalous: 0,
        testNormal: 2,
        testAnomalous: 4,
        unlabelled: 0,
      });
      expect(task?.draws.map(({ key }) => key)).toEqual(few ? [`parts|${dataset.categories[0]}|few-shot|0`] : []);
      expect(record.description.method.config.seed).toBe(task?.seeds.train);
      // A rotated copy is an image too.
      expect(outcomes[0]?.evaluation.dataset.train).toBe(few ? 5 : 3);
      expect(record).toMatchObject({ workers: 1, parallel: 1, ownProcess: false, attempts: 1 });
    }
    const continual = records.find(({ description }) => description.setting.id === 'continual');
    if (continual?.status !== 'done') throw new Error('no continual job');
    expect(continual.outcomes.map(({ after, on }) => [after, on])).toEqual([
      ['cloth', 'cloth'],
      ['metal', 'cloth'],
      ['metal', 'metal'],
    ]);
    const rows = continual.outcomes.map(({ evaluation }) => evaluation.learned[0]?.shape[0] ?? 0);
    expect(rows[1]).toBeGreaterThan(rows[0]!);
  });

  test('killed, then stopped by Ctrl-C, then in two parts and in processes: the same table', async () => {
    const stop = (signal: NodeJS.Signals, after: string) =>
      iadTf(['benchmark', 'run', '--config', 'grid.json', '--out', 'disturbed', ...FLAGS], {
        cwd,
        interruptWhen: (stderr) => stderr.includes(after),
        interruptBy: signal,
      });
    expect((await stop('SIGKILL', `[2/${COUNT}`)).code).toBeNull();
    const kept = new Map(recordsIn('disturbed').map((record) => [record.id, record]));
    expect(kept.size).toBeGreaterThanOrEqual(2);
    expectFailure(await stop('SIGINT', `[${kept.size + 1}/${COUNT}`), 1, '[ABORTED] stopped by SIGINT');
    expect(recordsIn('disturbed').length).toBeGreaterThan(kept.size);
    const part = await run('disturbed', '--jobs', '2', '--shard', '1/2');
    expect(part.code).toBe(0);
    expect(part.stderr).toContain('5 jobs, ');
    const last = await run('disturbed', '--jobs', '2', '--shard', '2/2');
    expect(last.code).toBe(0);
    expect((await run('disturbed')).stdout).toBe(table);
    const records = recordsIn('disturbed');
    expect(records.filter(({ id }) => kept.has(id))).toEqual(expect.arrayContaining([...kept.values()]));
    expect(records.some(({ ownProcess, parallel }) => ownProcess && parallel === 2)).toBe(true);
  });
});

test('a job that fails is recorded and stops nothing; it can be run again', { timeout: 300_000 }, async () => {
  cpSync(join(cwd, 'parts'), join(cwd, 'damaged'), { recursive: true });
  const image = join(cwd, 'damaged/cloth/train/good/001.png');
  const whole = readFileSync(image);
  // of the same size: another one would make it another dataset
  writeFileSync(image, Buffer.concat([whole.subarray(0, 200), Buffer.alloc(whole.length - 200)]));
  writeFileSync(
    join(cwd, 'damaged.json'),
    JSON.stringify({ ...CONFIG, methods: [CONFIG.methods[0]], datasets: ['damaged'], settings: ['unsupervised'] }),
  );
  const args = ['benchmark', '--config', 'damaged.json', '--out', 'failed', ...FLAGS];
  const first = await iadTf(args, { cwd });
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/damaged\/cloth, unsupervised, seed 0: failed, \[IMAGE_UNREADABLE\] .*001\.png/);
  expect(first.stderr).toContain('1 of 2 jobs failed; --retry-failed runs them again');
  expect(
    recordsIn('failed')
      .map(({ status }) => status)
      .sort(),
  ).toEqual(['done', 'failed']);
  writeFileSync(image, whole);
  expect((await iadTf(args, { cwd })).code).toBe(1);
  const again = await iadTf([...args, '--retry-failed'], { cwd });
  expect(again.code).toBe(0);
  expect(recordsIn('failed').map(({ status }) => status)).toEqual(['done', 'done']);
});

test('methods that share a backbone share its passes', { timeout: 300_000 }, async () => {
  const config = { ...CONFIG, datasets: [{ folder: 'parts', categories: ['cloth'] }], settings: ['unsupervised'] };
  const figures = async (name: string, cacheFeatures: boolean) => {
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify({ ...config, cacheFeatures }));
    const args = ['benchmark', '--config', `${name}.json`, '--out', name, ...FLAGS];
    const whileRunning: string[] = [];
    const interruptWhen = (stderr: string) => {
      if (stderr.includes('[1/2')) whileRunning.push(...readdirSync(join(cwd, name)));
      return false;
    };
    expect((await iadTf(args, { cwd, interruptWhen })).code).toBe(0);
    expect(whileRunning.includes('features')).toBe(cacheFeatures);
    expect(readdirSync(join(cwd, name))).toEqual(['grid.json', 'jobs']);
    return recordsIn(name).map((record) => {
      if (record.status === 'failed') throw new Error(record.error.message);
      const { evaluation } = record.outcomes[0]!;
      expect(record.description.cacheFeatures).toBe(cacheFeatures);
      expect(evaluation.timings.latency === null).toBe(cacheFeatures);
      const { image, method } = evaluation;
      return [method, image.auroc ?? 0] as const;
    });
  };
  const [computed, cached] = [new Map(await figures('computed', false)), new Map(await figures('cached', true))];
  expect(cached.size).toBe(2);
  // Eight test pairs: a rounding may turn one of them around.
  for (const [method, auroc] of cached) expect(Math.abs(auroc - computed.get(method)!)).toBeLessThanOrEqual(0.13);
});

describe('bad input', () => {
  const flags = ['benchmark', '--out', 'bad'];
  test.each([
    ['nothing to do', [], 2, ['neither a configuration nor methods and data']],
    ['no file', ['--config', 'none.json'], 2, ['none.json', 'cannot be read as JSON']],
    ['a file and flags', ['--config', 'grid.json', '--methods', 'padim'], 2, ['--config', '--methods']],
    [
      'an unknown method',
      ['--methods', 'patchcor', '--data', 'parts'],
      2,
      ["there is no method 'patchcor'", 'patchcore'],
    ],
    [
      'an unknown setting',
      ['--methods', 'padim', '--data', 'parts', '--settings', 'zero-shot'],
      2,
      ['no learning setting "zero-shot"'],
    ],
    [
      'a setting that is not served',
      ['--methods', 'padim', '--data', 'parts', '--settings', 'continual'],
      1,
      ['SETTING_NOT_SERVED', 'no job is left'],
    ],
    ['no such folder', ['--methods', 'padim', '--data', 'nowhere'], 1, ['FOLDER_NOT_FOUND', 'nowhere']],
    ['a part that is none', ['--config', 'grid.json', '--shard', '3/2'], 2, ['1/n to n/n']],
  ] as [string, string[], 1 | 2, string[]][])('%s', async (_, args, code, words) => {
    expectFailure(await iadTf([...flags, ...args, ...BACKEND], { cwd }), code, ...words);
    expect(tree(cwd)).not.toContain('bad');
  });

  test('results of another configuration', async () => {
    const padim = ['--methods', 'padim', '--data', 'parts', '--out', 'failed', ...BACKEND];
    expectFailure(await iadTf(['benchmark', ...padim], { cwd }), 1, 'RESULTS_MISMATCH', 'another configuration');
  });
});
