// Every registered method on the command line, from images to a model, predictions and a report.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictionsSchema } from '../../src/benchmark/schema.js';
import { methodInfos } from '../../src/methods/registry.js';
import { BACKEND, iadTf, readJson, sandbox } from './run.js';

let cwd: string;
let remove: () => void;

beforeAll(async () => {
  ({ cwd, remove } = await sandbox());
});
afterAll(() => remove());

const SIZE = ['--input-size', '64', '--resize', '64', '--backbone', 'resnet50'];
const LAYER = ['--layers', 'layer2', '--batch-size', '4', '--epochs', '2'];
const FEW: Readonly<Record<string, readonly string[]>> = {
  patchcore: ['--coreset-ratio', '0.05'],
  padim: ['--dims', '10'],
  spade: [],
  fastflow: [...LAYER, '--steps', '2', '--hidden-ratio', '0.1'],
  stpm: [...LAYER, '--validation-share', '0'],
  cflow: [...LAYER, '--couplings', '2', '--rotation', '0'],
  csflow: [...LAYER, '--blocks', '1', '--hidden', '8'],
  differnet: [...LAYER, '--blocks', '1', '--hidden', '8', '--copies', '1', '--rotation-count', '2'],
};

test('none is forgotten here', () => {
  expect(Object.keys(FEW).sort()).toEqual(
    methodInfos()
      .map(({ id }) => id)
      .sort(),
  );
});

test.each(Object.keys(FEW))('%s', async (method) => {
  const config = ['--method', method, ...SIZE, ...(FEW[method] ?? []), ...BACKEND, '--seed', '1'];
  const fit = await iadTf(['fit', '--data', 'parts/board', '--out', `${method}.iad`, ...config], { cwd });
  expect(fit.stdout).toContain(`${method}.iad: 7 good images, 1 held out for the thresholds`);
  const predicted = await iadTf(['predict', '--model', `${method}.iad`, 'parts/board/test', '--json', ...BACKEND], {
    cwd,
  });
  const { predictions } = predictionsSchema.parse(JSON.parse(predicted.stdout));
  const written = ['--json', `${method}.json`, '--report', `${method}-report`];
  const evaluated = await iadTf(['evaluate', '--data', 'parts/board', ...config, ...written], { cwd });
  expect(evaluated.stdout).toMatch(/^image {2}AUROC \d/m);
  expect(evaluated.stdout).toMatch(/^pixel {2}AUROC \d/m);
  expect(readdirSync(join(cwd, `${method}-report`))).toContain('report.html');
  // The same fit, once from its file and once at once.
  expect(readJson(join(cwd, `${method}.json`))).toMatchObject({
    method,
    images: predictions.map(({ score }) => expect.objectContaining({ score: expect.closeTo(score, 5) })),
  });
});
