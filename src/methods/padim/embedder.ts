// Image in, one feature vector per position out: the kept channels of all layers, brought to the first layer's grid.
import * as tf from '@tensorflow/tfjs';
import { layerChannels, layerSide, layerStride } from '../../backbones/architecture.js';
import { architectureOf } from '../../backbones/catalogue.js';
import { createBackbone } from '../../backbones/graph.js';
import type { Backbone, FoldedWeights, LayerName } from '../../backbones/types.js';
import type { PaDiMConfig } from './config.js';

/** Positions per row, and per column: the first layer's grid. */
export function gridSide({ backbone, inputSize, layers: [first] }: PaDiMConfig): number {
  return first === undefined ? 0 : layerSide(architectureOf(backbone), first, inputSize);
}

/** What is taken of one layer. */
interface Taken {
  readonly layer: LayerName;
  /** Its channels, int32. */
  readonly channels: tf.Tensor1D;
  /** Int32 [positions]: for each position of the first layer's grid, the one of this layer's that covers it. */
  readonly cells: tf.Tensor1D;
}

export class Embedder {
  readonly #config: PaDiMConfig;
  readonly #backbone: Backbone;
  readonly #taken: readonly Taken[];

  /** @param channels ascending, of the concatenated layers */
  constructor(config: PaDiMConfig, weights: FoldedWeights, channels: readonly number[]) {
    this.#config = config;
    this.#backbone = createBackbone(weights);
    this.#taken = split(config, weights, channels);
  }

  /** @param view RGB [inputSize, inputSize, 3] @returns [1, positions, channels kept], the caller's to dispose of */
  embed(view: Uint8Array): tf.Tensor3D {
    const { inputSize } = this.#config;
    return tf.tidy(() => {
      const image = tf.tensor4d(Float32Array.from(view), [1, inputSize, inputSize, 3]);
      const maps = this.#backbone.features(
        image,
        this.#taken.map(({ layer }) => layer),
      );
      const parts = this.#taken.map(({ layer, channels, cells }) => {
        const kept = tf.gather(maps[layer], channels, 3);
        return tf.gather(kept.reshape([-1, channels.size]), cells);
      });
      return tf.concat(parts, 1).expandDims<tf.Tensor3D>(0);
    });
  }

  dispose(): void {
    this.#backbone.dispose();
    for (const { channels, cells } of this.#taken) tf.dispose([channels, cells]);
  }
}

function split(
  { layers, inputSize }: PaDiMConfig,
  { architecture }: FoldedWeights,
  channels: readonly number[],
): Taken[] {
  const [first] = layers;
  if (first === undefined) return [];
  let offset = 0;
  return layers.flatMap((layer) => {
    const begin = offset;
    offset += layerChannels(architecture, layer);
    const own = channels.filter((channel) => channel >= begin && channel < offset).map((channel) => channel - begin);
    if (own.length === 0) return [];
    const cells = replicatedCells(
      layerSide(architecture, first, inputSize),
      layerSide(architecture, layer, inputSize),
      layerStride(architecture, layer) / layerStride(architecture, first),
    );
    return [{ layer, channels: tf.tensor1d(own, 'int32'), cells: tf.tensor1d(cells, 'int32') }];
  });
}

/**
 * Block replication, as the paper has it: position (r, c) of the fine grid takes cell (floor(r / factor), floor(c / factor)) of the
 * coarse one, or its last cell, where paddings left a coarse grid that is shorter. Interpolating instead gives other, smoother features.
 */
export function replicatedCells(fine: number, coarse: number, factor: number): Int32Array {
  const cell = (at: number) => Math.min(Math.floor(at / factor), coarse - 1);
  return Int32Array.from({ length: fine * fine }, (_, at) => {
    const row = Math.floor(at / fine);
    return cell(row) * coarse + cell(at - row * fine);
  });
}
