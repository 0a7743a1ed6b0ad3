// The examples run as they stand, on the build.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

async function typescript(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', join(ROOT, file), ...args], { cwd: ROOT });
  return stdout;
}

const example = (name: string, ...args: string[]) => typescript(join('examples', name), ...args);

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

test('own-method.ts is a method of the command line and its benchmark, and own-dataset.ts a dataset', async () => {
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const parts = join(folder, 'metal');
  const copy = async (from: string, name: string) => copyFile(join(parts, from), join(photos, name));
  const train = await readdir(join(parts, 'train/good'));
  for (const [i, name] of train.entries()) await copy(`train/good/${name}`, `good-00${i}.png`);
  for (const defect of ['hole', 'scratch']) {
    await copy(`test/${defect}/000.png`, `${defect}-000.png`);
    await copy(`ground_truth/${defect}/000_mask.png`, `${defect}-000.mask.png`);
  }
  const table = await example('own-dataset.ts', photos, join(folder, 'results'));
  expect(await readFile(join(photos, 'manifest.csv'), 'utf8')).toContain(
    '\nhole-000.png,test,anomalous,hole,hole-000.mask.png\n',
  );
  const [, one, few] = table.split('\n');
  expect(one).toMatch(/^patchcore +resnet50 +unsupervised +photos +photos +1 +0 +[01]\.\d{4} /);
  expect(few).toMatch(/^patchcore +resnet50 +few-shot:m=1,augmentation=none +photos +photos +3 +0 +[01]\.\d{4} ± /);

  const benchmark = ['benchmark', '--backend', 'wasm', '--module', 'examples/own-method.ts', '--data', photos];
  const methods = ['--methods', 'pixel-gaussian', '--jobs', '2', '--out', join(folder, 'own')];
  const own = await typescript('dist/cli/main.node.js', ...benchmark, ...methods);
  expect(own.split('\n')[1]).toMatch(/^pixel-gaussian +- +unsupervised +photos +photos +1 +0 +[01]\.\d{4} /);
}, 300_000);

test("one's own method and dataset take less than thirty lines each", async () => {
  for (const name of ['own-method.ts', 'own-dataset.ts']) {
    expect((await readFile(join(ROOT, 'examples', name), 'utf8')).trimEnd().split('\n').length).toBeLessThan(30);
  }
});
