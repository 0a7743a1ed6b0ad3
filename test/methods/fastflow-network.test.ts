// FastFlow's network beyond its golden values: the layer norm, the map's range, and what it refuses.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { fastFlowLoss, fastFlowMap, fastFlowNetwork } from '../../src/methods/fastflow/network.js';
import { initialTensors } from '../../src/methods/parts/flow/parameters.js';
import { drawnTensors, imageInput } from './flow-arrays.js';

const LEVELS = [
  { height: 4, width: 6, channels: 4, orders: [[0, 1, 2, 3]] },
  { height: 2, width: 3, channels: 6, orders: [[0, 1, 2, 3, 4, 5]] },
];
const SHARED = { levels: LEVELS, kernels: '3x3', hiddenRatio: 0.5, tanh: 'plain' } as const;

function features(): Tensor4D[] {
  return LEVELS.map(({ height, width, channels }, i) =>
    imageInput(`features ${i}`, [2, height, width, channels]).mul<Tensor4D>(5).add<Tensor4D>(7),
  );
}

function withoutSubnets(tensors: Record<string, Tensor>): Record<string, Tensor> {
  const silent = ([name, tensor]: [string, Tensor]) => [name, /subnet/.test(name) ? tf.zerosLike(tensor) : tensor];
  return Object.fromEntries(Object.entries(tensors).map(silent));
}

describe.each(['cpu', 'wasm'] as const)("FastFlow's network on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test('with neutral flows z is each image, standardised over positions and channels', () => {
    tf.tidy(() => {
      const network = fastFlowNetwork({ ...SHARED, layerNorm: true });
      const levels = network.forward(features(), withoutSubnets(initialTensors(network.parameters, 1)));
      for (const { values } of levels) {
        const { mean, variance } = tf.moments(values, [1, 2, 3]);
        for (const value of mean.dataSync()) expect(value).toBeCloseTo(0, 5);
        for (const value of variance.dataSync()) expect(value).toBeCloseTo(1, 4);
      }
      // Half the squared length of standardised values, and no change of volume.
      expect(fastFlowLoss(levels).dataSync()[0]).toBeCloseTo((4 * 6 * 4 + 2 * 3 * 6) / 2, 2);
    });
  });

  test('without layer norms it has flows alone, and takes the features as they are', () => {
    tf.tidy(() => {
      const network = fastFlowNetwork({ ...SHARED, layerNorm: false });
      expect(network.parameters.filter(({ name }) => name.includes('norm'))).toEqual([]);
      const given = features();
      const levels = network.forward(given, withoutSubnets(initialTensors(network.parameters, 1)));
      for (const [i, { values }] of levels.entries()) {
        expect(values.sub(given[i]!).abs().max().dataSync()[0]).toBeLessThan(1e-4);
      }
    });
  });

  test('the map lies in [-1, 0], is even where z is, and higher where z is larger', () => {
    tf.tidy(() => {
      const even = fastFlowMap([tf.fill([1, 2, 3, 4], 0.5), tf.fill([1, 1, 1, 2], -2)], 6, 9);
      expect(even.shape).toEqual([1, 6, 9, 1]);
      const expected = (-Math.exp(-0.125) - Math.exp(-2)) / 2;
      for (const value of even.dataSync()) expect(value).toBeCloseTo(expected, 6);
      const [least, most] = [tf.zeros<tf.Rank.R4>([1, 1, 1, 2]), tf.fill<tf.Rank.R4>([1, 1, 1, 2], 100)];
      expect(fastFlowMap([least], 1, 1).dataSync()[0]).toBe(-1);
      expect(fastFlowMap([most], 1, 1).dataSync()[0]).toBeCloseTo(0, 10);
      // The mean square tells apart what the likelihood cannot.
      const more = tf.fill<tf.Rank.R4>([1, 1, 1, 2], 200);
      expect(fastFlowMap([more], 1, 1).dataSync()).toEqual(fastFlowMap([most], 1, 1).dataSync());
      expect(fastFlowMap([more], 1, 1, 'meanSquare').dataSync()[0]).toBe(40_000);
      expect(fastFlowMap([most, least], 1, 1, 'meanSquare').dataSync()[0]).toBe(5000);
    });
  });

  test('leaves nothing behind, and refuses features of other sizes by name', () => {
    const network = fastFlowNetwork({ ...SHARED, layerNorm: true });
    const [tensors, given] = [drawnTensors(network.parameters), features()];
    const [first, second] = given;
    const before = tf.memory().numTensors;
    const levels = network.forward(given, tensors);
    expect(tf.memory().numTensors).toBe(before + 4);
    tf.dispose(levels);
    expect(() => network.forward([first!], tensors)).toThrow(/BAD_ARGUMENT.*level 0 of 2 must be \[B, 4, 6, 4\]/);
    expect(() => network.forward([first!, first!], tensors)).toThrow(/level 1 of 2 must be \[B, 2, 3, 6\]/);
    expect(() => network.forward([...given, second!], tensors)).toThrow(/of 2 must be/);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([tensors, given]);
  });
});
