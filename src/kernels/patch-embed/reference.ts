// The meaning of patchEmbed, step by step as PatchCore's authors compute it. Every device is compared with this file.
import type { TensorInfo } from '@tensorflow/tfjs';
import { linearTaps } from '../../data/interpolate.js';
import { makeTensor, readFloats } from '../cpu.js';
import type { GridShape } from '../grids.js';
import type { KernelCall } from '../registry.js';
import { embedOf } from './call.js';
import { adaptiveBin } from './plan.js';

export interface ReferenceLayer extends GridShape {
  /** [B, H, W, C] */
  readonly values: Float32Array;
}

/** @returns [B, H x W of the first layer, values] in float64 */
export function patchEmbedReference(
  layers: readonly ReferenceLayer[],
  patchSize: number,
  dimension: number,
): Float64Array {
  const [{ batch, height, width }] = layers as readonly [ReferenceLayer];
  const patches = layers.map((layer) => {
    const unfolded = Array.from({ length: batch }, (_, image) => unfold(layer, image, patchSize));
    return unfolded.flatMap((grid) => resize(grid, layer, height, width));
  });
  const rows = patches[0]!.map((_, at) => {
    const pooled = layers.map((layer, l) => adaptivePool(patches[l]![at]!, dimension || layer.channels));
    const all = pooled.flatMap((values) => [...values]);
    return dimension ? adaptivePool(Float64Array.from(all), dimension) : Float64Array.from(all);
  });
  const out = new Float64Array(rows.length * (rows[0]?.length ?? 0));
  rows.forEach((row, at) => {
    out.set(row, at * row.length);
  });
  return out;
}

/** Every position's neighbourhood, channel-major, then row and column; zero outside the layer. */
function unfold({ height, width, channels, values }: ReferenceLayer, image: number, size: number): Float64Array[] {
  const pad = (size - 1) / 2;
  return Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    const vector = new Float64Array(channels * size * size);
    for (let tap = 0; tap < size * size; tap++) {
      const row = y + Math.floor(tap / size) - pad;
      const column = x + (tap % size) - pad;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const from = ((image * height + row) * width + column) * channels;
      for (let c = 0; c < channels; c++) vector[c * size * size + tap] = values[from + c]!;
    }
    return vector;
  });
}

/** Bilinear, half-pixel centres (align_corners = false); a corner of weight 0 has no part, whatever its value. */
function resize(grid: Float64Array[], from: GridShape, height: number, width: number): Float64Array[] {
  const down = linearTaps(from.height, height);
  const across = linearTaps(from.width, width);
  return Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    const out = new Float64Array(grid[0]!.length);
    for (const [row, rowWeight] of weights(down, y)) {
      for (const [column, columnWeight] of weights(across, x)) {
        const weight = rowWeight * columnWeight;
        if (weight === 0) continue;
        const vector = grid[row * from.width + column]!;
        for (let i = 0; i < out.length; i++) out[i]! += weight * vector[i]!;
      }
    }
    return out;
  });
}

function weights({ low, high, share }: ReturnType<typeof linearTaps>, at: number): [number, number][] {
  const second = Math.fround(share[at]!);
  return [
    [low[at]!, 1 - second],
    [high[at]!, second],
  ];
}

function adaptivePool(signal: Float64Array, bins: number): Float64Array {
  return Float64Array.from({ length: bins }, (_, i) => {
    const [from, to] = adaptiveBin(i, signal.length, bins);
    let sum = 0;
    for (let at = from; at < to; at++) sum += signal[at]!;
    return sum / (to - from);
  });
}

export function patchEmbedCpu(call: KernelCall): TensorInfo[] {
  const { layers, patchSize, dimension, shape } = embedOf(call);
  const read = layers.map((layer) => ({ ...layer, values: readFloats(call.backend, layer.info) }));
  return [makeTensor(call.backend, Float32Array.from(patchEmbedReference(read, patchSize, dimension)), shape)];
}
