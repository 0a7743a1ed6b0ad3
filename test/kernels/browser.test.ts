// The kernels in Chromium: their smoke cases on wasm (one thread, and on tfjs's shared memory) and on WebGPU.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUITES } from '../../src/kernels/suites.js';
import { launch, openPage, pageFiles } from '../helpers/browser.js';
import { bundle } from '../helpers/bundle.js';
import { missing } from '../helpers/needs.js';

const require = createRequire(import.meta.url);
const WASM = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));

/** The page: `smoke(backend)` gives [kernel and case, its problems] for every smoke case. */
const CODE = `
import { useBackend } from './dist/kernels/backend.js';
import { conform } from './dist/kernels/conform.js';
import { SUITES } from './dist/kernels/suites.js';
globalThis.smoke = async (backend) => {
  await useBackend(backend, { wasmFolder: '/wasm/' });
  const found = [];
  for (const { kernel, start, cases, smoke } of SUITES) {
    const runs = kernel[backend] ? backend : 'composite';
    for (const each of cases().filter(({ name, except }) => smoke.includes(name) && !except?.[runs])) {
      found.push([kernel.name + ': ' + each.name, await conform(kernel, each, start)]);
    }
  }
  return found;
};`;

const reason = missing('browser');

it('has a smoke case for every suite', () => {
  for (const { kernel, cases, smoke } of SUITES) {
    const names = cases().map(({ name }) => name);
    expect(
      smoke.filter((name) => names.includes(name)),
      kernel.name,
    ).not.toEqual([]);
    expect(
      smoke.filter((name) => !names.includes(name)),
      kernel.name,
    ).toEqual([]);
  }
});

describe.skipIf(reason !== null)('in a browser', () => {
  let browser: Browser;
  let files: Map<string, string | Uint8Array>;
  beforeAll(async () => {
    files = pageFiles(await bundle({ code: CODE }));
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it.each([
    { name: 'wasm', backend: 'wasm', isolated: false },
    { name: 'wasm on shared memory', backend: 'wasm', isolated: true },
    { name: 'webgpu', backend: 'webgpu', isolated: false },
  ])(
    'every smoke case is right on $name',
    async ({ backend, isolated }) => {
      const { page, problems, close } = await openPage(browser, files, new Map([['/wasm/', WASM]]), {
        isolated,
        ready: 'smoke',
      });
      try {
        const found: [string, string[]][] = await page.evaluate(`smoke('${backend}')`);
        expect(found.length).toBeGreaterThan(0);
        expect(found.filter(([, wrong]) => wrong.length > 0)).toEqual([]);
        expect(problems).toEqual([]);
      } finally {
        await close();
      }
    },
    400_000,
  );
});
