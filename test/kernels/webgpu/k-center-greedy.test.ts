// kCenterGreedy in WGSL: the shared cases in parts, slices, and what a GPU may make of NaN.
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../../src/kernels/backend.js';
import type { KernelCase } from '../../../src/kernels/case.js';
import { conform } from '../../../src/kernels/conform.js';
import { KernelThreads, kCenterGreedy } from '../../../src/kernels/index.js';
import { K_CENTER_SUITE } from '../../../src/kernels/k-center-greedy/cases.js';
import { K_CENTER_START } from '../../../src/kernels/k-center-greedy/kernels.js';
import { gpuLanes, gpuPartRows } from '../../../src/kernels/k-center-greedy/plan.js';
import { kCenterGreedyReference } from '../../../src/kernels/k-center-greedy/reference.js';
import { advanceInParts, startWith } from '../../../src/kernels/k-center-greedy/webgpu.js';
import { blockRows } from '../../../src/kernels/k-center-greedy/wgsl.js';
import type { KernelDefinition } from '../../../src/kernels/registry.js';
import { hasSubgroups, webGpuBackend } from '../../../src/kernels/webgpu/backend.js';
import { Random } from '../../../src/runtime/random.js';
import { missing } from '../../helpers/needs.js';

function normal(rows: number, depth: number): Float32Array {
  const random = new Random(4);
  return Float32Array.from({ length: rows * depth }, () => random.normal());
}

function suiteCases(): KernelCase[] {
  return K_CENTER_SUITE.cases().filter(({ numbers, except }) => numbers?.bounds === 1 && !except?.webgpu);
}

/** Needs a sum as long as the depth and a root, each rounded. */
function expectClose(found: Float32Array, expected: Float32Array, depth: number): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((radius, i) => {
    if (found[i] === radius) return;
    expect(Math.abs(found[i]! - radius)).toBeLessThanOrEqual((depth + 8) * 2 ** -24 * radius);
  });
}

const reason = missing('webgpu');

describe.skipIf(reason !== null)('kCenterGreedy in WGSL', () => {
  beforeAll(async () => {
    await useBackend('webgpu');
  });
  afterAll(() => tf.removeBackend('webgpu'));

  const inParts: KernelDefinition = {
    name: 'KCenterGreedyInParts',
    webgpu: (call) => advanceInParts(call, 1024, false),
  };

  // What the device does not offer cannot be tried; SwiftShader has subgroups.
  describe.each([false, true])('with subgroups: %s', (subgroups) => {
    const isAbsent = () => subgroups && !hasSubgroups(webGpuBackend(tf.backend()));
    const start: KernelDefinition = {
      name: `KCenterGreedyStartWith${subgroups}`,
      webgpu: (call) => startWith(call, subgroups),
    };
    const advance: KernelDefinition = {
      name: `KCenterGreedyWith${subgroups}`,
      webgpu: (call) => advanceInParts(call, 2 ** 30, subgroups),
    };
    test.each(suiteCases())('$name', async (kernelCase) => {
      expect(isAbsent()).toBe(false);
      expect(await conform(advance, kernelCase, start)).toEqual([]);
    });
  });

  test.each([3, 16, 40])('in parts of 1024 rows of depth %i', async (depth) => {
    const rows = 2500;
    const features = normal(rows, depth);
    const anchors = new Float32Array(rows).map((_, i) => 3 + Math.abs(features[i]!));
    const expected = kCenterGreedyReference(features, depth, anchors.slice(), 60);
    const given = { features: { values: features, shape: [rows, depth] }, anchors: { values: anchors, shape: [rows] } };
    const error = Float64Array.from(expected.radii, (radius) => (depth + 8) * 2 ** -24 * radius);
    const kernelCase: KernelCase = {
      name: 'parts',
      inputs: given,
      numbers: { count: 60, bounds: 1, from: 0, to: 60 },
      expected: () => [
        { values: expected.indices, shape: [60] },
        { values: expected.radii, shape: [60], error },
      ],
    };
    expect(await conform(inParts, kernelCase, K_CENTER_START)).toEqual([]);
  });

  test('on threads it is the selection of the reference', async () => {
    const values = normal(700, 24);
    const expected = kCenterGreedyReference(values, 24, new Float32Array(700).fill(3), 80);
    const features = tf.tensor2d(values, [700, 24]);
    const threads = await KernelThreads.open(2);
    const before = tf.memory().numTensors;
    const found = await kCenterGreedy(features, 80, { anchor: new Float32Array(700).fill(3), threads });
    expect(found).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
    await threads.close();
    features.dispose();
  });

  test('slices go on where the last one ended', async () => {
    const features = normal(700, 24);
    const start = new Float32Array(700).fill(3.4028234663852886e38);
    start[5] = Number.POSITIVE_INFINITY;
    const expected = kCenterGreedyReference(features, 24, start, 150);
    const tensor = tf.tensor2d(features, [700, 24]);
    const before = tf.memory().numTensors;
    const found = await kCenterGreedy(tensor, 150, { start: 5 });
    expect(tf.memory().numTensors).toBe(before);
    expect(found.indices).toEqual(expected.indices);
    expect(found.radii[0]).toBe(Number.POSITIVE_INFINITY);
    expectClose(found.radii.subarray(1), expected.radii.subarray(1), 24);
    tensor.dispose();
  });

  test('rows of NaN are picked once each, at their initial distance', async () => {
    const features = normal(200, 12);
    for (const row of [3, 77, 150]) features[row * 12 + 5] = Number.NaN;
    const anchor = new Float32Array(200).fill(20);
    const expected = kCenterGreedyReference(features, 12, anchor.slice(), 30);
    const tensor = tf.tensor2d(features, [200, 12]);
    const found = await kCenterGreedy(tensor, 30, { anchor });
    expect(found.indices).toEqual(expected.indices);
    expectClose(found.radii, expected.radii, 12);
    tensor.dispose();
  });
});

test('lanes and parts fit', () => {
  for (const depth of [1, 2, 3, 4, 5, 7, 8, 60, 64, 127, 128, 1536]) {
    const lanes = gpuLanes(depth);
    expect([1, 2, 4, 8]).toContain(lanes);
    expect(lanes).toBeLessThanOrEqual(depth % 4 === 0 ? depth / 4 : depth);
    expect(1024 % blockRows(lanes)).toBe(0);
  }
  expect(gpuPartRows(60_000, 128, 2 ** 27)).toBe(60_000);
  expect(gpuPartRows(600_000, 128, 2 ** 27)).toBe(262_144);
  expect(gpuPartRows(600_000, 100, 2 ** 27) % 1024).toBe(0);
  expect(gpuPartRows(600_000, 100, 2 ** 27) * 400).toBeLessThanOrEqual(2 ** 27);
});
