// Methods of one's own in a benchmark: their modules are loaded, their state is a part of the results, and mistakes are told.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseGridConfig } from '../../../src/benchmark/grid/config.js';
import { expandGrid } from '../../../src/benchmark/grid/expand.js';
import { loadMethods } from '../../../src/benchmark/grid/modules.node.js';
import { methodWork } from '../../../src/benchmark/grid/work.js';
import { sha256 } from '../../../src/runtime/sha256.js';
import { fakeMvtecAd, writeFake } from '../../helpers/fake-datasets.js';

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-modules-'));
const { root, remove } = writeFake(fakeMvtecAd(['grid']));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  remove();
});

function module(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

/** A class as a module of somebody else may have it, without this library's help. */
const classOf = (id: string) => `export default class {
  static info = { id: '${id}', name: '${id}', settings: ['unsupervised'] };
  info = this.constructor.info;
  constructor(options) { this.config = { falseAlarmRate: 0.01, seed: 0, ...options }; }
  dispose() {}
}`;

test('the hash of its module is a part of a job, and no backbone of the others', async () => {
  const text = classOf('own-one');
  const code = await loadMethods([module('one.mjs', text)]);
  expect([...code]).toEqual([['own-one', await sha256(new TextEncoder().encode(text))]]);
  const config = parseGridConfig({ methods: ['own-one', 'padim'], datasets: [root], backbones: ['resnet18'] });
  const locate = (path: string) => path;
  const { jobs } = await expandGrid(config, { locate, code });
  const [own, padim] = jobs.map(({ description }) => description.method);
  expect(own).toMatchObject({ id: 'own-one', code: code.get('own-one') });
  expect(own?.config).not.toHaveProperty('backbone');
  expect(padim).toMatchObject({ code: null, config: { backbone: 'resnet18' } });
  const changed = await expandGrid(config, { locate, code: new Map([['own-one', 'f'.repeat(64)]]) });
  expect(changed.jobs[0]?.id).not.toBe(jobs[0]?.id);
  expect(changed.jobs[1]?.id).toBe(jobs[1]?.id);
  const signal = new AbortController().signal;
  for (const other of [new Map<string, string>(), new Map([['own-one', 'f'.repeat(64)]])]) {
    const work = methodWork({ workers: 1, code: other, cacheFolder: scratch });
    await expect(work(jobs[0]!, signal, () => {})).rejects.toMatchObject({
      code: 'RESULTS_MISMATCH',
      message: expect.stringContaining('the module that brings own-one'),
    });
  }
});

describe('refused', () => {
  test.each([
    ['no such file', () => join(scratch, 'none.mjs'), 'BAD_CONFIG', 'cannot be loaded'],
    ['a module that throws', () => module('throws.mjs', 'throw new Error("my fault")'), 'BAD_CONFIG', 'my fault'],
    ['no JavaScript', () => module('text.mjs', 'Dear all,'), 'BAD_CONFIG', 'cannot be loaded'],
    ['no default export', () => module('empty.mjs', 'export const a = 1;'), 'BAD_CONFIG', 'is no method'],
    ['a default export of another kind', () => module('list.mjs', 'export default [];'), 'BAD_CONFIG', 'is no method'],
    [
      'a class without settings',
      () => module('bare.mjs', 'export default class { static info = { id: "a" } }'),
      'BAD_CONFIG',
      'is no method',
    ],
    [
      'a name that is taken',
      () => module('padim.mjs', classOf('padim')),
      'BAD_ARGUMENT',
      "there is a method 'padim' already",
    ],
  ] as const)('%s', async (_, path, code, message) => {
    await expect(loadMethods([path()])).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
