// The examples run as they stand, on the build.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GridOptions, parseGridConfig } from '../../src/benchmark/grid/config.js';
import { encodePng, loadImage } from '../../src/data/index.js';
import { writeSynth } from '../../src/data/synth/index.js';
import { ROOT } from '../helpers/bundle.js';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iad-tf-examples-'));
  await writeSynth(folder, { kind: 'metal', seed: 3, size: 128, train: 6, testGood: 1, testPerDefect: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

async function example(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', join(ROOT, 'examples', name), ...args], {
    cwd: ROOT,
  });
  return stdout;
}

test('metrics.ts', async () => {
  expect(await example('metrics.ts')).toMatch(/^AUROC 0\.75 {2}AP 0\.83/);
});

test('augment.ts writes four variants', async () => {
  const file = join(folder, 'part.png');
  const data = Uint8Array.from({ length: 3 * 30 * 20 }, (_, i) => i % 251);
  await writeFile(file, await encodePng({ width: 30, height: 20, data }));
  const variants = join(folder, 'variants');
  expect(await example('augment.ts', file, variants)).toMatch(/^4 variants of /);
  const made = await Promise.all([0, 1, 2, 3].map((copy) => loadImage(join(variants, `${copy}.png`))));
  expect(new Set(made.map((image) => image.data.join())).size).toBe(4);
});

test('kernel.ts finds the patch that a good image has nowhere', async () => {
  const [width, height] = [50, 40];
  const grey = new Uint8Array(3 * width * height).fill(90);
  const spotted = grey.slice();
  // a pixel within the patch from 24,16 to 31,23
  spotted.fill(200, 3 * (20 * width + 27), 3 * (20 * width + 28));
  const files = [join(folder, 'grey.png'), join(folder, 'spotted.png')] as const;
  await writeFile(files[0], await encodePng({ width, height, data: grey }));
  await writeFile(files[1], await encodePng({ width, height, data: spotted }));
  expect(await example('kernel.ts', ...files)).toMatch(/^\w+: the patch at 24,16 differs most, by 36300\n$/);
});

test.each([['patchcore.ts'], ['padim.ts'], ['fastflow.ts', '10']])(
  '%s finds the defective part among good ones',
  async (name, ...more) => {
    const parts = join(folder, 'metal');
    const file = join(folder, `${name}.iad`);
    const lines = (await example(name, join(parts, 'train'), join(parts, 'test'), file, ...more)).trim().split('\n');
    const score = (pattern: RegExp) => {
      const line = lines.find((each) => pattern.test(each)) ?? '';
      expect(line).toMatch(/^(DEFECT|good) {2,4}\d+\.\d\d /);
      return Number(line.slice(8).trim().split(' ')[0]);
    };
    expect(score(/test.good/)).toBeLessThan(score(/test.hole/));
    expect((await stat(file)).size).toBeGreaterThan(1000);
  },
);

test("own-benchmark.json: a method and a dataset of one's own beside the library's, in processes too", {
  timeout: 300_000,
}, async () => {
  const config: GridOptions = JSON.parse(await readFile(join(ROOT, 'examples/own-benchmark.json'), 'utf8'));
  expect(parseGridConfig(config).modules).toEqual(['own-method.ts']);
  // Fewer and smaller, from where the parts of this test lie.
  const small = {
    ...config,
    modules: [join(ROOT, 'examples/own-method.ts')],
    methods: ['pixel-deviation', { id: 'patchcore', config: { resize: 64, inputSize: 64, coresetRatio: 0.05 } }],
    datasets: [{ folder: 'metal', name: 'own-parts' }],
    settings: ['unsupervised', 'few-shot:m=4,augmentation=rotation'],
    seeds: [0],
  };
  await writeFile(join(folder, 'own.json'), JSON.stringify(small));
  const run = (out: string, ...more: string[]) => {
    const files = ['--config', join(folder, 'own.json'), '--out', join(folder, out)];
    return example('../dist/cli/main.node.js', 'benchmark', ...files, '--backend', 'wasm', '--workers', '1', ...more);
  };
  const table = await run('own-results', '--jobs', '2');
  expect(table.match(/^(pixel-deviation|patchcore) .* own-parts /gm)?.length).toBe(4);
  expect(await run('own-results-here')).toBe(table);
});
