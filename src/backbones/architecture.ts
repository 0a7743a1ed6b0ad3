// Every architecture as plain data, and what can be asked of it without running it.
import { IadError } from '../runtime/errors.js';
import { alexNet } from './alexnet.js';
import { efficientNetB5 } from './efficientnet.js';
import { resnet } from './resnet.js';
import {
  blockConvs,
  blockWindows,
  type ConvSpec,
  IMAGENET_INPUT,
  type InputRange,
  type LayerSpec,
  type NetworkSpec,
} from './specs.js';
import type { Architecture, LayerName } from './types.js';

const CAFFE_INPUT: InputRange = { mean: [123.68, 116.779, 103.939], scale: [1, 1, 1], order: 'bgr' };

export const ARCHITECTURES: Readonly<Record<Architecture, NetworkSpec>> = {
  resnet18: resnet({
    blocks: [2, 2, 2, 2],
    block: 'basic',
    width: 64,
    strideOn: 1,
    epsilon: 1e-5,
    input: IMAGENET_INPUT,
  }),
  resnet50: resnet({
    blocks: [3, 4, 6, 3],
    block: 'bottleneck',
    width: 64,
    strideOn: 2,
    epsilon: 1e-5,
    input: IMAGENET_INPUT,
  }),
  wide_resnet50_2: resnet({
    blocks: [3, 4, 6, 3],
    block: 'bottleneck',
    width: 128,
    strideOn: 2,
    epsilon: 1e-5,
    input: IMAGENET_INPUT,
  }),
  resnet50_keras: resnet({
    blocks: [3, 4, 6, 3],
    block: 'bottleneck',
    width: 64,
    strideOn: 1,
    epsilon: 1e-3,
    input: CAFFE_INPUT,
  }),
  efficientnet_b5: efficientNetB5('symmetric'),
  efficientnet_b5_tf: efficientNetB5('tensorflow'),
  alexnet: alexNet(),
};

/** The layers an architecture has, shallowest first. */
export function layerNames(architecture: Architecture): readonly LayerName[] {
  return ARCHITECTURES[architecture].layers.map(({ name }) => name);
}

/** Whether it is of the ResNet family. */
export function isResNet(architecture: Architecture): boolean {
  return ARCHITECTURES[architecture].layers.some(({ blocks }) => blocks.some(({ kind }) => kind === 'residual'));
}

/** The deepest layer that an architecture has. */
export function lastLayer(architecture: Architecture): LayerName {
  const { layers, usual } = ARCHITECTURES[architecture];
  return layers.at(-1)?.name ?? usual;
}

/** The layers up to and with `until`. @throws BAD_ARGUMENT for a layer that the architecture does not have */
export function layersUntil(architecture: Architecture, until: LayerName): readonly LayerSpec[] {
  const { layers } = ARCHITECTURES[architecture];
  const index = layers.findIndex(({ name }) => name === until);
  if (index >= 0) return layers.slice(0, index + 1);
  throw new IadError('BAD_ARGUMENT', `${architecture} has no layer ${until}`, {
    hint: `It has ${layerNames(architecture).join(', ')}.`,
  });
}

/** Channels of a layer's output. @throws BAD_ARGUMENT as `layersUntil` */
export function layerChannels(architecture: Architecture, layer: LayerName): number {
  return layersUntil(architecture, layer).at(-1)?.channels ?? 0;
}

/** Pixels from one position of a layer to the next. @throws BAD_ARGUMENT as `layersUntil` */
export function layerStride(architecture: Architecture, layer: LayerName): number {
  return windows(architecture, layer).reduce((product, { stride }) => product * stride, 1);
}

/**
 * Positions of a layer along a side of an image, 0 if the image is too small for it: torch's floor((S + padding - size) / stride) + 1
 * again and again. Of a ResNet that is the side divided by the layer's stride, rounded up.
 * @throws BAD_ARGUMENT as `layersUntil`
 */
export function layerSide(architecture: Architecture, layer: LayerName, side: number): number {
  return windows(architecture, layer).reduce(
    (now, { size, stride, padded }) => Math.max(0, Math.floor((now + padded - size) / stride) + 1),
    side,
  );
}

function windows(architecture: Architecture, layer: LayerName) {
  return layersUntil(architecture, layer).flatMap(({ blocks }) => blocks.flatMap(blockWindows));
}

/** Every convolution up to the end of `until`, in graph order. @throws BAD_ARGUMENT as `layersUntil` */
export function convSpecs(architecture: Architecture, until: LayerName): readonly ConvSpec[] {
  return layersUntil(architecture, until).flatMap(({ blocks }) => blocks.flatMap(blockConvs));
}
