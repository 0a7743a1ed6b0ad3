// The poolings of patchEmbed, composed to one sparse linear map per layer, and the corners of its resizing, as plain numbers.
import { linearTaps } from '../../data/interpolate.js';

/**
 * One layer's share of the embedding as a sparse linear map: output `first + r` is the sum of `weight[e]` times the value
 * of channel `channel[e]` at tap `tap[e]` of the neighbourhood, over `e` in `start[r] .. start[r + 1] - 1`.
 */
export interface LayerPooling {
  readonly first: number;
  /** Values that it gives. */
  readonly outputs: number;
  /** Whether its first value adds to the last one of the layer before. */
  readonly isShared: boolean;
  readonly start: Int32Array;
  readonly channel: Int32Array;
  /** Row-major index in the patchSize x patchSize neighbourhood. */
  readonly tap: Int32Array;
  readonly weight: Float32Array;
}

/** Adaptive average pooling's bin i of `bins` over a signal of `length`: [floor(i*length/bins), ceil((i+1)*length/bins)). */
export function adaptiveBin(i: number, length: number, bins: number): [number, number] {
  return [Math.floor((i * length) / bins), Math.ceil(((i + 1) * length) / bins)];
}

/** Values per patch; `dimension` 0 keeps every channel. */
export function embeddingLength(channels: readonly number[], dimension: number): number {
  return dimension || channels.reduce((sum, count) => sum + count, 0);
}

const LARGEST_MEMORY = 8;
const known = new Map<string, readonly LayerPooling[]>();

/** The poolings of these channels; computed once for those used lately. */
export function poolingsOf(channels: readonly number[], patchSize: number, dimension: number): readonly LayerPooling[] {
  const key = `${channels} ${patchSize} ${dimension}`;
  const poolings = known.get(key) ?? composePooling(channels, patchSize, dimension);
  known.delete(key);
  known.set(key, poolings);
  for (const oldest of known.keys()) {
    if (known.size <= LARGEST_MEMORY) break;
    known.delete(oldest);
  }
  return poolings;
}

/** The weights of a layer's unfolded values (channel-major, then the tap) in each value that it has a share in. */
function composePooling(channels: readonly number[], patchSize: number, dimension: number): LayerPooling[] {
  const taps = patchSize * patchSize;
  const length = embeddingLength(channels, dimension);
  const bins = (layer: number) => dimension || channels[layer]!;
  const total = channels.reduce((sum, _, layer) => sum + bins(layer), 0);
  let pooledBefore = 0;
  let end = 0;
  return channels.map((channelCount, layer) => {
    const from = pooledBefore;
    pooledBefore += bins(layer);
    const rows: Map<number, number>[] = [];
    let first = -1;
    for (let j = 0; j < length; j++) {
      const [low, high] = adaptiveBin(j, total, length);
      const row = new Map<number, number>();
      for (let q = Math.max(low, from); q < Math.min(high, pooledBefore); q++) {
        const [lowest, past] = adaptiveBin(q - from, channelCount * taps, bins(layer));
        const share = 1 / ((high - low) * (past - lowest));
        for (let i = lowest; i < past; i++) row.set(i, (row.get(i) ?? 0) + share);
      }
      if (row.size === 0) continue;
      if (first < 0) first = j;
      rows.push(row);
    }
    const isShared = first < end;
    end = first + rows.length;
    return { first, outputs: rows.length, isShared, ...sparse(rows, taps) };
  });
}

function sparse(rows: readonly Map<number, number>[], taps: number) {
  const entries = rows.flatMap((row) => [...row]);
  const start = new Int32Array(rows.length + 1);
  rows.forEach((row, r) => {
    start[r + 1] = start[r]! + row.size;
  });
  return {
    start,
    channel: Int32Array.from(entries, ([i]) => Math.floor(i / taps)),
    tap: Int32Array.from(entries, ([i]) => i % taps),
    weight: Float32Array.from(entries, ([, weight]) => weight),
  };
}

/** For each position along an axis of the first layer's grid the two of the layer's own grid, and the share of the second. */
export interface AxisTaps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float32Array;
}

export function axisTaps(inputs: number, outputs: number): AxisTaps {
  const { low, high, share } = linearTaps(inputs, outputs);
  return { low, high, share: Float32Array.from(share) };
}

/** Floats that SIMD takes of a row at a time. */
const BLOCK = 16;

/** How the wasm kernel lays a layer out: channel by channel, each row padded on both sides and up to a whole block. */
export function wasmLayout(height: number, width: number, channels: number, patchSize: number) {
  const block = Math.ceil(width / BLOCK) * BLOCK;
  const stride = block + patchSize - 1;
  return { block, stride, padded: (height + patchSize - 1) * channels * stride };
}
