// Runs a network on the current backend, on folded weights.
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';
import { ARCHITECTURES, convSpecs, layerChannels, layerNames, layerSide } from './architecture.js';
import type { ConvSpec } from './specs.js';
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
  /** Default `zeros`, what the weights were trained with. `reflect` needs maps of two rows and columns or more at every 3x3. */
  readonly padding?: ConvPadding;
}

interface Convolutions {
  readonly tensors: ReadonlyMap<string, ConvTensors>;
  readonly padding: ConvPadding;
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
  const { architecture, until } = weights;
  let convs: Map<string, ConvTensors> | undefined = new Map(
    convSpecs(architecture, until).map((spec) => [spec.name, upload(weights, spec)]),
  );
  let mean: tf.Tensor1D | undefined = tf.keep(tf.tensor1d([...ARCHITECTURES[architecture].input.mean]));

  function features<L extends LayerName>(images: tf.Tensor4D, layers: readonly L[]): Record<L, tf.Tensor4D> {
    if (!convs || !mean) throw new IadError('BAD_ARGUMENT', `features: the backbone ${weights.id} was disposed`);
    const [held, inputMean]: [Convolutions, tf.Tensor1D] = [{ tensors: convs, padding }, mean];
    checkLayers(weights, layers);
    checkImages(weights, images, layers);
    return tf.tidy(() =>
      walk(architecture, tf.sub(images, inputMean), layers, (x, spec, activation) =>
        convolve(x, spec, held, activation),
      ),
    );
  }

  return {
    id: weights.id,
    hash: padding === 'zeros' ? weights.hash : `${weights.hash} ${padding}`,
    architecture,
    features,
    channels: (layer) => layerChannels(architecture, layer),
    dispose() {
      tf.dispose([...(convs?.values() ?? [])].flatMap(({ kernel, bias }) => [kernel, bias]));
      mean?.dispose();
      convs = undefined;
      mean = undefined;
    },
  };
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
  return {
    kernel: tf.keep(tf.tensor4d(conv.kernel, [...shape])),
    bias: tf.keep(tf.tensor1d(conv.bias)),
  };
}

function convolve(
  x: tf.Tensor4D,
  { name, stride, padding: [before, after], depthwise }: ConvSpec,
  { tensors, padding }: Convolutions,
  activation: Activation,
): tf.Tensor4D {
  const conv = tensors.get(name);
  if (!conv) throw new IadError('BAD_ARGUMENT', `weights hold no ${name}`);
  const edge: [number, number] = [before, after];
  const isMirrored = padding === 'reflect' && Math.max(...edge) > 0;
  const isSymmetric = !isMirrored && before === after;
  const options = {
    // the fused ops take zeros only, the same on either side
    x: isSymmetric ? x : isMirrored ? mirrored(x, edge) : tf.pad(x, [[0, 0], edge, edge, [0, 0]]),
    filter: conv.kernel,
    strides: stride,
    pad: isSymmetric ? before : 0,
    bias: conv.bias,
    activation: activation === 'relu' ? activation : ('linear' as const),
  };
  const y = depthwise ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options);
  switch (activation) {
    case 'silu':
      return tf.mul(y, tf.sigmoid(y));
    case 'sigmoid':
      return tf.sigmoid(y);
    case 'linear':
    case 'relu':
      return y;
    default:
      return activation satisfies never;
  }
}

function mirrored(x: tf.Tensor4D, sides: [number, number]): tf.Tensor4D {
  const border = Math.max(...sides);
  const [, height, width] = x.shape;
  if (Math.min(height, width) > border) return tf.mirrorPad(x, [[0, 0], sides, sides, [0, 0]], 'reflect');
  throw new IadError('BAD_ARGUMENT', `features: a map of ${height} x ${width} has no ${border} cells to mirror`, {
    path: 'images',
    hint: 'Give larger images, or pad with zeros.',
  });
}
