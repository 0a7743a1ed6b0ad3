// Modules that bring methods: what they must export, and what is said of those that do not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importMethods } from '../../src/methods/modules.node.js';
import { createMethod, methodCode, methodInfos } from '../../src/methods/registry.js';
import { ROOT } from '../helpers/bundle.js';

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-modules-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function module(name: string, code: string): string {
  const path = join(scratch, name);
  writeFileSync(path, code);
  return path;
}

const INFO = (id: string) => `{ id: '${id}', name: 'A', paper: '', year: 2026, family: 'own', settings: ['noisy'] }`;
const CALLS = ['planOf', 'fit', 'predict', 'predictEach', 'save', 'dispose'].map((name) => `${name}() {}`).join('\n');
const whole = (id: string) =>
  `export default class { static info = ${INFO(id)}; static fromContent() {} config = { seed: 0 };\n${CALLS} }`;

test('the default export is known afterwards, by what its file holds', async () => {
  const path = join(ROOT, 'examples/own-method.ts');
  expect(await importMethods([path])).toMatchObject([{ id: 'pixel-gaussian' }]);
  expect(await importMethods([path])).toMatchObject([{ id: 'pixel-gaussian' }]);
  expect(methodInfos().filter(({ id }) => id === 'pixel-gaussian').length).toBe(1);
  expect(createMethod('pixel-gaussian').config).toMatchObject({ floor: 4 });
  expect(methodCode('pixel-gaussian')).toMatch(/^[0-9a-f]{64}$/);
  expect(methodCode('patchcore')).toBeNull();
});

test('a class with all that a method has will do, without this library', async () => {
  await importMethods([module('whole.mjs', whole('whole'))]);
  expect(createMethod('whole').config.seed).toBe(0);
});

test.each<[string, string, string, RegExp]>([
  ['nothing exported', 'MODULE_FAILED', 'export const method = 1;', /it has no default export\. .*defineMethod/],
  ['no class', 'BAD_ARGUMENT', 'export default { id: "a" };', /it is no class/],
  ['no facts', 'BAD_ARGUMENT', 'export default class {}', /info: /],
  [
    'half a class',
    'BAD_ARGUMENT',
    `export default class { static info = ${INFO('half')}; fit() {} }`,
    /it lacks planOf/,
  ],
  ['the id of another', 'BAD_ARGUMENT', whole('patchcore'), /there is another method 'patchcore'/],
  ['an error of its own', 'MODULE_FAILED', 'throw new Error("no camera");', /cannot be imported: no camera/],
  ['no JavaScript', 'MODULE_FAILED', 'export default class {', /cannot be imported: /],
  ['a package that is missing', 'MODULE_FAILED', 'import "no-such-package";', /cannot be imported: .*no-such-package/],
])('%s', async (name, code, text, message) => {
  const path = module(`${name.replaceAll(' ', '-')}.mjs`, text);
  const failure = await importMethods([path]).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  if (code === 'MODULE_FAILED') expect(failure).toMatchObject({ path });
});

test('a file that is not there', async () => {
  const path = join(scratch, 'none.js');
  await expect(importMethods([path])).rejects.toMatchObject({ code: 'MODULE_FAILED', path });
});
