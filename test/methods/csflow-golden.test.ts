// CS-Flow's network against PyTorch (test/reference/csflow_fixtures.py), and what its paper says of its start and its size.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { csFlowLoss, csFlowMap, csFlowNetwork, csFlowScore, drawOrders } from '../../src/methods/csflow/network.js';
import { initialTensors } from '../../src/methods/parts/flow/parameters.js';
import { pyramid } from '../../src/methods/parts/trained/index.js';
import { readFixture } from '../helpers/fixture.js';
import { drawnTensors, imageInput } from './flow-arrays.js';
import { expectTraining, expectValues, type GoldenTraining } from './golden-training.js';

type Shape = [number, number, number, number];

const golden = readFixture<{
  network: GoldenTraining & {
    readonly shapes: Shape[];
    readonly hidden: number;
    readonly orders: number[][][];
    readonly z: number[][];
    readonly logDeterminant: number[];
    readonly score: number[];
    readonly size: [height: number, width: number];
    readonly map: number[];
  };
  pyramid: { readonly shape: Shape; readonly nearest: number[][]; readonly mean: number[][] };
}>('csflow.json');

describe.each(['cpu', 'wasm'] as const)('CS-Flow on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  // What a test makes, it need not dispose of.
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  test('as in PyTorch: z, loss, first gradients, score and map', async () => {
    const { shapes, hidden, orders, size, ...expected } = golden.network;
    const flow = csFlowNetwork({ channels: shapes[0]![3], hidden, orders });
    const features = shapes.map((shape, i) => imageInput(`csflow features ${i}`, shape));
    const tensors = drawnTensors(flow.parameters);
    const { values, logDeterminant } = flow.forward(features, tensors);
    for (const [i, z] of expected.z.entries()) await expectValues(values[i]!, z);
    await expectValues(logDeterminant, expected.logDeterminant);
    await expectValues(csFlowScore(values), expected.score);
    const map = csFlowMap(values, ...size);
    expect(map.shape).toEqual([shapes[0]![0], ...size, 1]);
    await expectValues(map, expected.map);
    await expectTraining(flow.parameters, tensors, (at) => csFlowLoss(flow.forward(features, at)), expected);
  });

  test.each(['nearest', 'mean'] as const)('as in PyTorch: the scales of an image, by %s', async (shrinking) => {
    const { shape } = golden.pyramid;
    // The fixture's images are no squares; a square's sides would do for both.
    const images = imageInput('csflow pyramid', shape);
    const square = tf.concat([images, tf.zeros([shape[0], shape[2] - shape[1], shape[2], 3])], 1) as Tensor4D;
    const { sides, of } = pyramid(shape[2], 3, shrinking);
    expect(sides).toEqual([12, 6, 3]);
    for (const [i, scale] of of(square).entries()) {
      expect(scale.shape).toEqual([shape[0], sides[i], sides[i], 3]);
      const height = shape[1] / 2 ** i;
      await expectValues(scale.slice([0, 0, 0, 0], [-1, height, -1, -1]), golden.pyramid[shrinking][i]!);
    }
  });

  test('starts as a permutation: the log-determinant is 0, the loss half the mean of the squares', async () => {
    const orders = drawOrders(4, 2, 7);
    const flow = csFlowNetwork({ channels: 4, hidden: 3, orders });
    const features = [4, 2, 1].map((side) => imageInput(`start ${side}`, [2, side, side, 4]));
    const flowed = flow.forward(features, initialTensors(flow.parameters, 1));
    for (const [i, z] of flowed.values.entries()) {
      const permuted = orders.reduce((at, block) => tf.gather(at, block[i]!, 3), features[i]!);
      expect(await z.data()).toEqual(await permuted.data());
    }
    expect([...(await flowed.logDeterminant.data())]).toEqual([0, 0]);
    const all = tf.concat(features.map((x) => x.reshape([-1])));
    const halfMeanSquare = (await all.square().mean().data())[0]! / 2;
    expect((await csFlowLoss(flowed).data())[0]).toBeCloseTo(halfMeanSquare, 6);
    const scores = await csFlowScore(flowed.values).data();
    expect((scores[0]! + scores[1]!) / 2).toBeCloseTo(halfMeanSquare, 6);
  });
});

test('the sizes of its paper', () => {
  const { parameters } = csFlowNetwork({ channels: 304, hidden: 1024, orders: drawOrders(304, 4, 0) });
  const count = (part: string) =>
    parameters
      .filter(({ name }) => name.startsWith(part))
      .reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0) / 1e6;
  expect(count('flow.0.ofFirst')).toBeCloseTo(23.82, 2);
  expect(count('flow.3.ofFirst')).toBeCloseTo(66.2, 1);
  expect(count('flow')).toBeCloseTo(275, 0);
});

test('orders are permutations, belong to the seed, and differ between blocks and scales', () => {
  const orders = drawOrders(12, 3, 5);
  expect(drawOrders(12, 3, 5)).toEqual(orders);
  expect(drawOrders(12, 3, 6)).not.toEqual(orders);
  expect(orders.map((block) => block.length)).toEqual([3, 3, 3]);
  const all = orders.flat();
  for (const order of all) expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect(new Set(all.map(String)).size).toBe(9);
});
