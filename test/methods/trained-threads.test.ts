// Trained methods over worker threads: FastFlow, whose threads find it by name and read its samples from the same cache.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { BackboneChoice } from '../../src/backbones/types.js';
import type { Sample } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { FastFlow, type FastFlowOptions } from '../../src/methods/fastflow/index.js';
import type { TrainedFitOptions } from '../../src/methods/parts/trained/index.js';
import { sessionKind, trainingKind } from '../../src/methods/registry.js';
import { STPM } from '../../src/methods/stpm/index.js';
import type { ProgressEvent } from '../../src/runtime/progress.js';
import { seededResnet18 } from '../helpers/seeded-weights.js';
import { smallParts } from '../helpers/small-parts.js';

const { train: good } = smallParts('metal', { train: 8, testGood: 1, testPerDefect: 1 });
const SMALL: FastFlowOptions = {
  layers: ['layer1'],
  inputSize: 32,
  steps: 2,
  hiddenRatio: 0.1,
  epochs: 3,
  batchSize: 3,
  calibrationShare: 0,
  seed: 3,
};

const started: Worker[] = [];
let folder: string;
/** Where the system keeps temporary files, for this test alone. */
let temporary: string;

beforeAll(async () => {
  process.on('worker', (worker) => started.push(worker));
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'trained-threads-'));
  temporary = join(folder, 'temporary');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
});
beforeEach(() => {
  const before = tf.memory().numTensors;
  return async () => {
    expect(tf.memory().numTensors).toBe(before);
    expect(await readdir(temporary)).toEqual([]);
    expect(started.splice(0).filter(({ threadId }) => threadId !== -1)).toHaveLength(0);
  };
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function fitted(options: TrainedFitOptions, config: FastFlowOptions = {}) {
  const method = new FastFlow({ ...SMALL, ...config });
  const { training } = await method.fit(good, options);
  return { training, bytes: await method.toBytes() };
}

test('learns what one thread learns, the same bits every time, whatever is kept in memory', async () => {
  const alone = await fitted({ workers: 1 });
  expect(started).toHaveLength(0);
  const two = await fitted({ workers: 2 });
  // Two for the features, then two for the gradients.
  expect(started).toHaveLength(4);
  expect(two.training).toMatchObject({ steps: 6, epoch: 2 });
  for (const [i, { loss }] of two.training.epochs.entries()) {
    const expected = alone.training.epochs[i]!.loss;
    // Rounding, which the steps carry on; from one epoch to the next the loss changes by more than a hundred times as much.
    expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * Math.abs(expected));
    if (i > 0) expect(Math.abs(loss - two.training.epochs[i - 1]!.loss)).toBeGreaterThan(1e-2 * Math.abs(loss));
  }
  const again = await fitted({ workers: 2, cacheFolder: join(folder, 'cache') }, { memoryBudget: 2 ** 20 });
  expect(again.training).toEqual(two.training);
});

test('goes on from a checkpoint to the same bytes', async () => {
  const [checkpoint, cacheFolder] = [join(folder, 'checkpoint'), join(folder, 'cache')];
  const controller = new AbortController();
  const onProgress = ({ stage, done }: ProgressEvent) => {
    if (stage === 'training' && done === 3) controller.abort();
  };
  const stopped = fitted({ workers: 2, cacheFolder, checkpoint, onProgress, signal: controller.signal });
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  const resumed = await fitted({ workers: 2, cacheFolder, checkpoint });
  expect(Buffer.compare(resumed.bytes, (await fitted({ workers: 2, cacheFolder })).bytes)).toBe(0);
});

describe('a method that needs the whole batch', () => {
  const broken: Sample = { ...good[1]!, id: 'broken.png', image: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3) };
  const images = [...good.slice(0, 3), broken, ...good.slice(4)];
  let backbone: BackboneChoice;
  const whole = () => {
    const rest = { inputSize: 32, epochs: 1, batchSize: 4, calibrationShare: 0, seed: 3 };
    return new STPM({ backbone, layers: ['layer1'], ...rest });
  };

  beforeAll(async () => {
    backbone = await seededResnet18(folder, 'layer1');
  });

  test('learns the same bytes on any number of threads: they compute its features, the same ones', async () => {
    const runs = [];
    for (const workers of [1, 2]) {
      const cacheFolder = join(folder, `features-${workers}`);
      const method = whole();
      const { skipped, images: count } = await method.fit(images, { workers, cacheFolder, skipBad: true });
      // of the seven that are whole one chooses the epoch
      expect([count, skipped.map(({ id }) => id), started.length]).toEqual([6, ['broken.png'], workers === 1 ? 0 : 2]);
      const names = (await readdir(cacheFolder)).sort();
      const entries = await Promise.all(names.map((name) => readFile(join(cacheFolder, name))));
      runs.push({ skipped, names, entries: entries.map(sha256), model: sha256(await method.toBytes()) });
    }
    expect(runs[0]!.names).toHaveLength(7);
    expect(runs[1]).toEqual(runs[0]);
  });

  test('fails with the error of its image, and stops when it is told to, whichever thread was at it', async () => {
    const [alone, shared] = await Promise.all(
      [1, 2].map((workers) =>
        whole()
          .fit(images, { workers })
          .catch((error: unknown) => error),
      ),
    );
    expect(shared).toMatchObject({ code: 'IMAGE_FORMAT', path: 'broken.png' });
    expect(String(shared)).toBe(String(alone));
    const controller = new AbortController();
    const onProgress = ({ done }: ProgressEvent) => {
      if (done === 2) controller.abort();
    };
    const stopped = whole().fit(good, { workers: 2, onProgress, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(whole().fit(good, { workers: 0 })).rejects.toMatchObject({ code: 'BAD_ARGUMENT', path: 'workers' });
  });
});

test('methods without gradients do not train on threads', () => {
  expect(sessionKind('padim').training).toBeUndefined();
  expect(() => trainingKind('padim')).toThrow(/BAD_ARGUMENT.*padim does not train on threads/);
  expect(trainingKind('fastflow').method).toBe('fastflow');
});
