// patchEmbed on tfjs's wasm backend: layer after layer into its columns of the embedding.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { GridInput, GridShape } from '../grids.js';
import type { KernelCall } from '../registry.js';
import { address, allocate, type WasmBackend, wasmBackend, wasmKernels } from '../wasm/module.js';
import { withPieces } from '../wasm/scratch.js';
import { embedOf } from './call.js';
import { axisTaps, type LayerPooling, wasmLayout } from './plan.js';

export function patchEmbedWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { layers, poolings, patchSize, shape } = embedOf(call);
  const out = allocate(backend, shape, 'float32');
  const [first] = layers;
  for (const [index, layer] of layers.entries()) {
    const pooling = poolings[index];
    if (!first || !pooling) continue;
    embedLayer(backend, layer, pooling, patchSize, first, address(backend, out) + 4 * pooling.first, 4 * shape[2]);
  }
  return [out];
}

/** @param out address of the layer's first value of the first patch; `outStride` bytes from patch to patch */
function embedLayer(
  backend: WasmBackend,
  layer: GridInput,
  pooling: LayerPooling,
  patchSize: number,
  to: GridShape,
  out: number,
  outStride: number,
): void {
  const { batch, height, width, channels } = layer;
  const { start, outputs, isShared } = pooling;
  const { block, stride, padded } = wasmLayout(height, width, channels, patchSize);
  const offsets = pooling.tap.map((tap, e) => {
    const row = Math.floor(tap / patchSize);
    return 4 * ((row * channels + pooling.channel[e]!) * stride + tap - row * patchSize);
  });
  const isDirect = height === to.height && width === to.width && !isShared;
  const coarse = isDirect ? 0 : height * width * outputs;
  const tables = start.length + 2 * offsets.length + 3 * (to.height + to.width) + 8;
  withPieces(backend, tables + padded + outputs * block + coarse, (scratch) => {
    const { poolPatches, resizePatches } = wasmKernels(backend);
    const map = [scratch.write(start), scratch.write(offsets), scratch.write(pooling.weight), outputs];
    const work = [scratch.reserve(padded), scratch.reserve(outputs * block)];
    const axes = [axisTaps(height, to.height), axisTaps(width, to.width)];
    const taps = axes.flatMap(({ low, high, share }) => [low, high, share].map((table) => scratch.write(table)));
    const corners = [scratch.reserve(4), scratch.reserve(4)];
    const pooled = scratch.reserve(coarse);
    for (let image = 0; image < batch; image++) {
      const from = address(backend, layer.info) + 4 * image * height * width * channels;
      const at = out + image * to.height * to.width * outStride;
      const target = isDirect ? [at, outStride] : [pooled, 4 * outputs];
      const layout = [(patchSize - 1) / 2, block, stride];
      poolPatches(from, height, width, channels, ...layout, ...map, ...work, ...target);
      if (isDirect) continue;
      const sizes = [width, outputs, to.height, to.width];
      resizePatches(pooled, ...sizes, ...taps, ...corners, Number(isShared), at, outStride);
    }
  });
}
