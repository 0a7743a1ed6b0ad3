// Image in, one feature vector per position out: of all layers the kept channels, or all projected, brought to the first layer's grid.
import * as tf from '@tensorflow/tfjs';
import { layerChannels, layerSide, layerStride } from '../../backbones/architecture.js';
import { architectureOf } from '../../backbones/catalogue.js';
import type { FoldedWeights, LayerName } from '../../backbones/types.js';
import type { OpenView } from '../parts/embedder-session.js';
import { FrozenNetwork } from '../parts/frozen-network.js';
import type { Job, SessionInit } from '../parts/session.js';
import type { PaDiMConfig } from './config.js';
import { depthOf, type Reduction } from './reduction.js';

/** Positions per row, and per column: the first layer's grid. */
export function gridSide({ backbone, inputSize, layers: [first] }: PaDiMConfig): number {
  return first === undefined ? 0 : layerSide(architectureOf(backbone), first, inputSize);
}

/** What is taken of one layer. */
interface Taken {
  readonly layer: LayerName;
  /** Int32 [channels kept], or the projection's rows for its channels, [channels, depth]. */
  readonly by: tf.Tensor1D | tf.Tensor2D;
  /** Int32 [positions]: for each position of the first layer's grid, the one of this layer's that covers it. */
  readonly cells: tf.Tensor1D;
}

export class Embedder {
  readonly #network: FrozenNetwork;
  readonly #reduction: Reduction;
  readonly #taken: readonly Taken[];

  private constructor(network: FrozenNetwork, reduction: Reduction, taken: readonly Taken[]) {
    this.#network = network;
    this.#reduction = reduction;
    this.#taken = taken;
  }

  /** @throws IadError as `FrozenNetwork.open` */
  static async open(
    init: SessionInit & { readonly config: PaDiMConfig; readonly reduction: Reduction },
  ): Promise<Embedder> {
    const { config, weights, reduction } = init;
    const taken = split(config, weights, reduction);
    try {
      const layers = taken.map(({ layer }) => layer);
      return new Embedder(await FrozenNetwork.open(init, layers), reduction, taken);
    } catch (error) {
      disposeOf(taken);
      throw error;
    }
  }

  /** Its features are [1, positions, depth]. */
  async open(job: Job): Promise<OpenView<tf.Tensor3D>> {
    const { plan, maps } = await this.#network.open(job);
    return { plan, embed: async () => this.#embed(await maps(0)) };
  }

  dispose(): void {
    this.#network.dispose();
    disposeOf(this.#taken);
  }

  /** @param maps of the layers taken; disposed of */
  #embed(maps: readonly tf.Tensor4D[]): tf.Tensor3D {
    const embedded = tf.tidy(() => {
      // What is projected is summed over the layers; replicating cells afterwards leaves them few.
      const parts = this.#taken.flatMap(({ by, cells }, i) => {
        const map = maps[i];
        return map ? [tf.gather(reduced(map, by), cells)] : [];
      });
      const joined =
        this.#reduction.embedding === 'select' ? tf.concat(parts, 1) : parts.reduce((sum, part) => tf.add(sum, part));
      return joined.expandDims<tf.Tensor3D>(0);
    });
    tf.dispose([...maps]);
    return embedded;
  }
}

function disposeOf(taken: readonly Taken[]): void {
  for (const { by, cells } of taken) tf.dispose([by, cells]);
}

/** [cells, channels kept or depth] */
function reduced(map: tf.Tensor4D, by: Taken['by']): tf.Tensor2D {
  if (by.rank === 1) return tf.gather(map, by, 3).reshape([-1, by.size]);
  return tf.matMul(map.reshape<tf.Tensor2D>([-1, map.shape[3]]), by);
}

function split({ layers, inputSize }: PaDiMConfig, { architecture }: FoldedWeights, reduction: Reduction): Taken[] {
  const [first] = layers;
  if (first === undefined) return [];
  let offset = 0;
  return layers.flatMap((layer) => {
    const begin = offset;
    offset += layerChannels(architecture, layer);
    const by = shareOf(reduction, begin, offset);
    if (!by) return [];
    const cells = replicatedCells(
      layerSide(architecture, first, inputSize),
      layerSide(architecture, layer, inputSize),
      layerStride(architecture, layer) / layerStride(architecture, first),
    );
    return [{ layer, by, cells: tf.tensor1d(cells, 'int32') }];
  });
}

/** What a reduction takes of the channels from `begin` to `end`; null if nothing. */
function shareOf(reduction: Reduction, begin: number, end: number): Taken['by'] | null {
  if (reduction.embedding === 'orthogonal') {
    const depth = depthOf(reduction);
    return tf.tensor2d(reduction.matrix.subarray(begin * depth, end * depth), [end - begin, depth]);
  }
  const own = reduction.channels.filter((channel) => channel >= begin && channel < end);
  if (own.length === 0) return null;
  return tf.tensor1d(
    own.map((channel) => channel - begin),
    'int32',
  );
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
