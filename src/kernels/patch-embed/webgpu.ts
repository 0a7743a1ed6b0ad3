// patchEmbed on tfjs's webgpu backend: each layer's sparse map, then its resizing into the columns of the embedding.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { GridInput, GridShape } from '../grids.js';
import type { KernelCall } from '../registry.js';
import { allocate, type WebGpuBackend, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { EACH_ELEMENT, withTables } from '../webgpu/tables.js';
import { embedOf } from './call.js';
import { axisTaps, type LayerPooling } from './plan.js';

export function patchEmbedWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { layers, poolings, patchSize, shape } = embedOf(call);
  const out = allocate(backend, shape, 'float32');
  const [first] = layers;
  for (const [index, layer] of layers.entries()) {
    const pooling = poolings[index];
    if (first && pooling) embedLayer(backend, layer, pooling, patchSize, first, out, shape[2]);
  }
  return [out];
}

/** @param stride values per patch of `out` */
function embedLayer(
  backend: WebGpuBackend,
  layer: GridInput,
  pooling: LayerPooling,
  patchSize: number,
  to: GridShape,
  out: TensorInfo,
  stride: number,
): void {
  const { batch, height, width, channels } = layer;
  const { first, outputs, isShared } = pooling;
  const sources = pooling.channel.map((channel, e) => channel * MOST_TAPS + pooling.tap[e]!);
  const down = axisTaps(height, to.height);
  const across = axisTaps(width, to.width);
  const places = Int32Array.from([...down.low, ...down.high, ...across.low, ...across.high]);
  const shares = Float32Array.from([...down.share, ...across.share]);
  withTables(backend, [pooling.start, sources, pooling.weight, places, shares], (start, from, weights, rows, mixes) => {
    const pool = (target: TensorInfo, column: number, columns: number): Pass => {
      const size = batch * height * width * outputs;
      return {
        name: 'PatchEmbed',
        source: POOL,
        buffers: [layer.info, start, from, weights, target],
        uniforms: [size, height, width, channels, outputs, patchSize, column, columns].map(u32),
        groups: spread(backend, Math.ceil(size / 64)),
      };
    };
    if (height === to.height && width === to.width && !isShared) {
      runPasses(backend, [pool(out, first, stride)]);
      return;
    }
    withScratch(backend, [batch * height * width * outputs], (coarse) => {
      const size = batch * to.height * to.width * outputs;
      const sizes = [size, height, width, to.height, to.width, outputs, first, stride, Number(isShared)];
      const resize: Pass = {
        name: 'PatchEmbed',
        source: RESIZE,
        buffers: [coarse, rows, mixes, out],
        uniforms: sizes.map(u32),
        groups: spread(backend, Math.ceil(size / 64)),
      };
      runPasses(backend, [pool(coarse, 0, outputs), resize]);
    });
  });
}

/** More than a neighbourhood has. */
const MOST_TAPS = 256;

const POOL = `
  struct Uniforms {
    size: u32, height: u32, width: u32, channels: u32, outputs: u32, patchSize: u32, column: u32, columns: u32,
  }
  @group(0) @binding(0) var<storage, read> layer: array<f32>;
  @group(0) @binding(1) var<storage, read> start: array<i32>;
  @group(0) @binding(2) var<storage, read> sources: array<i32>;
  @group(0) @binding(3) var<storage, read> weights: array<f32>;
  @group(0) @binding(4) var<storage, read_write> out: array<f32>;
  @group(0) @binding(5) var<uniform> uniforms: Uniforms;
  ${EACH_ELEMENT}
    let r = i % uniforms.outputs;
    let pixel = i / uniforms.outputs;
    let x = i32(pixel % uniforms.width);
    let y = i32(pixel / uniforms.width % uniforms.height);
    let pad = i32(uniforms.patchSize / 2u);
    var sum = 0.0;
    for (var e = start[r]; e < start[r + 1u]; e++) {
      let tap = u32(sources[e]) % ${MOST_TAPS}u;
      let channel = u32(sources[e]) / ${MOST_TAPS}u;
      let dy = i32(tap / uniforms.patchSize) - pad;
      let dx = i32(tap % uniforms.patchSize) - pad;
      let isInside = y + dy >= 0 && y + dy < i32(uniforms.height) && x + dx >= 0 && x + dx < i32(uniforms.width);
      if (!isInside) { continue; }
      let at = u32(i32(pixel) + dy * i32(uniforms.width) + dx);
      sum += weights[e] * layer[at * uniforms.channels + channel];
    }
    out[pixel * uniforms.columns + uniforms.column + r] = sum;
  }`;

/** places: [rows above, rows below, columns left, columns right]; shares: [of the rows below, of the columns right]. */
const RESIZE = `
  struct Uniforms {
    size: u32, height: u32, width: u32, gridHeight: u32, gridWidth: u32, outputs: u32, column: u32, columns: u32, isShared: u32,
  }
  @group(0) @binding(0) var<storage, read> pooled: array<f32>;
  @group(0) @binding(1) var<storage, read> places: array<i32>;
  @group(0) @binding(2) var<storage, read> shares: array<f32>;
  @group(0) @binding(3) var<storage, read_write> out: array<f32>;
  @group(0) @binding(4) var<uniform> uniforms: Uniforms;
  ${EACH_ELEMENT}
    let r = i % uniforms.outputs;
    let patchIndex = i / uniforms.outputs;
    let x = patchIndex % uniforms.gridWidth;
    let y = patchIndex / uniforms.gridWidth % uniforms.gridHeight;
    let image = patchIndex / (uniforms.gridWidth * uniforms.gridHeight);
    var sum = 0.0;
    for (var corner = 0u; corner < 4u; corner++) {
      let isBelow = corner >= 2u;
      let isRight = (corner & 1u) == 1u;
      let fy = shares[y];
      let fx = shares[uniforms.gridHeight + x];
      let weight = select(1.0 - fy, fy, isBelow) * select(1.0 - fx, fx, isRight);
      if (weight == 0.0) { continue; }
      let row = u32(places[y + select(0u, uniforms.gridHeight, isBelow)]);
      let column = u32(places[2u * uniforms.gridHeight + x + select(0u, uniforms.gridWidth, isRight)]);
      sum += weight * pooled[((image * uniforms.height + row) * uniforms.width + column) * uniforms.outputs + r];
    }
    let at = patchIndex * uniforms.columns + uniforms.column + r;
    if (uniforms.isShared == 1u && r == 0u) { sum += out[at]; }
    out[at] = sum;
  }`;
