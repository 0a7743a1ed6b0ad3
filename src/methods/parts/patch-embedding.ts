// From stage outputs to one vector per patch (PatchCore, Roth et al., CVPR 2022, section 3.1).
import * as tf from '@tensorflow/tfjs';
import { interpolate } from '../../data/interpolate.js';

/** A stage's output of one image, on the host. */
export interface FeatureMap {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** [height, width, channels] */
  readonly data: Float32Array;
}

/**
 * One layer's share of the embedding as a sparse linear map: output `first + r` is the sum of `weight[e]` times the value
 * of channel `channel[e]` at tap `tap[e]` of the neighbourhood, over `e` in `start[r] .. start[r + 1] - 1`.
 */
export interface LayerPooling {
  readonly first: number;
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

/**
 * The official implementation's two poolings in one map per layer. It unfolds each layer's patchSize x patchSize
 * neighbourhoods to vectors of C * patchSize^2 values (channel-major), pools each to `dimension` values, puts the layers
 * one after the other and pools again to `dimension`. All of that is linear, so it is composed here once.
 */
export function composePooling(channels: readonly number[], patchSize: number, dimension: number): LayerPooling[] {
  const taps = patchSize * patchSize;
  return channels.map((channelCount, layer) => {
    const signal = channelCount * taps;
    const total = channels.length * dimension;
    const rows: Map<number, number>[] = [];
    let first = -1;
    for (let j = 0; j < dimension; j++) {
      const [from, to] = adaptiveBin(j, total, dimension);
      const row = new Map<number, number>();
      for (let q = Math.max(from, layer * dimension); q < Math.min(to, (layer + 1) * dimension); q++) {
        const [low, high] = adaptiveBin(q - layer * dimension, signal, dimension);
        const share = 1 / ((to - from) * (high - low));
        for (let i = low; i < high; i++) row.set(i, (row.get(i) ?? 0) + share);
      }
      if (row.size === 0) continue;
      if (first < 0) first = j;
      rows.push(row);
    }
    const entries = rows.flatMap((row) => [...row]);
    const start = new Int32Array(rows.length + 1);
    rows.forEach((row, r) => {
      start[r + 1] = start[r]! + row.size;
    });
    return {
      first,
      start,
      channel: Int32Array.from(entries, ([i]) => Math.floor(i / taps)),
      tap: Int32Array.from(entries, ([i]) => i % taps),
      weight: Float32Array.from(entries, ([, weight]) => weight),
    };
  });
}

/**
 * Applies the composed poolings: every layer at its own resolution with zero padding, then bilinear
 * (align_corners = false) to the first layer's grid, then summed. Equals unfold, interpolate, pool, concatenate, pool.
 * @returns [height * width of the first layer, dimension], row-major over (row, column)
 */
export function applyPooling(
  maps: readonly FeatureMap[],
  poolings: readonly LayerPooling[],
  patchSize: number,
  dimension: number,
): Float32Array {
  const grid = maps[0]!;
  const out = new Float32Array(grid.height * grid.width * dimension);
  maps.forEach((map, layer) => {
    const pooling = poolings[layer]!;
    const outputs = pooling.start.length - 1;
    const pooled = { width: map.width, height: map.height, data: poolLayer(map, pooling, patchSize) };
    const { data } = interpolate(pooled, grid.width, grid.height, outputs);
    addColumns(out, dimension, pooling.first, data, outputs);
  });
  return out;
}

function poolLayer(map: FeatureMap, pooling: LayerPooling, patchSize: number): Float32Array {
  const { height, width, channels } = map;
  const pad = (patchSize - 1) >> 1;
  const paddedWidth = width + 2 * pad;
  const padded = new Float32Array((height + 2 * pad) * paddedWidth * channels);
  for (let y = 0; y < height; y++) {
    const row = map.data.subarray(y * width * channels, (y + 1) * width * channels);
    padded.set(row, ((y + pad) * paddedWidth + pad) * channels);
  }
  const offset = Int32Array.from(pooling.tap, (tap, e) => {
    const dy = Math.floor(tap / patchSize);
    return (dy * paddedWidth + (tap - dy * patchSize)) * channels + pooling.channel[e]!;
  });
  const { start, weight } = pooling;
  const outputs = start.length - 1;
  const pooled = new Float32Array(height * width * outputs);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const base = (y * paddedWidth + x) * channels;
      const at = (y * width + x) * outputs;
      for (let r = 0; r < outputs; r++) {
        let sum = 0;
        for (let e = start[r]!; e < start[r + 1]!; e++) sum += weight[e]! * padded[base + offset[e]!]!;
        pooled[at + r] = sum;
      }
    }
  }
  return pooled;
}

/** Adds `pooled` to the columns of `out` from `first` on. */
function addColumns(out: Float32Array, dimension: number, first: number, pooled: Float32Array, outputs: number): void {
  for (let at = first, from = 0; from < pooled.length; at += dimension) {
    for (let r = 0; r < outputs; r++) out[at + r] = out[at + r]! + pooled[from++]!;
  }
}

/** True where `embedClosedForm` gives the official embedding: stages of 512 and 1024 channels, 3x3 patches, 1024 values. */
export function hasClosedForm(channels: readonly number[], patchSize: number, dimension: number): boolean {
  return channels.length === 2 && channels[0] === 512 && channels[1] === 1024 && patchSize === 3 && dimension === 1024;
}

/**
 * The official embedding for (512, 1024) channels in three cheap ops: values 0..511 are channel j of the first layer under
 * the kernel [[.1,.1,.1],[.1,.2,.1],[.1,.1,.1]]; values 512 + m are the mean of channels 2m and 2m + 1 of the second
 * layer under a 3x3 mean, resized to the first layer's grid. Zero padding throughout.
 * @param first [N, h, w, 512]
 * @param second [N, h', w', 1024]
 * @returns [N, h, w, 1024]
 */
export function embedClosedForm(first: tf.Tensor4D, second: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width] = second.shape;
    const fine = smooth(first, [0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1]);
    const pairs = second.reshape([batch * height * width, 512, 2]).mean(2);
    const coarse = smooth(pairs.reshape([batch, height, width, 512]), new Array(9).fill(1 / 9));
    return tf.concat([fine, resizeTo(coarse, fine)], 3);
  });
}

/**
 * The embedding of the `anomalib` variant: each layer under a 3x3 mean (zero padding counted), resized to the first
 * layer's grid, channels put one after the other.
 * @returns [N, h, w, sum of channels]
 */
export function embedConcat(layers: readonly tf.Tensor4D[]): tf.Tensor4D {
  return tf.tidy(() => {
    const pooled = layers.map((layer) => smooth(layer, new Array(9).fill(1 / 9)));
    return tf.concat(
      pooled.map((layer) => resizeTo(layer, pooled[0]!)),
      3,
    );
  });
}

/** The same 3x3 kernel over every channel, zero padding. */
function smooth(x: tf.Tensor4D, kernel: readonly number[]): tf.Tensor4D {
  const channels = x.shape[3];
  const filter = tf.tensor4d([...kernel], [3, 3, 1, 1]).tile<tf.Tensor4D>([1, 1, channels, 1]);
  return tf.depthwiseConv2d(x, filter, 1, 'same');
}

function resizeTo(x: tf.Tensor4D, grid: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = grid.shape;
  if (x.shape[1] === height && x.shape[2] === width) return x;
  return tf.image.resizeBilinear(x, [height, width], false, true);
}
