// The frozen backbone as a trained method sees it: from images to its feature sets.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { layerChannels, layerSide } from '../../../backbones/architecture.js';
import { createBackbone } from '../../../backbones/graph.js';
import type { Architecture, Backbone, FoldedWeights } from '../../../backbones/types.js';
import type { FeatureInputs } from '../feature-cache/index.js';
import type { TrainedConfig } from './config.js';
import type { FeatureShape, Setting, TrainedDesign } from './design.js';

/** What a design's network is made for. */
export function settingOf<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  config: Config,
  architecture: Architecture,
): Setting<Config> {
  const sides = design.inputs?.(config).sides ?? [config.inputSize];
  return { config, architecture, features: sides.flatMap((side) => featureShapes(config, architecture, side)) };
}

function featureShapes({ layers }: TrainedConfig, architecture: Architecture, side: number): FeatureShape[] {
  return layers.map((layer) => {
    const grid = layerSide(architecture, layer, side);
    return [grid, grid, layerChannels(architecture, layer)];
  });
}

/** Images through the network on this much at a time. */
const AT_ONCE = 8;

export class Extractor {
  readonly backbone: Backbone;
  /** What the backbone sees of a view; undefined: the view itself. */
  readonly inputs: FeatureInputs | undefined;
  readonly #layers: TrainedConfig['layers'];

  private constructor(backbone: Backbone, inputs: FeatureInputs | undefined, layers: TrainedConfig['layers']) {
    this.backbone = backbone;
    this.inputs = inputs;
    this.#layers = layers;
  }

  static of<Config extends TrainedConfig, State>(
    design: TrainedDesign<Config, State>,
    config: Config,
    weights: FoldedWeights,
  ): Extractor {
    const inputs = design.inputs?.(config);
    return new Extractor(design.backbone?.(weights, config) ?? createBackbone(weights), inputs, config.layers);
  }

  /**
   * The feature sets of images, a few images at a time.
   * @param images RGB 0..255 [B, inputSize, inputSize, 3]
   * @returns [B, h, w, C] each, owned by the caller
   */
  features(images: Tensor4D): Tensor4D[] {
    const [count, ...size] = images.shape;
    if (count <= AT_ONCE) return this.#forward(images);
    return tf.tidy(() => {
      const parts: Tensor4D[][] = [];
      for (let from = 0; from < count; from += AT_ONCE) {
        const some = Math.min(AT_ONCE, count - from);
        parts.push(tf.tidy(() => this.#forward(tf.slice(images, [from, 0, 0, 0], [some, ...size]))));
      }
      const sets = parts[0]?.length ?? 0;
      return Array.from({ length: sets }, (_, set) => tf.concat(parts.flatMap((part) => part[set] ?? [])));
    });
  }

  dispose(): void {
    this.backbone.dispose();
  }

  #forward(images: Tensor4D): Tensor4D[] {
    return tf.tidy(() =>
      (this.inputs?.of(images) ?? [images]).flatMap((input) => {
        const byLayer = this.backbone.features(input, this.#layers);
        return this.#layers.map((layer) => byLayer[layer]);
      }),
    );
  }
}
