// The way through a ResNet: which convolution follows which, whatever a convolution is made of. Frozen networks and those that are
// trained share it.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type BlockSpec, type ConvSpec, layersUntil, STEM, stageBlocks } from './architecture.js';
import { type Architecture, LAYER_NAMES, type LayerName } from './types.js';

export type Activation = 'relu' | 'linear';

/** A convolution with padding (size - 1) / 2, its batch norm, and the activation. */
export type Convolve = (x: Tensor4D, spec: ConvSpec, activation: Activation) => Tensor4D;

/**
 * Runs up to the deepest of the layers; to be called inside `tf.tidy`.
 * @param x [N, H, W, 3], normalised
 * @param layers at least one
 */
export function residualLayers<L extends LayerName>(
  architecture: Architecture,
  x: Tensor4D,
  layers: readonly L[],
  convolve: Convolve,
): Record<L, Tensor4D> {
  const wanted = new Set<LayerName>(layers);
  const deepest = LAYER_NAMES.findLast((layer) => wanted.has(layer)) ?? 'layer1';
  const out = {} as Record<LayerName, Tensor4D>;
  let y = tf.tidy(() => tf.maxPool(convolve(x, STEM, 'relu'), 3, 2, 1));
  for (const layer of layersUntil(deepest)) {
    for (const block of stageBlocks(architecture, layer)) {
      const input = y;
      // a tidy per block, and its input freed at once: a batch's peak is one block, not the network
      y = tf.tidy(() => residual(input, block, convolve));
      if (!Object.values(out).includes(input)) input.dispose();
    }
    if (wanted.has(layer)) out[layer] = y;
  }
  return out;
}

function residual(x: Tensor4D, { main, downsample }: BlockSpec, convolve: Convolve): Tensor4D {
  const shortcut = downsample ? convolve(x, downsample, 'linear') : x;
  const last = main.length - 1;
  const y = main.reduce((input, spec, index) => convolve(input, spec, index < last ? 'relu' : 'linear'), x);
  return tf.relu(tf.add(y, shortcut));
}
