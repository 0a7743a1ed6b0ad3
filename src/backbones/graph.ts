// Runs a ResNet on the current backend: one builder for the torchvision layout and for Keras's v1, on folded weights.
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';
import { ARCHITECTURES, type ConvSpec, convSpecs, layerChannels, layersUntil } from './architecture.js';
import { type Activation, residualLayers } from './residual.js';
import type { Backbone, FoldedWeights, LayerName } from './types.js';

interface ConvTensors {
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
 * The paddings' sizes are torch's (symmetric, output floor((S + 2p - k) / s) + 1): [N, H, W, 3] gives [N, ceil(H/4), ceil(W/4), C] at
 * layer1 and half of it, rounded up, at each further layer. The max-pool after the stem's ReLU ignores its padding.
 * @throws BAD_ARGUMENT from `features` for images that are not [N, H, W, 3], for no layers, for a layer deeper than the
 *   weights, and after `dispose`
 */
export function createBackbone(weights: FoldedWeights, { padding = 'zeros' }: BackboneOptions = {}): Backbone {
  const { architecture, until } = weights;
  let convs: Map<string, ConvTensors> | undefined = new Map(
    convSpecs(architecture, until).map((spec) => [spec.name, upload(weights, spec)]),
  );
  let mean: tf.Tensor1D | undefined = tf.keep(tf.tensor1d([...ARCHITECTURES[architecture].input.mean]));

  function features<L extends LayerName>(images: tf.Tensor4D, layers: readonly L[]): Record<L, tf.Tensor4D> {
    if (!convs || !mean) throw new IadError('BAD_ARGUMENT', `features: the backbone ${weights.id} was disposed`);
    const [inputConvs, inputMean]: [Convolutions, tf.Tensor1D] = [{ tensors: convs, padding }, mean];
    const held = layersUntil(until);
    const beyond = layers.find((layer) => !held.includes(layer));
    if (layers.length === 0 || beyond !== undefined) {
      const what = beyond === undefined ? 'no layer was asked for' : `${beyond} was asked for`;
      throw new IadError('BAD_ARGUMENT', `features: ${what}, the weights ${weights.id} hold ${held.join(', ')}`);
    }
    if (images.rank !== 4 || images.shape[3] !== 3) {
      throw new IadError('BAD_ARGUMENT', `features: images have shape [${images.shape.join(', ')}], not [N, H, W, 3]`);
    }
    return tf.tidy(() =>
      residualLayers(architecture, tf.sub(images, inputMean), layers, (x, spec, activation) =>
        convolve(x, spec, inputConvs, activation),
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

function upload(weights: FoldedWeights, spec: ConvSpec): ConvTensors {
  const conv = weights.convs[spec.name];
  if (!conv || conv.shape.join() !== spec.shape.join()) {
    const found = conv ? `has shape [${conv.shape.join(', ')}]` : 'is missing';
    throw new IadError('BAD_ARGUMENT', `weights ${weights.id}: ${spec.name} ${found}, not [${spec.shape.join(', ')}]`);
  }
  return {
    kernel: tf.keep(tf.tensor4d(conv.kernel, [...conv.shape])),
    bias: tf.keep(tf.tensor1d(conv.bias)),
  };
}

function convolve(
  x: tf.Tensor4D,
  spec: ConvSpec,
  { tensors, padding }: Convolutions,
  activation: Activation,
): tf.Tensor4D {
  const conv = tensors.get(spec.name);
  if (!conv) throw new IadError('BAD_ARGUMENT', `weights hold no ${spec.name}`);
  const border = (spec.shape[0] - 1) / 2;
  const mirrors = padding === 'reflect' && border > 0;
  return tf.fused.conv2d({
    x: mirrors ? mirrored(x, border) : x,
    filter: conv.kernel,
    strides: spec.stride,
    pad: mirrors ? 0 : border,
    bias: conv.bias,
    activation,
  });
}

function mirrored(x: tf.Tensor4D, border: number): tf.Tensor4D {
  const sides: [number, number] = [border, border];
  const [, height, width] = x.shape;
  if (Math.min(height, width) > border) return tf.mirrorPad(x, [[0, 0], sides, sides, [0, 0]], 'reflect');
  throw new IadError('BAD_ARGUMENT', `features: a map of ${height} x ${width} has no ${border} cells to mirror`, {
    path: 'images',
    hint: 'Give larger images, or pad with zeros.',
  });
}
