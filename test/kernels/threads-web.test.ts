// Kernel threads in Chromium, with and without cross-origin isolation.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, openPage, pageFiles } from '../helpers/browser.js';
import { bundle } from '../helpers/bundle.js';
import { missing } from '../helpers/needs.js';

const PAGE = `
import { KernelThreads } from './dist/kernels/threads/index.js';
globalThis.errorsOf = async (lists) => {
  const threads = await KernelThreads.open(2, { maxBytes: 1 << 20 });
  return threads.run('rowError', lists).finally(() => threads.close());
};
globalThis.trap = async () => {
  const threads = await KernelThreads.open(2, { maxBytes: 1 << 20 });
  return threads.run('packPanels', [[0, 8, 1, 1 << 30]]);
};`;

const reason = missing('browser');

describe.skipIf(reason !== null)('in a browser', () => {
  let browser: Browser;
  let files: Map<string, string | Uint8Array>;
  beforeAll(async () => {
    files = pageFiles(await bundle({ code: PAGE }));
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function evaluate(isolated: boolean, code: string, headers: string | null = null): Promise<unknown> {
    const served = headers === null ? files : withPolicy(headers);
    const { page, close } = await openPage(browser, served, new Map(), { isolated, ready: 'trap' });
    try {
      return await page.evaluate(`${code}.catch((error) => error.message)`);
    } finally {
      await close();
    }
  }

  function withPolicy(policy: string): Map<string, string | Uint8Array> {
    const meta = `<meta http-equiv="content-security-policy" content="${policy}">`;
    return new Map([...files, ['/', String(files.get('/')).replace('<link', `${meta}<link`)]]);
  }

  test('they compute', async () => {
    expect(await evaluate(true, 'errorsOf([[4, 1, 1, 0], [9, 1, 1, 0], [16, 1, 1, 0]])')).toEqual([2, 3, 4]);
  });

  test('a trap is WORKER_CRASHED', async () => {
    expect(await evaluate(true, 'trap()')).toMatch(/WORKER_CRASHED.*out of bounds/);
  });

  test('a page that is not isolated is told what to serve', async () => {
    expect(await evaluate(false, 'errorsOf([])')).toMatch(/BACKEND_UNAVAILABLE.*Cross-Origin-Opener-Policy/);
  });

  test('a page whose policy forbids the workers is told so, instead of waiting', async () => {
    const policy = "worker-src 'self'";
    expect(await evaluate(true, 'errorsOf([[4, 1, 1, 0]])', policy)).toMatch(/WORKER_CRASHED.*worker-src blob:/);
  });
});
