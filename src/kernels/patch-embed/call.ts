// What every implementation of patchEmbed reads from its call.
import { type GridInput, grid } from '../grids.js';
import { type KernelCall, number } from '../registry.js';
import { embeddingLength, type LayerPooling, poolingsOf } from './plan.js';

export interface EmbedCall {
  readonly layers: readonly GridInput[];
  readonly poolings: readonly LayerPooling[];
  readonly patchSize: number;
  /** 0: every channel is kept. */
  readonly dimension: number;
  /** [B, patches, values] */
  readonly shape: [number, number, number];
}

export const layerName = (index: number) => `layer${index}`;

export function embedOf(call: KernelCall): EmbedCall {
  const count = Object.keys(call.inputs).length;
  const layers = Array.from({ length: count }, (_, index) => grid(call, layerName(index)));
  const patchSize = number(call, 'patchSize');
  const dimension = number(call, 'dimension');
  const channels = layers.map((layer) => layer.channels);
  const [first] = layers;
  const { batch, height, width } = first ?? grid(call, layerName(0));
  return {
    layers,
    poolings: poolingsOf(channels, patchSize, dimension),
    patchSize,
    dimension,
    shape: [batch, height * width, embeddingLength(channels, dimension)],
  };
}
