// The way through a network: which convolution follows which, whatever a convolution is made of.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { layerNames, layersUntil } from './architecture.js';
import type { BlockSpec, ConvSpec, InvertedBlock, PlainBlock, ResidualBlock } from './specs.js';
import type { Architecture, LayerName } from './types.js';

export type Activation = 'linear' | 'relu' | 'silu' | 'sigmoid';

/** A convolution with its padding, its batch norm or bias, and the activation. */
export type Convolve = (x: Tensor4D, spec: ConvSpec, activation: Activation) => Tensor4D;

/**
 * Runs up to the deepest of the layers; to be called inside `tf.tidy`.
 * @param x [N, H, W, 3], normalised
 * @param layers at least one, of the architecture's
 */
export function walk<L extends LayerName>(
  architecture: Architecture,
  x: Tensor4D,
  layers: readonly L[],
  convolve: Convolve,
): Record<L, Tensor4D> {
  const wanted = new Set<LayerName>(layers);
  const deepest = layerNames(architecture).findLast((layer) => wanted.has(layer));
  if (deepest === undefined) return {} as Record<L, Tensor4D>;
  const out = {} as Record<LayerName, Tensor4D>;
  let y = x;
  for (const { name, blocks } of layersUntil(architecture, deepest)) {
    for (const block of blocks) {
      const input = y;
      // a tidy per block, and its input freed at once: a batch's peak is one block, not the network
      y = tf.tidy(() => runBlock(input, block, convolve));
      if (input !== x && !Object.values(out).includes(input)) input.dispose();
    }
    if (wanted.has(name)) out[name] = y;
  }
  return out;
}

function runBlock(x: Tensor4D, block: BlockSpec, convolve: Convolve): Tensor4D {
  switch (block.kind) {
    case 'plain':
      return plain(x, block, convolve);
    case 'residual':
      return residual(x, block, convolve);
    case 'inverted':
      return inverted(x, block, convolve);
    default:
      return block satisfies never;
  }
}

function plain(x: Tensor4D, { conv, activation, pool }: PlainBlock, convolve: Convolve): Tensor4D {
  const y = convolve(x, conv, activation);
  return pool ? tf.maxPool(y, pool.size, pool.stride, pool.padding) : y;
}

function residual(x: Tensor4D, { main, downsample }: ResidualBlock, convolve: Convolve): Tensor4D {
  const shortcut = downsample ? convolve(x, downsample, 'linear') : x;
  const last = main.length - 1;
  const y = main.reduce((input, spec, index) => convolve(input, spec, index < last ? 'relu' : 'linear'), x);
  return tf.relu(tf.add(y, shortcut));
}

function inverted(
  x: Tensor4D,
  { before, squeeze, excite, project, skips }: InvertedBlock,
  convolve: Convolve,
): Tensor4D {
  const wide = before.reduce((input, spec) => convolve(input, spec, 'silu'), x);
  const share = convolve(convolve(spatialMean(wide), squeeze, 'silu'), excite, 'sigmoid');
  const y = convolve(tf.mul(wide, share), project, 'linear');
  return skips ? tf.add(y, x) : y;
}

/**
 * [N, H, W, C] to [N, 1, 1, C]. By pooling, row by row and then over rows: tf.mean transposes the map first, which takes several times as
 * long on wasm, and one long sum rounds more.
 */
function spatialMean(x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  // XNNPACK refuses windows of one position
  const rows = width === 1 ? x : tf.avgPool(x, [1, width], 1, 'valid');
  return height === 1 ? rows : tf.avgPool(rows, [height, 1], 1, 'valid');
}
