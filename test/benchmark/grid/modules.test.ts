// Methods of one's own in a benchmark: the state of their modules is a part of the results, and no backbone of the others is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { parseGridConfig } from '../../../src/benchmark/grid/config.js';
import { expandGrid } from '../../../src/benchmark/grid/expand.js';
import { ResultsFolder } from '../../../src/benchmark/grid/folder.node.js';
import { runBenchmark } from '../../../src/benchmark/grid/index.node.js';
import { makeJob } from '../../../src/benchmark/grid/job.js';
import { methodWork } from '../../../src/benchmark/grid/work.js';
import { importMethods } from '../../../src/methods/modules.node.js';
import { defineMethod } from '../../../src/methods/own/index.js';
import { registerMethod } from '../../../src/methods/registry.js';
import { sha256 } from '../../../src/runtime/sha256.js';
import { fakeMvtecAd, writeFake } from '../../helpers/fake-datasets.js';

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-modules-'));
const { root, remove } = writeFake(fakeMvtecAd(['grid']));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  remove();
});

/** A class as a module of somebody else may have it, without this library's help. */
const TEXT = `export default class {
  static info = { id: 'own-one', name: 'own', paper: '', year: 2026, family: '', settings: ['unsupervised'] };
  static fromContent() {}
  info = this.constructor.info;
  constructor(options) { this.config = { falseAlarmRate: 0.01, seed: 0, ...options }; }
  planOf() {} fit() {} predict() {} predictEach() {} save() {} dispose() {}
}`;
const locate = (path: string) => path;
const work = methodWork({ workers: 1, cacheFolder: scratch });
const never = () => new AbortController().signal;

test('the hash of its module is a part of a job, and no backbone of the others', async () => {
  const path = join(scratch, 'one.mjs');
  writeFileSync(path, TEXT);
  await importMethods([path]);
  const config = parseGridConfig({ methods: ['own-one', 'padim'], datasets: [root], backbones: ['resnet18'] });
  const { jobs } = await expandGrid(config, { locate });
  const [own, padim] = jobs.map(({ description }) => description.method);
  expect(own).toMatchObject({ id: 'own-one', code: await sha256(new TextEncoder().encode(TEXT)) });
  expect(own?.config).not.toHaveProperty('backbone');
  expect(padim).toMatchObject({ code: null, config: { backbone: 'resnet18' } });

  const { description, folder } = jobs[0]!;
  const other = await makeJob({ ...description, method: { ...description.method, code: 'f'.repeat(64) } }, folder);
  expect(other.id).not.toBe(jobs[0]?.id);
  await expect(work(other, never(), () => {})).rejects.toMatchObject({
    code: 'RESULTS_MISMATCH',
    path: 'method own-one',
  });
  const unknown = await makeJob({ ...description, method: { ...description.method, id: 'own-two' } }, folder);
  await expect(work(unknown, never(), () => {})).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    message: expect.stringContaining('--module'),
  });
});

test('one that is registered by hand runs in this process, and is refused for others before anything is written', async () => {
  registerMethod(
    defineMethod({
      id: 'by-hand',
      fit: () => ({ nothing: Float32Array.of(0) }),
      score: ({ width }) => ({ map: new Float32Array(width ** 2) }),
    }),
  );
  const config = { methods: ['by-hand'], datasets: [root] };
  await expect(runBenchmark(config, { out: join(scratch, 'others'), processes: 2 })).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    path: 'method by-hand',
  });
  const [record] = await runBenchmark(config, { out: join(scratch, 'here') });
  expect(record).toMatchObject({ status: 'done', description: { method: { id: 'by-hand', code: null } } });

  // The same again finds it, and reads it once.
  const reading = vi.spyOn(ResultsFolder.prototype, 'records');
  const onBegin = vi.fn();
  expect(await runBenchmark(config, { out: join(scratch, 'here'), onBegin })).toEqual([record]);
  expect(reading).toHaveBeenCalledTimes(1);
  expect(onBegin).toHaveBeenCalledWith(expect.objectContaining({ skipped: [] }), 1);
});
