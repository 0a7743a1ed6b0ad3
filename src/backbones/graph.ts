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

/**
 * Puts the weights on the current backend.
 *
 * Paddings are torch's (symmetric, output floor((S + 2p - k) / s) + 1): [N, H, W, 3] gives [N, ceil(H/4), ceil(W/4), C] at
 * layer1 and half of it, rounded up, at each further layer. The max-pool after the stem's ReLU ignores its padding.
 * @throws BAD_ARGUMENT from `features` for images that are not [N, H, W, 3], for no layers, for a layer deeper than the
 *   weights, and after `dispose`
 */
export function createBackbone(weights: FoldedWeights): Backbone {
  const { architecture, until } = weights;
  let convs: Map<string, ConvTensors> | undefined = new Map(
    convSpecs(architecture, until).map((spec) => [spec.name, upload(weights, spec)]),
  );
  let mean: tf.Tensor1D | undefined = tf.keep(tf.tensor1d([...ARCHITECTURES[architecture].input.mean]));

  function features<L extends LayerName>(images: tf.Tensor4D, layers: readonly L[]): Record<L, tf.Tensor4D> {
    if (!convs || !mean) throw new IadError('BAD_ARGUMENT', `features: the backbone ${weights.id} was disposed`);
    const [inputConvs, inputMean] = [convs, mean];
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
    hash: weights.hash,
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
  convs: ReadonlyMap<string, ConvTensors>,
  activation: Activation,
): tf.Tensor4D {
  const conv = convs.get(spec.name);
  if (!conv) throw new IadError('BAD_ARGUMENT', `weights hold no ${spec.name}`);
  return tf.fused.conv2d({
    x,
    filter: conv.kernel,
    strides: spec.stride,
    pad: (spec.shape[0] - 1) / 2,
    bias: conv.bias,
    activation,
  });
}
