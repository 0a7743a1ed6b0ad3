// The student: a ResNet of its teacher's architecture, trained with batch norms of its own from random weights.
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { ARCHITECTURES, convSpecs } from '../../backbones/architecture.js';
import type { ConvSpec } from '../../backbones/specs.js';
import type { Architecture, LayerName } from '../../backbones/types.js';
import { type Activation, type Convolve, walk } from '../../backbones/walk.js';
import { IadError } from '../../runtime/errors.js';
import { type BatchStatistics, batchNorm } from '../parts/batch-norm.js';
import {
  constant,
  type NamedTensors,
  named,
  namedFilter,
  namedVector,
  type Parameter,
} from '../parts/flow/parameters.js';

/** What a batch's statistics weigh in the running ones. */
const MOMENTUM = 0.1;

export interface Student {
  /** `stem.kernel` [height, width, in, out], `stem.scale`, `stem.offset` [out], `layer1.0.conv1.kernel`, ... */
  readonly parameters: readonly Parameter[];
  /** The running statistics: `stem.mean`, `stem.variance` [out], ... */
  readonly buffers: readonly Parameter[];
  /**
   * Features of images, RGB 0..255 [batch, height, width, 3], of the layers; with the batch's own statistics.
   * @param update is given the running statistics from the next step on; its tensors do not outlast it
   */
  readonly train: (
    images: Tensor4D,
    tensors: NamedTensors,
    update: (buffer: string, value: Tensor) => void,
  ) => Tensor4D[];
  /** The same with the running statistics. */
  readonly infer: (images: Tensor4D, tensors: NamedTensors) => Tensor4D[];
}

/**
 * The convolutions start as torchvision's ResNets do: normal with variance 2 / (out * height * width). They have no bias, in Keras's
 * architecture neither, where there is one in front of a batch norm, which takes it out again.
 * @param architecture a ResNet: paddings are even, there is a batch norm after every convolution
 */
export function residualStudent(architecture: Architecture, layers: readonly LayerName[]): Student {
  const specs = convSpecs(architecture, layers.at(-1) ?? 'layer1');
  const { epsilon } = ARCHITECTURES[architecture];
  const run = (images: Tensor4D, convolve: Convolve) =>
    tf.tidy(() => {
      const out = walk(architecture, normalised(images, architecture), layers, convolve);
      return layers.map((layer) => out[layer]);
    });
  return {
    parameters: specs.flatMap((spec) => [kernel(spec), ofChannels(spec, 'scale', 1), ofChannels(spec, 'offset', 0)]),
    buffers: specs.flatMap((spec) => [ofChannels(spec, 'mean', 0), { ...ofChannels(spec, 'variance', 1), least: 0 }]),
    train: (images, tensors, update) =>
      run(images, (x, spec, activation) => {
        const { name, stride } = spec;
        const y = tf.conv2d(x, namedFilter(tensors, `${name}.kernel`), stride, spec.padding[0]);
        const affine = { scale: namedVector(tensors, `${name}.scale`), offset: namedVector(tensors, `${name}.offset`) };
        const normal = batchNorm(y, affine, epsilon, (statistics) => {
          for (const part of ['mean', 'variance'] as const) {
            const buffer = `${name}.${part}`;
            update(buffer, moved(named(tensors, buffer), statistics[part]));
          }
        });
        return reluOrNone(activation) === 'relu' ? tf.relu(normal) : normal;
      }),
    infer: (images, tensors) =>
      run(images, (x, spec, activation) => {
        const { filter, bias } = folded(tensors, spec.name, epsilon);
        const pad = spec.padding[0];
        return tf.fused.conv2d({ x, filter, bias, strides: spec.stride, pad, activation: reluOrNone(activation) });
      }),
  };
}

/** As the teacher takes images, whose channels' scales are in its first convolution. */
function normalised(images: Tensor4D, architecture: Architecture): Tensor4D {
  const { mean, scale } = ARCHITECTURES[architecture].input;
  return tf.mul(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...scale]));
}

function kernel({ name, shape }: ConvSpec): Parameter {
  const [height, width, inputs, outputs] = shape;
  const deviation = Math.sqrt(2 / (outputs * height * width));
  return {
    name: `${name}.kernel`,
    shape,
    isTrained: true,
    initial: (random) =>
      Float32Array.from({ length: height * width * inputs * outputs }, () => deviation * random.normal()),
  };
}

function ofChannels(
  { name, shape }: ConvSpec,
  part: keyof BatchStatistics | 'scale' | 'offset',
  value: number,
): Parameter {
  return constant(`${name}.${part}`, [shape[3]], value);
}

/** @throws IadError BAD_ARGUMENT for another activation */
function reluOrNone(activation: Activation): 'relu' | 'linear' {
  if (activation === 'relu' || activation === 'linear') return activation;
  throw new IadError('BAD_ARGUMENT', `a ResNet has no ${activation}`, { path: 'student' });
}

function moved(running: Tensor, now: Tensor1D): Tensor {
  return tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(now, MOMENTUM));
}

/** A convolution with its batch norm in it. */
function folded(tensors: NamedTensors, name: string, epsilon: number): { filter: Tensor4D; bias: Tensor1D } {
  const vector = (part: string) => namedVector(tensors, `${name}.${part}`);
  const factor = tf.mul<Tensor1D>(vector('scale'), tf.rsqrt(tf.add(vector('variance'), epsilon)));
  return {
    filter: tf.mul(namedFilter(tensors, `${name}.kernel`), factor),
    bias: tf.sub(vector('offset'), tf.mul(vector('mean'), factor)),
  };
}
