// The metrics by themselves, as an application would bundle them: small, without any other package, and the same in a browser.
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BinnedPixelAccumulator, PixelAccumulator } from '../../src/metrics/index.js';
import { launch, openPage, pageFiles } from '../helpers/browser.js';
import { bundle } from '../helpers/bundle.js';
import { missing } from '../helpers/needs.js';
import { pixelImage, pixelMaps } from './lcg.js';

const PARAMS = { seed: 5, images: 6, height: 24, width: 24, maxRects: 3, maxSide: 8, bits: 12, shift: 0.25 };

test('is below 25 kB and of this package alone', async () => {
  const { files, metafile } = await bundle({ code: `export * from './src/metrics/index.js';` }, true);
  expect(gzipSync(files[0]!.contents).length).toBeLessThan(25_000);
  expect(Object.keys(metafile.inputs).filter((path) => !/^src\/metrics\/|entry\.ts$/.test(path))).toEqual([]);
});

const reason = missing('browser');
describe.skipIf(reason !== null)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });

  test('gives the same numbers', async () => {
    const page = await openPage(
      browser,
      pageFiles(
        await bundle({
          code: `import { BinnedPixelAccumulator, PixelAccumulator } from './src/metrics/index.js';
           import { pixelImage, pixelMaps } from './test/metrics/lcg.js';
           const images = pixelMaps(${JSON.stringify(PARAMS)}).map(pixelImage);
           globalThis.found = [new PixelAccumulator(), new BinnedPixelAccumulator()].map((pixels) => {
             for (const image of images) pixels.add(image);
             return pixels.result();
           });`,
        }),
      ),
      new Map(),
      { isolated: false, ready: 'found' },
    );
    const images = pixelMaps(PARAMS).map(pixelImage);
    const expected = [new PixelAccumulator(), new BinnedPixelAccumulator()].map((pixels) => {
      for (const image of images) pixels.add(image);
      return pixels.result();
    });
    expect(await page.page.evaluate('globalThis.found')).toEqual(expected);
    expect(page.problems).toEqual([]);
    await page.close();
  });
});
