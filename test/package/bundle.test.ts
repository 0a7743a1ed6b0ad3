// What an application for the browser gets when it bundles the package.
import { describe, expect, it, test } from 'vitest';
import { bundle, packages } from '../helpers/bundle.js';

const ENTRIES = ['iad-tf', 'iad-tf/metrics', 'iad-tf/kernels', 'iad-tf/data', 'iad-tf/backbones', 'iad-tf/benchmark'];
const NODE_PACKAGES = [
  'pngjs',
  'jpeg-js',
  'commander',
  'cli-progress',
  'tinyglobby',
  '@resvg/resvg-wasm',
  'webgpu',
  'bullmq',
  'ioredis',
];
const CHART_PACKAGES = ['vega', 'vega-lite', 'vega-scenegraph', '@fontsource/inter'];

describe.each(ENTRIES)('a bundle of %s', (entry) => {
  it('needs nothing of Node', async () => {
    const made = await bundle({ code: `export * from '${entry}'` });
    const all = [...packages(made, true).keys()];
    expect(all.filter((name) => NODE_PACKAGES.includes(name))).toEqual([]);
    const sources = Object.keys(made.metafile.inputs).filter((path) => path.includes('.node.'));
    expect(sources.filter((path) => path.startsWith('dist/'))).toEqual([]);
    for (const { text } of made.files) expect(text).not.toMatch(/["']node:/);
  });
});

test('the main entry leaves the chart libraries out', async () => {
  const made = await bundle({ code: `export * from 'iad-tf'` });
  expect([...packages(made, true).keys()].filter((name) => CHART_PACKAGES.includes(name))).toEqual([]);
});

test('backends are loaded when they are chosen', async () => {
  const made = await bundle({ code: `export { PatchCore, useBackend } from 'iad-tf'` });
  const backends = (withLazy: boolean) => {
    return [...packages(made, withLazy).keys()].filter((name) => /tfjs-backend-(wasm|webgpu)$/.test(name)).sort();
  };
  expect(backends(false)).toEqual([]);
  expect(backends(true)).toEqual(['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu']);
});

test('the metrics stand alone', async () => {
  const made = await bundle({ code: `export * from 'iad-tf/metrics'` });
  expect([...packages(made, true).keys()]).toEqual(['iad-tf']);
});

test('a page that uses one thing does not carry the languages of zod', async () => {
  const made = await bundle({ code: `export { PatchCore } from 'iad-tf'` });
  expect(Object.keys(made.metafile.inputs).some((path) => path.includes('zod/'))).toBe(true);
  const carried = Object.values(made.metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const languages = carried.filter(([path, { bytesInOutput }]) => {
    return /\/locales\/(?!en\.js)/.test(path) && bytesInOutput > 0;
  });
  expect(languages.length, "use `import * as z from 'zod'`: `{ z }` cannot be shaken").toBe(0);
});
