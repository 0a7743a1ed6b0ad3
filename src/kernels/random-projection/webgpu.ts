// randomProjection on tfjs's webgpu backend: tiles of a matrix product, whose right side is made in the workgroup's memory.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type KernelCall, matrix } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { f32, runPasses, spread, u32 } from '../webgpu/passes.js';
import {
  entryScale,
  GAUSSIAN,
  NORMAL_CENTRE,
  NORMAL_TAIL,
  projectionNumbers,
  SPARSE,
  sparseLimits,
} from './entries.js';
import { TILE } from './plan.js';

export function randomProjectionWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { info, rows, columns } = matrix(call, 'rows');
  const numbers = projectionNumbers(call);
  const { kind, outputs, seed, density } = numbers;
  const out = allocate(backend, [rows, outputs], 'float32');
  const across = Math.ceil(outputs / TILE.outputs);
  const tiles = across * Math.ceil(rows / TILE.rows);
  const limits = kind === SPARSE ? sparseLimits(density) : [0, 0];
  const scale = entryScale(numbers, columns);
  runPasses(backend, [
    {
      name: 'RandomProjection',
      source: kind === SPARSE ? SPARSE_SOURCE : kind === GAUSSIAN ? GAUSSIAN_SOURCE : UNIFORM_SOURCE,
      buffers: [info, out],
      uniforms: [...[rows, columns, outputs, across, tiles, seed, ...limits].map(u32), f32(scale)],
      groups: spread(backend, tiles),
    },
  ]);
  return [out];
}

/** Invocations of a workgroup. */
const LANES = (TILE.rows / 4) * (TILE.outputs / 4);

const horner = (coefficients: readonly number[]) =>
  coefficients
    .map((coefficient, i) => (i === 0 ? `var p = f32(${coefficient});` : `p = p * at + ${coefficient};`))
    .join(' ');

const UNIFORM_ENTRY = `fn entryOf(word: u32) -> f32 {
    return f32(bitcast<i32>(word ^ 0x80000000u)) * (uniforms.scale * ${2 ** -31});
  }`;

const SPARSE_ENTRY = `fn entryOf(word: u32) -> f32 {
    return select(select(0.0, uniforms.scale, word <= uniforms.positive), -uniforms.scale, word <= uniforms.negative);
  }`;

const GAUSSIAN_ENTRY = `
  fn centre(at: f32) -> f32 { ${horner(NORMAL_CENTRE)} return p; }
  fn tail(at: f32) -> f32 { ${horner(NORMAL_TAIL)} return p; }
  fn entryOf(word: u32) -> f32 {
    let p = (f32(word & 0x7fffffffu) + 0.5) * ${2 ** -31};
    let w = max(0.0, -log(p * (2.0 - p)));
    var ratio = centre(w - 2.5);
    if (w >= 5.0) { ratio = tail(sqrt(w) - 3.0); }
    let size = (1.0 - p) * ratio * uniforms.scale;
    return select(size, -size, word >= 0x80000000u);
  }`;

const sourceOf = (entry: string) => `
  struct Uniforms {
    rows: u32, inputs: u32, outputs: u32, across: u32, tiles: u32, seed: u32, negative: u32, positive: u32, scale: f32,
  }
  @group(0) @binding(0) var<storage, read> x: array<f32>;
  @group(0) @binding(1) var<storage, read_write> out: array<f32>;
  @group(0) @binding(2) var<uniform> uniforms: Uniforms;
  var<workgroup> left: array<f32, ${TILE.rows * TILE.depth}>;
  var<workgroup> right: array<f32, ${TILE.outputs * TILE.depth}>;
  ${entry}

  // Word number index of the seeded generator.
  fn wordAt(index: u32) -> u32 {
    let state = uniforms.seed + (index + 1u) * 1831565813u;
    var t = (state ^ (state >> 15u)) * (state | 1u);
    t ^= t + (t ^ (t >> 7u)) * (t | 61u);
    return t ^ (t >> 14u);
  }

  @compute @workgroup_size(${LANES})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let tile = group.y * groups.x + group.x;
    if (tile >= uniforms.tiles) { return; }
    let firstRow = (tile / uniforms.across) * ${TILE.rows}u;
    let firstOutput = (tile % uniforms.across) * ${TILE.outputs}u;
    let row = 4u * (lane / ${TILE.outputs / 4}u);
    let output = 4u * (lane % ${TILE.outputs / 4}u);
    var sums: array<vec4f, 4>;
    for (var first = 0u; first < uniforms.inputs; first += ${TILE.depth}u) {
      for (var k = lane; k < ${TILE.rows * TILE.depth}u; k += ${LANES}u) {
        let r = firstRow + k / ${TILE.depth}u;
        let i = first + k % ${TILE.depth}u;
        var value = 0.0;
        if (r < uniforms.rows && i < uniforms.inputs) { value = x[r * uniforms.inputs + i]; }
        left[(k % ${TILE.depth}u) * ${TILE.rows}u + k / ${TILE.depth}u] = value;
      }
      for (var k = lane; k < ${TILE.outputs * TILE.depth}u; k += ${LANES}u) {
        let o = firstOutput + k % ${TILE.outputs}u;
        right[k] = entryOf(wordAt(o * uniforms.inputs + first + k / ${TILE.outputs}u));
      }
      workgroupBarrier();
      for (var i = 0u; i < ${TILE.depth}u; i++) {
        let at = i * ${TILE.outputs}u + output;
        let entries = vec4f(right[at], right[at + 1u], right[at + 2u], right[at + 3u]);
        for (var r = 0u; r < 4u; r++) { sums[r] += left[i * ${TILE.rows}u + row + r] * entries; }
      }
      workgroupBarrier();
    }
    for (var r = 0u; r < 4u; r++) {
      for (var o = 0u; o < 4u; o++) {
        let to = vec2u(firstRow + row + r, firstOutput + output + o);
        if (to.x < uniforms.rows && to.y < uniforms.outputs) { out[to.x * uniforms.outputs + to.y] = sums[r][o]; }
      }
    }
  }`;

const UNIFORM_SOURCE = sourceOf(UNIFORM_ENTRY);
const SPARSE_SOURCE = sourceOf(SPARSE_ENTRY);
const GAUSSIAN_SOURCE = sourceOf(GAUSSIAN_ENTRY);
