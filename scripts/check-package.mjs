// Packs the package, installs it into an empty project as a user would, and uses it there. Needs the registry.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-package-'));
const project = join(scratch, 'project');
mkdirSync(project);

const shell = process.platform === 'win32';
const run = (command, args, cwd = project) => execFileSync(command, args, { cwd, encoding: 'utf8', shell });

function step(name, work) {
  process.stdout.write(`${name} ... `);
  process.stdout.write(`${work() ?? 'done'}\n`);
}

function check(fact, what) {
  if (!fact) throw new Error(what);
}

const USE = `
import assert from 'node:assert';
import { createMethod, defineMethod, PatchCore, registerMethod, useBackend, VERSION } from 'iad-tf';
import { parseGridConfig, publishedValues, readSetting, runBenchmark, settingId } from 'iad-tf/benchmark';
import { auroc } from 'iad-tf/metrics';
import { topKNeighbors } from 'iad-tf/kernels';
import { synthImage } from 'iad-tf/data';
import { CATALOGUE } from 'iad-tf/backbones';
import * as tf from '@tensorflow/tfjs';

assert.equal(VERSION, '${manifest.version}');
assert.equal(auroc(Float32Array.of(1, 2, 3), Uint8Array.of(0, 0, 1)), 1);
assert.equal((await useBackend('wasm')).name, 'wasm');
const { rows } = topKNeighbors(tf.tensor2d([[0, 1]]), tf.tensor2d([[5, 5], [0, 2]]), 1);
assert.deepEqual([...await rows.data()], [1]);
assert.equal(synthImage({ kind: 'metal', seed: 0, index: 0, size: 64, defect: null }).image.width, 64);
assert.ok(CATALOGUE.length > 0);
await assert.rejects(new PatchCore().predict([]), { code: 'NOT_FITTED' });
registerMethod(defineMethod({
  id: 'flat',
  fit: () => ({ level: Float32Array.of(0) }),
  score: ({ width }) => ({ map: new Float32Array(width ** 2) }),
}));
assert.equal(createMethod('flat').config.inputSize, 224);
assert.equal(settingId(readSetting('few-shot:m=4')), 'few-shot:m=4,augmentation=none');
assert.equal(parseGridConfig({ methods: ['flat'], datasets: ['parts'] }).baseSeed, 66);
assert.ok(publishedValues({ dataset: 'mvtec_ad' }).length > 0);
await assert.rejects(runBenchmark({ methods: ['flat'], datasets: ['nowhere'] }, { out: 'results' }), { code: 'FOLDER_NOT_FOUND' });
`;

/** A method of the user's own, as the README has it. */
const METHOD = `
import { defineMethod } from 'iad-tf';

export default defineMethod({
  id: 'brightness',
  async fit(views) {
    for await (const { data } of views) return { first: Float32Array.from(data) };
    return { first: new Float32Array(1) };
  },
  score: ({ data }, { first }) => ({
    map: Float32Array.from({ length: data.length / 3 }, (_, i) => Math.abs(data[3 * i] - first[3 * i])),
  }),
});
`;

const CONSUMER = `
import { type AnomalyMethod, createMethod, defineMethod, type Evaluation, PatchCore, type Prediction, useBackend } from 'iad-tf';
import { type GridOptions, gridTable, type JobRecord, runBenchmark } from 'iad-tf/benchmark';
import { auroc } from 'iad-tf/metrics';
import { topKNeighbors } from 'iad-tf/kernels';
import { type Image, synthImage } from 'iad-tf/data';
import { type BackboneChoice, resolveWeights } from 'iad-tf/backbones';

const choice: BackboneChoice = { architecture: 'resnet18', weights: 'file.safetensors' };
const method: AnomalyMethod = createMethod('patchcore', { seed: 1 });
export const model = new PatchCore({ backbone: choice, coresetRatio: 0.1 });
export const image: Image = synthImage({ kind: 'metal', seed: 0, index: 0, size: 64, defect: null }).image;
export async function use(): Promise<number> {
  await useBackend('auto');
  await resolveWeights(choice);
  const [prediction]: Prediction[] = await method.predict([image]);
  const pixels: Float32Array = prediction!.map.data;
  // @ts-expect-error there is no such option
  new PatchCore({ coreset: 1 });
  return auroc(pixels, new Uint8Array(pixels.length)) ?? 0;
}
export const Own = defineMethod({
  id: 'own',
  options: { gain: 1 },
  fit: async (views, { config }) => ({ gain: Float32Array.of(config.gain) }),
  score: ({ width }, { gain }) => ({ map: new Float32Array(width ** 2).fill(gain.length) }),
});
// @ts-expect-error the option is a number
new Own({ gain: 'high' });
const grid: GridOptions = { methods: ['own'], datasets: ['parts'], settings: ['unsupervised', { kind: 'few-shot', shots: 1 }] };
export const figures = async () => {
  const records: JobRecord[] = await runBenchmark(grid, { out: 'results' });
  return gridTable(records).map(({ imageAuroc }) => imageAuroc.mean);
};
export const show = ({ image }: Evaluation) => image.auroc;
export { topKNeighbors };
`;

try {
  let tarball = '';
  step('npm pack', () => {
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--silent', '--pack-destination', scratch], root).replace(/^[^[]*/, ''),
    );
    tarball = join(scratch, packed.filename);
    const paths = packed.files.map(({ path }) => path);
    for (const path of ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts']) {
      check(paths.includes(path), `the tarball lacks ${path}`);
    }
    const stray = paths.filter((path) => !/^(dist|schemas)\/|^(LICENSE|README\.md|package\.json)$/.test(path));
    check(stray.length === 0, `the tarball holds ${stray.join(', ')}`);
    return `${paths.length} files, ${(packed.size / 1024).toFixed(0)} KiB packed, ${(packed.unpackedSize / 1024).toFixed(0)} KiB unpacked`;
  });
  step('npm install', () => {
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', tarball]);
    const installed = readdirSync(join(project, 'node_modules'));
    check(!installed.includes('webgpu'), 'an optional peer was installed without being asked for');
    return `${installed.length} entries in node_modules`;
  });
  step('every entry', () => {
    writeFileSync(join(project, 'use.mjs'), USE);
    run(process.execPath, ['use.mjs']);
  });
  step('npx iad-tf --version', () => {
    const version = run('npx', ['--no-install', 'iad-tf', '--version']).trim();
    check(version === manifest.version, `it says ${version}`);
    return version;
  });
  step('npx iad-tf synth', () => {
    const options = ['--kind', 'metal', '--size', '64', '--train', '2', '--test-good', '1', '--test-per-defect', '1'];
    run('npx', ['--no-install', 'iad-tf', 'synth', '--out', 'parts', '--quiet', ...options]);
    check(readdirSync(join(project, 'parts/metal/train/good')).length === 2, 'the parts are not there');
  });
  step('npx iad-tf benchmark, with a method of the user', () => {
    writeFileSync(join(project, 'brightness.js'), METHOD);
    const options = ['--data', 'parts', '--methods', 'brightness', '--module', 'brightness.js', '--backend', 'wasm'];
    const table = run('npx', [
      '--no-install',
      'iad-tf',
      'benchmark',
      '--out',
      'results',
      '--jobs',
      '1',
      '--quiet',
      ...options,
    ]);
    check(/^brightness .* unsupervised /m.test(table), `its table is ${table}`);
  });
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    step(`types with moduleResolution ${moduleResolution}`, () => {
      writeFileSync(join(project, 'consumer.ts'), CONSUMER);
      const options = ['--strict', '--noEmit', '--target', 'es2023', '--types', '', '--skipLibCheck'];
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      try {
        run(process.execPath, [
          tsc,
          ...options,
          '--module',
          module,
          '--moduleResolution',
          moduleResolution,
          'consumer.ts',
        ]);
      } catch (error) {
        throw new Error(error.stdout);
      }
    });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
