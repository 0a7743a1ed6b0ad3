// Runs a network on the current backend, on folded weights.
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';
import { ARCHITECTURES, convSpecs, layerChannels, layerNames, layerSide } from './architecture.js';
import type { ConvSpec, Padding } from './specs.js';
import type { Backbone, FoldedWeights, LayerName } from './types.js';
import { type Activation, walk } from './walk.js';

interface ConvTensors {
  /** HWIO; of a depthwise convolution as tfjs has it, [size, size, channels, 1]. */
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** What the convolutions find beyond the border: zeros, or the image mirrored, its edge not repeated. */
export type ConvPadding = 'zeros' | 'reflect';

export interface BackboneOptions {
  /** Default `zeros`, what the weights were trained with. `reflect` needs maps of more rows and columns than it adds. */
  readonly padding?: ConvPadding;
}

/**
 * Puts the weights on the current backend.
 *
 * Sizes are torch's, floor((S + padding - size) / stride) + 1 for every convolution and pooling: a ResNet makes of [N, H, W, 3]
 * [N, ceil(H/4), ceil(W/4), C] at layer1 and half of it, rounded up, at each further layer.
 * @throws BAD_ARGUMENT from `features` for images that are not [N, H, W, 3] or too small, for no layers, for a layer that the weights
 *   do not hold, and after `dispose`
 */
export function createBackbone(weights: FoldedWeights, { padding = 'zeros' }: BackboneOptions = {}): Backbone {
  const { architecture } = weights;
  let held: Held | undefined = uploaded(weights);

  function features<L extends LayerName>(images: tf.Tensor4D, layers: readonly L[]): Record<L, tf.Tensor4D> {
    if (!held) throw new IadError('BAD_ARGUMENT', `features: the backbone ${weights.id} was disposed`);
    const { convs, mean } = held;
    checkLayers(weights, layers);
    checkImages(weights, images, layers);
    return tf.tidy(() =>
      walk(architecture, tf.sub(images, mean), layers, (x, spec, activation) =>
        activated(convolve(x, spec, tensorsOf(convs, spec), { padding, activation }), activation),
      ),
    );
  }

  return {
    id: weights.id,
    hash: hashWith(weights.hash, padding),
    architecture,
    features,
    channels: (layer) => layerChannels(architecture, layer),
    hashOf(layer) {
      checkLayers(weights, [layer]);
      return hashWith(weights.layerHashes[layer] ?? weights.hash, padding);
    },
    dispose() {
      if (held) tf.dispose(tensorsIn(held));
      held = undefined;
    },
  };
}

function hashWith(hash: string, padding: ConvPadding): string {
  return padding === 'zeros' ? hash : `${hash} ${padding}`;
}

/** What stays on the backend. */
interface Held {
  readonly convs: ReadonlyMap<string, ConvTensors>;
  /** Subtracted from images. */
  readonly mean: tf.Tensor1D;
}

/** All of it, or nothing. @throws IadError BAD_ARGUMENT for weights that are not the architecture's */
function uploaded(weights: FoldedWeights): Held {
  const { architecture, until } = weights;
  const convs = new Map<string, ConvTensors>();
  const mean = tf.tidy(() => {
    const inputMean = tf.tensor1d([...ARCHITECTURES[architecture].input.mean]);
    for (const spec of convSpecs(architecture, until)) convs.set(spec.name, upload(weights, spec));
    for (const tensor of tensorsIn({ convs, mean: inputMean })) tf.keep(tensor);
    return inputMean;
  });
  return { convs, mean };
}

function tensorsIn({ convs, mean }: Held): tf.Tensor[] {
  return [mean, ...[...convs.values()].flatMap(({ kernel, bias }) => [kernel, bias])];
}

function checkLayers({ id, architecture, until }: FoldedWeights, layers: readonly LayerName[]): void {
  const all = layerNames(architecture);
  const held = all.slice(0, all.indexOf(until) + 1);
  const beyond = layers.find((layer) => !held.includes(layer));
  if (layers.length > 0 && beyond === undefined) return;
  const what = beyond === undefined ? 'no layer was asked for' : `${beyond} was asked for`;
  throw new IadError('BAD_ARGUMENT', `features: ${what}, the weights ${id} hold ${held.join(', ')}`);
}

function checkImages(
  { architecture }: FoldedWeights,
  { rank, shape }: tf.Tensor4D,
  layers: readonly LayerName[],
): void {
  if (rank !== 4 || shape[3] !== 3) {
    throw new IadError('BAD_ARGUMENT', `features: images have shape [${shape.join(', ')}], not [N, H, W, 3]`);
  }
  const side = Math.min(shape[1], shape[2]);
  const beyond = layers.find((layer) => layerSide(architecture, layer, side) < 1);
  if (beyond === undefined) return;
  const what = `images have shape [${shape.join(', ')}], of ${beyond} of ${architecture} nothing would be left`;
  throw new IadError('BAD_ARGUMENT', `features: ${what}`, { hint: 'Use larger images, or a shallower layer.' });
}

function upload(weights: FoldedWeights, spec: ConvSpec): ConvTensors {
  const conv = weights.convs[spec.name];
  if (!conv || conv.shape.join() !== spec.shape.join()) {
    const found = conv ? `has shape [${conv.shape.join(', ')}]` : 'is missing';
    throw new IadError('BAD_ARGUMENT', `weights ${weights.id}: ${spec.name} ${found}, not [${spec.shape.join(', ')}]`);
  }
  const [height, width, inputs, outputs] = spec.shape;
  // one input channel per output channel: the values lie in the same order
  const shape = spec.depthwise ? ([height, width, outputs, 1] as const) : ([height, width, inputs, outputs] as const);
  return { kernel: tf.tensor4d(conv.kernel, [...shape]), bias: tf.tensor1d(conv.bias) };
}

function tensorsOf(convs: ReadonlyMap<string, ConvTensors>, { name }: ConvSpec): ConvTensors {
  const conv = convs.get(name);
  if (!conv) throw new IadError('BAD_ARGUMENT', `weights hold no ${name}`);
  return conv;
}

function convolve(
  x: tf.Tensor4D,
  { stride, padding: edge, depthwise }: ConvSpec,
  { kernel, bias }: ConvTensors,
  { padding, activation }: { padding: ConvPadding; activation: Activation },
): tf.Tensor4D {
  // the fused ops pad with zeros only, and by the same number on either side
  const isPadded = (padding === 'reflect' && edge[1] > 0) || edge[0] !== edge[1];
  const options = {
    x: isPadded ? padded(x, edge, padding) : x,
    filter: kernel,
    strides: stride,
    pad: isPadded ? 0 : edge[0],
    bias,
    activation: activation === 'relu' ? activation : ('linear' as const),
  };
  return depthwise ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options);
}

function padded(x: tf.Tensor4D, [before, after]: Padding, padding: ConvPadding): tf.Tensor4D {
  const edge: [number, number] = [before, after];
  const sides: [[number, number], [number, number], [number, number], [number, number]] = [[0, 0], edge, edge, [0, 0]];
  if (padding === 'zeros') return tf.pad(x, sides);
  const [, height, width] = x.shape;
  if (Math.min(height, width) > after) return tf.mirrorPad(x, sides, 'reflect');
  throw new IadError('BAD_ARGUMENT', `features: a map of ${height} x ${width} has no ${after} cells to mirror`, {
    path: 'images',
    hint: 'Give larger images, or pad with zeros.',
  });
}

/** What the fused ops do not have; ReLU they have. */
function activated(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  switch (activation) {
    case 'silu':
      return tf.mul(x, tf.sigmoid(x));
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'linear':
    case 'relu':
      return x;
    default:
      return activation satisfies never;
  }
}
