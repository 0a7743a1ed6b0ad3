// affineCoupling and its gradient on tfjs's webgpu backend. The log-determinant is added up in two passes, in a fixed order.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall, matrix, number } from '../registry.js';
import { allocate, webGpuBackend, withScratch } from '../webgpu/backend.js';
import { ELEMENTARY } from '../webgpu/elementary.js';
import { f32, i32, runPasses, spread, type Uniform, u32 } from '../webgpu/passes.js';
import { chunksOf, EACH, GROUP } from './plan.js';
import { ATAN, ATAN_FACTOR, clampOf } from './reference.js';

function sizes(call: KernelCall) {
  const { info, rows, columns } = matrix(call, 'x');
  const samples = number(call, 'samples');
  const { activation, alpha, slope, shift } = clampOf(call);
  const factor = activation === ATAN ? alpha * ATAN_FACTOR : alpha;
  const size = (rows * columns) / samples;
  const clamp: Uniform[] = [i32(activation), f32(factor), f32(slope), f32(shift)];
  return { info, rows, columns, samples, size, clamp };
}

function couplingWebGpu(call: KernelCall, inverse: boolean): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { info, rows, columns, samples, size, clamp } = sizes(call);
  const y = allocate(backend, [rows, columns], 'float32');
  const total = allocate(backend, [samples], 'float32');
  const chunks = chunksOf(size);
  withScratch(backend, [samples * chunks], (partial) => {
    runPasses(backend, [
      {
        name: 'AffineCoupling',
        source: COUPLING,
        buffers: [info, input(call, 'parameters'), y, partial],
        uniforms: [u32(columns), u32(size), u32(chunks), u32(samples * chunks), u32(Number(inverse)), ...clamp],
        groups: spread(backend, samples * chunks),
      },
      {
        name: 'AffineCoupling',
        source: TOTALS,
        buffers: [partial, total],
        uniforms: [u32(chunks), u32(samples)],
        groups: spread(backend, samples),
      },
    ]);
  });
  return [y, total];
}

export function affineCouplingWebGpu(call: KernelCall): TensorInfo[] {
  return couplingWebGpu(call, false);
}

export function affineCouplingInverseWebGpu(call: KernelCall): TensorInfo[] {
  return couplingWebGpu(call, true);
}

export function affineCouplingGradientWebGpu(call: KernelCall): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { info, rows, columns, size, clamp } = sizes(call);
  const dx = allocate(backend, [rows, columns], 'float32');
  const dParameters = allocate(backend, [rows, 2 * columns], 'float32');
  const inputs = ['parameters', 'dy', 'dLogDeterminant'].map((name) => input(call, name));
  runPasses(backend, [
    {
      name: 'AffineCouplingGradient',
      source: GRADIENT,
      buffers: [info, ...inputs, dx, dParameters],
      uniforms: [u32(columns), u32(size), u32(rows * columns), ...clamp],
      groups: spread(backend, Math.ceil((rows * columns) / GROUP)),
    },
  ]);
  return [dx, dParameters];
}

const CLAMP = `${ELEMENTARY}
  fn activated(u: f32) -> f32 {
    if (uniforms.activation == ${ATAN}) { return arcTangent(u); }
    return hyperbolicTangent(u);
  }`;

const INDEX = `
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,`;

/** The sum of every invocation's \`sum\`, in \`sums[0]\`. */
const REDUCE = `
  sums[lane] = sum;
  for (var half = ${GROUP / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }`;

const COUPLING = `
  struct Uniforms {
    channels: u32, size: u32, chunks: u32, count: u32, inverse: u32, activation: i32, factor: f32, slope: f32, shift: f32,
  }
  @group(0) @binding(0) var<storage, read> x: array<f32>;
  @group(0) @binding(1) var<storage, read> parameters: array<f32>;
  @group(0) @binding(2) var<storage, read_write> y: array<f32>;
  @group(0) @binding(3) var<storage, read_write> pieces: array<f32>;
  @group(0) @binding(4) var<uniform> uniforms: Uniforms;
  var<workgroup> sums: array<f32, ${GROUP}>;
  ${CLAMP}
  @compute @workgroup_size(${GROUP})
  fn main(${INDEX}) {
    let chunk = group.y * groups.x + group.x;
    if (chunk >= uniforms.count) { return; }
    let start = (chunk / uniforms.chunks) * uniforms.size;
    let first = (chunk % uniforms.chunks) * ${GROUP * EACH}u;
    let to = min(uniforms.size, first + ${GROUP * EACH}u);
    var sum = 0.0;
    for (var k = first + lane; k < to; k += ${GROUP}u) {
      let i = start + k;
      let at = i + (i / uniforms.channels) * uniforms.channels;
      let rho = uniforms.factor * activated(uniforms.slope * parameters[at]);
      let t = uniforms.shift * parameters[at + uniforms.channels];
      if (uniforms.inverse == 1u) {
        y[i] = (x[i] - t) * exp(-rho);
        sum -= rho;
      } else {
        y[i] = x[i] * exp(rho) + t;
        sum += rho;
      }
    }
    ${REDUCE}
    if (lane == 0u) { pieces[chunk] = sums[0]; }
  }`;

const TOTALS = `
  struct Uniforms { chunks: u32, samples: u32 }
  @group(0) @binding(0) var<storage, read> pieces: array<f32>;
  @group(0) @binding(1) var<storage, read_write> total: array<f32>;
  @group(0) @binding(2) var<uniform> uniforms: Uniforms;
  var<workgroup> sums: array<f32, ${GROUP}>;
  @compute @workgroup_size(${GROUP})
  fn main(${INDEX}) {
    let sample = group.y * groups.x + group.x;
    if (sample >= uniforms.samples) { return; }
    var sum = 0.0;
    for (var k = lane; k < uniforms.chunks; k += ${GROUP}u) { sum += pieces[sample * uniforms.chunks + k]; }
    ${REDUCE}
    if (lane == 0u) { total[sample] = sums[0]; }
  }`;

const GRADIENT = `
  struct Uniforms { channels: u32, size: u32, count: u32, activation: i32, factor: f32, slope: f32, shift: f32 }
  @group(0) @binding(0) var<storage, read> x: array<f32>;
  @group(0) @binding(1) var<storage, read> parameters: array<f32>;
  @group(0) @binding(2) var<storage, read> dy: array<f32>;
  @group(0) @binding(3) var<storage, read> dLogDeterminant: array<f32>;
  @group(0) @binding(4) var<storage, read_write> dx: array<f32>;
  @group(0) @binding(5) var<storage, read_write> dParameters: array<f32>;
  @group(0) @binding(6) var<uniform> uniforms: Uniforms;
  ${CLAMP}
  @compute @workgroup_size(${GROUP})
  fn main(${INDEX}) {
    let i = (group.y * groups.x + group.x) * ${GROUP}u + lane;
    if (i >= uniforms.count) { return; }
    let at = i + (i / uniforms.channels) * uniforms.channels;
    let u = uniforms.slope * parameters[at];
    let g = activated(u);
    let through = dy[i] * exp(uniforms.factor * g);
    dx[i] = through;
    let steep = uniforms.factor * uniforms.slope;
    let slope = select(steep * (1.0 - g * g), steep / (1.0 + u * u), uniforms.activation == ${ATAN});
    dParameters[at] = (through * x[i] + dLogDeterminant[i / uniforms.size]) * slope;
    dParameters[at + uniforms.channels] = uniforms.shift * dy[i];
  }`;
