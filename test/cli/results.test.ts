// What the commands give: files, JSON that its schema describes, exit codes, stdout for results and nothing else.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { evaluationSchema, predictionsSchema } from '../../src/benchmark/schema.js';
import { decodeImage, encodePng } from '../../src/data/index.js';
import { VERSION } from '../../src/runtime/version.js';
import { BACKEND, GOOD_IMAGE, iadTf, manyImages, readJson, sandbox, TINY } from './run.js';

let cwd: string;
let remove: () => void;

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
  const config = ['--calibration-share', '0.5', '--false-alarm-rate', '0.25', '--seed', '7'];
  const fit = await iadTf(['fit', '--data', 'parts/board', '--out', 'model.iad', ...config, ...TINY], { cwd });
  expect(fit.code).toBe(0);
  expect(fit.stdout).toMatch(/^model\.iad: 4 good images, 4 held out for the thresholds; memory bank \d+ x 1024\n$/);
});
afterAll(() => remove());

/** The record, after a check that the schema describes all of it: an unknown field would be dropped. */
function checked<T>(schema: z.ZodType<T>, record: unknown): T {
  const parsed = schema.parse(record);
  expect(parsed).toEqual(record);
  return parsed;
}

describe('predict', () => {
  const predict = (...args: string[]) => iadTf(['predict', '--model', 'model.iad', ...BACKEND, ...args], { cwd });

  test('--json prints one record that its schema describes, notes go to stderr, overlays into the folder', async () => {
    const done = await predict(
      'parts/board/test',
      GOOD_IMAGE,
      'parts/*/test/good/*.png',
      '--json',
      '--out',
      'overlays',
    );
    expect(done.code).toBe(0);
    expect(done.stderr).toContain('Backend wasm');
    const record = checked(predictionsSchema, JSON.parse(done.stdout));
    expect(record).toMatchObject({ libraryVersion: VERSION, method: 'patchcore', seed: 7, falseAlarmRate: 0.25 });
    const files = readdirSync(join(cwd, 'parts/board/test'), { recursive: true, encoding: 'utf8' });
    const images = files.filter((file) => file.endsWith('.png')).map((file) => `parts/board/test/${file}`);
    // The last pattern names images that were named before: each once.
    expect(record.predictions.map(({ id }) => id)).toEqual([...images.sort(), GOOD_IMAGE]);
    expect(readdirSync(join(cwd, 'overlays'))).toHaveLength(images.length + 1);
    const overlay = readFileSync(join(cwd, 'overlays', 'parts__board__train__good__000.png'));
    expect(await decodeImage(overlay)).toMatchObject({ width: 64, height: 64 });
  });

  test('worker threads and one thread give the same', async () => {
    manyImages(cwd, 'same', 2);
    cpSync(join(cwd, 'parts/board/test'), join(cwd, 'same/test'), { recursive: true });
    const [alone, threads] = await Promise.all([
      predict('same', '--json', '--workers', '1'),
      predict('same', '--json', '--workers', '2'),
    ]);
    const scores = (text: string) =>
      predictionsSchema.parse(JSON.parse(text)).predictions.map(({ timings: _, ...rest }) => rest);
    expect(scores(threads.stdout)).toEqual(scores(alone.stdout));
  });

  test('--quiet leaves stderr empty; one line per image', async () => {
    const { code, stdout, stderr } = await predict('parts/board/test/good', '--quiet');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/^(ANOMALOUS|good) +score [\d.]+ {2}p [\d.]+ {2}parts\/board\/test\/good\/000\.png$/m);
  });

  test('--fail-on-anomaly exits with 3 if, and only if, an image is anomalous', async () => {
    const all = ['parts/board/test', 'parts/board/train'];
    const { predictions } = predictionsSchema.parse(JSON.parse((await predict(...all, '--json')).stdout));
    const of = (anomalous: boolean) =>
      predictions.filter(({ isAnomalous }) => isAnomalous === anomalous).map(({ id }) => id);
    const [bad = '', good = ''] = [of(true)[0], of(false)[0]];
    expect([
      (await predict(good, '--fail-on-anomaly')).code,
      (await predict(good, bad, '--fail-on-anomaly')).code,
    ]).toEqual([0, 3]);
  });
});

describe('evaluate and report', () => {
  test('evaluate fits, prints the figures, writes a record that its schema describes, and a report', async () => {
    const args = ['--data', 'parts/board', '--layout', 'mvtec', '--method', 'patchcore', '--seed', '3'];
    const done = await iadTf(['evaluate', ...args, '--json', 'new/e.json', '--report', 'new/report', ...TINY], { cwd });
    expect(done.code).toBe(0);
    expect(done.stdout).toMatch(/^fitted on 7 good images, 1 held out for the thresholds; memory bank/);
    expect(done.stdout).toMatch(/^image {2}AUROC \d/m);
    expect(done.stdout).toMatch(/^pixel {2}AUROC \d/m);
    const record = checked(evaluationSchema, readJson(join(cwd, 'new/e.json')));
    expect(record).toMatchObject({ libraryVersion: VERSION, method: 'patchcore', seed: 3, backend: 'wasm (SIMD)' });
    expect(record.dataset).toMatchObject({ name: 'board', layout: 'mvtec', train: 7, testGood: 2 });
    expect(Object.keys(record.timings.fit)).toEqual(['features', 'coreset', 'gather', 'calibration']);
    expect(record.peakMemory).toBeGreaterThan(2 ** 20);
    expect(Object.values(record.perDefect).every(({ count, pixel }) => count === 1 && pixel !== null)).toBe(true);
    expect(record.images).toHaveLength(record.dataset.testGood + record.dataset.testAnomalous);
    expect(readJson(join(cwd, 'new/report/evaluation.json'))).toEqual(readJson(join(cwd, 'new/e.json')));
    expect(existsSync(join(cwd, 'new/report/report.html'))).toBe(true);
    expect(readdirSync(join(cwd, 'new')).sort()).toEqual(['e.json', 'report']);
  });

  test('a flat folder: its images are good ones, and a defect that the crop does not show is pointed out', async () => {
    manyImages(cwd, 'flat', 8);
    cpSync(join(cwd, 'parts/board'), join(cwd, 'long'), { recursive: true });
    const long = { width: 64, height: 256 };
    const grey = { ...long, data: new Uint8Array(64 * 256).fill(90) };
    rmSync(join(cwd, 'long/test'), { recursive: true });
    rmSync(join(cwd, 'long/ground_truth'), { recursive: true });
    for (const folder of ['test/good', 'test/hole', 'ground_truth/hole'])
      mkdirSync(join(cwd, 'long', folder), { recursive: true });
    writeFileSync(join(cwd, 'long/test/good/0.png'), encodePng(grey));
    writeFileSync(join(cwd, 'long/test/hole/0.png'), encodePng(grey));
    const truth = { ...long, data: new Uint8Array(64 * 256).fill(1, 0, 640) };
    writeFileSync(join(cwd, 'long/ground_truth/hole/0.png'), encodePng(truth, 'mask'));
    expect((await iadTf(['fit', '--data', 'flat', '--out', 'flat.iad', ...TINY], { cwd })).code).toBe(0);
    const args = ['--data', 'long', '--model', 'flat.iad', '--json', 'long.json', ...BACKEND];
    expect((await iadTf(['evaluate', ...args], { cwd })).code).toBe(0);
    const { warnings, dataset } = evaluationSchema.parse(readJson(join(cwd, 'long.json')));
    expect(warnings).toContain('defects outside the part of the image that the geometry shows the network: 1');
    expect(dataset).toMatchObject({ testGood: 1, testAnomalous: 1 });
  });

  test('another method: fit, predict and report find it by the model file', async () => {
    const data = ['--data', 'parts/board'];
    const sizes = ['--input-size', '64', '--resize', '64', '--dims', '30'];
    const fit = await iadTf(['fit', ...data, '--method', 'padim', ...sizes, ...BACKEND, '--out', 'p.iad'], { cwd });
    expect(fit).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('means 256 x 30, covariance factors 256 x 465'),
    });
    const predict = await iadTf(['predict', 'parts/board/test/good', '--model', 'p.iad', '--json', ...BACKEND], {
      cwd,
    });
    const record = checked(predictionsSchema, JSON.parse(predict.stdout));
    expect(record).toMatchObject({
      method: 'padim',
      learned: [{ name: 'means', shape: [256, 30] }, { shape: [256, 465] }],
    });
    const report = await iadTf(['report', ...data, '--model', 'p.iad', '--out', 'p', ...BACKEND], { cwd });
    expect(report.code).toBe(0);
    expect(readFileSync(join(cwd, 'p/report.html'), 'utf8')).toContain('means 256 x 30, covariance factors 256 x 465');
  });

  test.each([
    ['padim', ['--embedding', 'orthogonal', '--dims', '20'], 'factors 256 x 210, projection 1792 x 20', 'means'],
    [
      'spade',
      ['--k', '2', '--fusion', 'concat', '--image-score', 'mapMax', '--storage', 'float16'],
      'layer1 maps 8 x 16 x 16 x 256, layer2 maps 8 x 8 x 8 x 512, layer3 maps 8 x 4 x 4 x 1024',
      'global vectors',
    ],
  ])('%s takes its options, and predict finds it by the model file', async (method, options, sizes, first) => {
    const args = ['--method', method, ...options, '--input-size', '64', '--resize', '64', '--calibration-share', '0'];
    const fit = await iadTf(['fit', '--data', 'parts/board', ...args, ...BACKEND, '--out', 'o.iad'], { cwd });
    expect(fit).toMatchObject({ code: 0, stdout: expect.stringContaining(sizes) });
    const predict = await iadTf(['predict', 'parts/board/test/good', '--model', 'o.iad', '--json', ...BACKEND], {
      cwd,
    });
    const record = checked(predictionsSchema, JSON.parse(predict.stdout));
    expect(record).toMatchObject({ method, learned: [{ name: first }, {}, ...(method === 'spade' ? [{}, {}] : [{}])] });
  });

  test('report takes a model, and replaces an earlier report', async () => {
    const args = ['report', '--data', 'parts/board', '--model', 'model.iad', '--out', 'again', ...BACKEND];
    const first = await iadTf(args, { cwd });
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Report: ${join(cwd, 'again/report.html')}`),
    });
    const record = checked(evaluationSchema, readJson(join(cwd, 'again/evaluation.json')));
    expect(record).toMatchObject({ seed: 7, timings: { fit: {} }, operatingPoint: { falseAlarmRate: 0.25 } });
    expect((await iadTf(args, { cwd })).code).toBe(0);
    expect(readdirSync(join(cwd, 'again')).sort()).toEqual(['charts', 'evaluation.json', 'overlays', 'report.html']);
  });
});

describe('synth and weights', () => {
  test('synth says where the images are; the same seed gives the same bytes', async () => {
    const args = ['--kind', 'wood', '--size', '64', '--train', '2', '--test-good', '1', '--test-per-defect', '1'];
    const done = await iadTf(['synth', '--out', 'one', ...args, '--seed', '5'], { cwd });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(new RegExp(`^${join(cwd, 'one/wood')}: \\d+ images\n$`));
    await iadTf(['synth', '--out', 'two', ...args, '--seed', '5', '--quiet'], { cwd });
    const read = (root: string) => readFileSync(join(cwd, root, 'wood/train/good/001.png'));
    expect(read('two').equals(read('one'))).toBe(true);
  });

  test('weights list, path and verify', async () => {
    const list = await iadTf(['weights', 'list'], { cwd });
    expect(list.stdout).toMatch(/^installed +resnet50\.keras_in1k \(resnet50\)/m);
    expect(list.stdout).toMatch(/^missing +resnet18\.tv_in1k/m);
    const path = await iadTf(['weights', 'path', 'resnet18'], { cwd });
    expect(path.stdout).toBe(`${join(cwd, '.no-cache/weights/resnet18.tv_in1k')}\n`);
    const verified = await iadTf(['weights', 'verify'], { cwd });
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok resnet50\.keras_in1k {2}618cc24c/) });
    const unknown = await iadTf(['weights', 'path', 'resnet51'], { cwd });
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('[WEIGHTS_UNKNOWN]') });
  });
});
