// Contracts of the backbones layer: what a weights file becomes, and what a network gives back.
import type { Tensor4D } from '@tensorflow/tfjs';

export type Architecture = 'resnet18' | 'resnet50' | 'wide_resnet50_2' | 'resnet50_keras';

/** The ends of the four residual stages; strides 4, 8, 16, 32. */
export type LayerName = 'layer1' | 'layer2' | 'layer3' | 'layer4';

export const LAYER_NAMES: readonly LayerName[] = ['layer1', 'layer2', 'layer3', 'layer4'];

/** One convolution with its batch norm folded in. */
export interface FoldedConv {
  /** HWIO, shape [kh, kw, in, out] */
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
  /** SHA-256 over the folded kernels and biases, lower-case hex: says whether two models saw the same features. */
  readonly hash: string;
  /** Keyed by the graph's own names: `stem`, `layer2.0.conv1`, `layer2.0.downsample`, ... */
  readonly convs: Readonly<Record<string, FoldedConv>>;
  /** The deepest stage the weights hold; later stages are not kept. */
  readonly until: LayerName;
}

/** Which weights: a catalogue id or alias (`resnet50`), or a file of one's own with its architecture. */
export type BackboneChoice = string | { readonly architecture: Architecture; readonly weights: string };

/** A frozen feature extractor on the current backend. */
export interface Backbone {
  readonly id: string;
  /** Backbones of the same hash give the same features: that of the weights, and beside it the padding, unless it is zeros. */
  readonly hash: string;
  readonly architecture: Architecture;
  /**
   * @param images [N, H, W, 3] float32 RGB, 0..255; normalised inside as the weights want it
   * @param layers which stage outputs; the graph stops after the deepest
   * @returns one [N, ceil(H/stride), ceil(W/stride), C] tensor per layer, owned by the caller
   */
  features<L extends LayerName>(images: Tensor4D, layers: readonly L[]): Record<L, Tensor4D>;
  /** Channels of a layer's output. */
  channels(layer: LayerName): number;
  /** Frees the weights' tensors; safe to call twice. */
  dispose(): void;
}
