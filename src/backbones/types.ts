// Contracts of the backbones layer: what a weights file becomes, and what a network gives back.
import type { Tensor4D } from '@tensorflow/tfjs';

export const ARCHITECTURE_NAMES = [
  'resnet18',
  'resnet50',
  'wide_resnet50_2',
  /** ResNet-50 v1 as Keras has it: strides on the first 1x1, epsilon 1e-3, BGR. */
  'resnet50_keras',
  /** torchvision's: paddings of (size - 1) / 2 on either side. */
  'efficientnet_b5',
  /** With TensorFlow's paddings for images of 456 x 456 at any size, as the EfficientNet-PyTorch package has it. */
  'efficientnet_b5_tf',
  'alexnet',
] as const;

export type Architecture = (typeof ARCHITECTURE_NAMES)[number];

/** The ends of the four residual stages; strides 4, 8, 16, 32. */
export const RESNET_LAYERS = ['layer1', 'layer2', 'layer3', 'layer4'] as const;

/** The ends of the seven stages, by torchvision's names; strides 2, 4, 8, 16, 16, 32, 32. `features.6` is block 35. */
export const EFFICIENTNET_LAYERS = [
  'features.1',
  'features.2',
  'features.3',
  'features.4',
  'features.5',
  'features.6',
  'features.7',
] as const;

/**
 * By torchvision's names: the three max pools (`features.2`, `features.5`, `features.12`), strides 8, 16, 32, and between the last two
 * the ReLUs of two convolutions.
 */
export const ALEXNET_LAYERS = ['features.2', 'features.5', 'features.7', 'features.9', 'features.12'] as const;

/** A place in a network where features can be taken. Which an architecture has: `layerNames`. */
export type LayerName =
  | (typeof RESNET_LAYERS)[number]
  | (typeof EFFICIENTNET_LAYERS)[number]
  | (typeof ALEXNET_LAYERS)[number];

/** One convolution with its batch norm, if it has one, folded in. */
export interface FoldedConv {
  /** HWIO, shape [kh, kw, in, out]; of a depthwise convolution [kh, kw, 1, channels] */
  readonly kernel: Float32Array;
  readonly shape: readonly [number, number, number, number];
  /** [out] */
  readonly bias: Float32Array;
}

/**
 * A network's weights, ready to run: plain data that can be posted to a worker (arrays may lie on SharedArrayBuffers, so
 * that workers share one copy).
 */
export interface FoldedWeights {
  /** Catalogue id such as `resnet50.keras_in1k`, or the file's path for weights of one's own. */
  readonly id: string;
  readonly architecture: Architecture;
  /** SHA-256 over the folded kernels and biases, lower-case hex: with the architecture it says whether two models saw the same features. */
  readonly hash: string;
  /** Of each layer the hash of what leads up to it, as `hash` is of weights that end there: a layer's output depends on no others. */
  readonly layerHashes: Readonly<Partial<Record<LayerName, string>>>;
  /** Keyed by the graph's own names: `stem`, `layer2.0.conv1`, `layer2.0.downsample`, ... */
  readonly convs: Readonly<Record<string, FoldedConv>>;
  /** The deepest layer the weights hold; what comes after it is not kept. */
  readonly until: LayerName;
}

/** Which weights: a catalogue id or alias (`resnet50`), or a file of one's own with its architecture. */
export type BackboneChoice = string | { readonly architecture: Architecture; readonly weights: string };

/** A frozen feature extractor on the current backend. */
export interface Backbone {
  readonly id: string;
  /**
   * Backbones of the same hash and architecture give the same features: that of the weights, and beside it the padding, unless it is
   * zeros. The hash alone does not tell `efficientnet_b5` from `efficientnet_b5_tf`, which share a file.
   */
  readonly hash: string;
  readonly architecture: Architecture;
  /**
   * @param images [N, H, W, 3] float32 RGB, 0..255; normalised inside as the weights want it
   * @param layers which layers' outputs; the graph stops after the deepest
   * @returns one [N, h, w, C] tensor per layer, owned by the caller; h and w are `layerSide` of H and W
   */
  features<L extends LayerName>(images: Tensor4D, layers: readonly L[]): Record<L, Tensor4D>;
  /** As `hash`, of what leads up to a layer that the weights hold: backbones that end at other layers agree in it. */
  hashOf(layer: LayerName): string;
  /** Channels of a layer's output. */
  channels(layer: LayerName): number;
  /** Frees the weights' tensors; safe to call twice. */
  dispose(): void;
}
