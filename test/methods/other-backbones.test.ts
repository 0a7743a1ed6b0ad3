// Methods on backbones that are no ResNet: seeded weights in a file, grids that do not divide each other.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import { useBackend } from '../../src/kernels/backend.js';
import { PaDiM } from '../../src/methods/padim/index.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';
import { loadMethod } from '../../src/methods/registry.js';
import { SPADE } from '../../src/methods/spade/index.js';
import type { AnomalyMethod } from '../../src/methods/types.js';
import { seededStateDict } from '../backbones/golden.js';
import { smallParts } from '../helpers/small-parts.js';

const { train, test: parts } = smallParts('cloth', { train: 4, testGood: 1, testPerDefect: 1 });
let folder: string;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'backbones-'));
  await writeFile(join(folder, 'alexnet.safetensors'), writeSafetensors(seededStateDict('alexnet', 'features.12')));
  await writeFile(join(folder, 'b5.safetensors'), writeSafetensors(seededStateDict('efficientnet_b5', 'features.4')));
});
afterAll(() => rm(folder, { recursive: true }));

const common = { geometry: 'stretch', inputSize: 96, calibrationShare: 0, seed: 1 } as const;
const alexnet = () => ({ architecture: 'alexnet' as const, weights: join(folder, 'alexnet.safetensors') });
const b5 = () => ({ architecture: 'efficientnet_b5_tf' as const, weights: join(folder, 'b5.safetensors') });

test.each<[string, () => AnomalyMethod]>([
  // 11, 5 and 2 positions: 2 * 5 and 4 * 2 are less than 11
  [
    'PaDiM',
    () => new PaDiM({ ...common, backbone: alexnet(), layers: ['features.2', 'features.5', 'features.12'], dims: 20 }),
  ],
  [
    'PatchCore',
    () => new PatchCore({ ...common, backbone: alexnet(), layers: ['features.5', 'features.9'], dimension: 64 }),
  ],
  [
    'PatchCore',
    () => new PatchCore({ ...common, backbone: b5(), layers: ['features.3', 'features.4'], dimension: 64 }),
  ],
  ['SPADE', () => new SPADE({ ...common, backbone: alexnet(), layers: ['features.2', 'features.9'], k: 2 })],
])('%s fits, predicts, and does the same when it is loaded', async (_, make) => {
  const before = tf.memory().numTensors;
  const model = make();
  await model.fit(train, { workers: 1 });
  const predictions = await model.predict(parts, { workers: 1 });
  for (const { score, map } of predictions) {
    expect(Number.isFinite(score)).toBe(true);
    expect(map.data.every(Number.isFinite)).toBe(true);
  }
  const path = join(folder, 'model.iad');
  await model.save(path);
  model.dispose();
  const loaded = await loadMethod(path);
  const again = await loaded.predict(parts, { workers: 1 });
  expect(again.map(({ score }) => score)).toEqual(predictions.map(({ score }) => score));
  loaded.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
