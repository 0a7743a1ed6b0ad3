// normalizedDifference on tfjs's webgpu backend: a workgroup takes a location.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { f32, type Pass, runPasses, spread, u32 } from '../webgpu/passes.js';
import { differenceOf } from './call.js';
import { SCALING, workgroupSize } from './plan.js';

export function normalizedDifferenceWebGpu(call: KernelCall): TensorInfo[] {
  const { a } = differenceOf(call);
  const out = allocate(webGpuBackend(call.backend), [a.batch, a.height, a.width], 'float32');
  return run(call, 'NormalizedDifference', DISTANCE, [], out);
}

export function normalizedDifferenceGradientWebGpu(call: KernelCall): TensorInfo[] {
  const out = allocate(webGpuBackend(call.backend), differenceOf(call).a.info.shape, 'float32');
  return run(call, 'NormalizedDifferenceGradient', GRADIENT, [input(call, 'upstream')], out);
}

function run(call: KernelCall, name: string, body: string, more: TensorInfo[], out: TensorInfo): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { a, b, locations, channels, isCosine, epsilon } = differenceOf(call);
  const buffers = [a.info, b.info, ...more, out];
  const pass: Pass = {
    name,
    source: source(workgroupSize(channels), more.length > 0, body),
    buffers,
    uniforms: [u32(locations), u32(channels), u32(Number(isCosine)), f32(epsilon)],
    groups: spread(backend, locations),
  };
  runPasses(backend, [pass]);
  return [out];
}

/** The unit vectors' divisors, then what `body` makes of them. */
function source(size: number, hasUpstream: boolean, body: string): string {
  const upstream = '@group(0) @binding(2) var<storage, read> upstream: array<f32>;';
  return `
  struct Uniforms { locations: u32, channels: u32, isCosine: u32, epsilon: f32 }
  @group(0) @binding(0) var<storage, read> a: array<f32>;
  @group(0) @binding(1) var<storage, read> b: array<f32>;
  ${hasUpstream ? upstream : ''}
  @group(0) @binding(${hasUpstream ? 3 : 2}) var<storage, read_write> out: array<f32>;
  @group(0) @binding(${hasUpstream ? 4 : 3}) var<uniform> uniforms: Uniforms;

  const SIZE = ${size}u;
  var<workgroup> parts: array<vec2f, SIZE>;

  fn total(mine: vec2f, lane: u32) -> vec2f {
    workgroupBarrier();
    parts[lane] = mine;
    for (var half = SIZE / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { parts[lane] += parts[lane + half]; }
    }
    workgroupBarrier();
    return parts[0];
  }

  fn largest(mine: vec2f, lane: u32) -> vec2f {
    parts[lane] = mine;
    for (var half = SIZE / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { parts[lane] = max(parts[lane], parts[lane + half]); }
    }
    workgroupBarrier();
    return parts[0];
  }

  /** A power of two that keeps the squares in range. */
  fn factorOf(most: f32) -> f32 {
    return select(select(1.0, ${SCALING.grow}, most < ${SCALING.tiny}), ${SCALING.shrink}, most > ${SCALING.huge});
  }

  @compute @workgroup_size(SIZE)
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let location = group.y * groups.x + group.x;
    if (location >= uniforms.locations) { return; }
    let start = location * uniforms.channels;
    let end = start + uniforms.channels;
    var most = vec2f(0.0);
    for (var i = start + lane; i < end; i += SIZE) { most = max(most, abs(vec2f(a[i], b[i]))); }
    most = largest(most, lane);
    let factor = vec2f(factorOf(most.x), factorOf(most.y));
    var squares = vec2f(0.0);
    for (var i = start + lane; i < end; i += SIZE) {
      let scaled = vec2f(a[i], b[i]) * factor;
      squares += scaled * scaled;
    }
    let norm = sqrt(total(squares, lane));
    let least = uniforms.epsilon * factor;
    let isClamped = norm < least;
    let divisor = select(norm, least, isClamped);
    ${body}
  }`;
}

const DISTANCE = `
    var sums = vec2f(0.0);
    for (var i = start + lane; i < end; i += SIZE) {
      let unit = vec2f(a[i], b[i]) * factor / divisor;
      let apart = unit.x - unit.y;
      sums += vec2f(apart * apart, unit.x * unit.y);
    }
    sums = total(sums, lane);
    if (lane == 0u) {
      out[location] = select(0.5 * sums.x, 1.0 - sums.y, uniforms.isCosine == 1u && any(isClamped));
    }`;

const GRADIENT = `
    let kept = select(1.0, 0.0, isClamped.x && uniforms.isCosine == 1u);
    var along = 0.0;
    for (var i = start + lane; i < end; i += SIZE) {
      let unit = vec2f(a[i], b[i]) * factor / divisor;
      along += (unit.x - unit.y) * unit.x;
    }
    along = select(total(vec2f(along, 0.0), lane).x, 0.0, isClamped.x);
    let scale = upstream[location] * factor.x / divisor.x;
    for (var i = start + lane; i < end; i += SIZE) {
      let unit = vec2f(a[i], b[i]) * factor / divisor;
      out[i] = scale * (kept * unit.x - unit.y - unit.x * along);
    }`;
