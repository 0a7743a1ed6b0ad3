// What a GPU can do at most: multiply-adds in registers on every lane, and a copy from buffer to buffer.
import * as tf from '@tensorflow/tfjs';
import { type WebGpuBackend, webGpuBackend } from '../../src/kernels/webgpu/backend.js';
import { type Pass, runPasses, spread, u32 } from '../../src/kernels/webgpu/passes.js';
import type { Limits } from './limits.js';

const LANES = 64;
/** Workgroups enough to fill the largest cards. */
const GROUPS = 8192;
/** Vectors of four multiply-adds per lane and round. */
const CHAINS = 8;
const ROUNDS = 64;

const HEAD = `
  @compute @workgroup_size(${LANES})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * ${LANES}u + lane;`;

const chains = Array.from({ length: CHAINS }, (_, i) => `c${i}`);
const MULTIPLY_ADD = `
  struct Uniforms { rounds: u32 }
  @group(0) @binding(0) var<storage, read_write> sums: array<f32>;
  @group(0) @binding(1) var<uniform> uniforms: Uniforms;
  ${HEAD}
    let factor = vec4f(0.999);
    let term = vec4f(0.001);
    ${chains.map((name, n) => `var ${name} = vec4f(f32(i % ${7 + n}u));`).join('\n    ')}
    for (var round = 0u; round < uniforms.rounds; round++) {
      ${chains.map((name) => `${name} = fma(${name}, factor, term);`).join('\n      ')}
    }
    sums[i] = dot(${chains.join(' + ')}, vec4f(1));
  }`;

const COPY = `
  struct Uniforms { size: u32 }
  @group(0) @binding(0) var<storage, read> source: array<vec4f>;
  @group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;
  @group(0) @binding(2) var<uniform> uniforms: Uniforms;
  ${HEAD}
    if (i < uniforms.size) { copy[i] = source[i]; }
  }`;

export async function webGpuLimits(): Promise<Limits> {
  const backend = webGpuBackend(tf.backend());
  return { gflops: await multiplyAdds(backend), gbps: await copies(backend) };
}

/** Far more than any cache holds. */
const COPY_BYTES = 2 ** 28;

/** The shortest of a few runs of a pass, `repeat` times over each, in ms. */
async function shortest(backend: WebGpuBackend, pass: Pass, repeat: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const begin = performance.now();
    runPasses(backend, [pass], repeat);
    backend.endComputePassEncoder();
    backend.submitQueue();
    await backend.device.queue.onSubmittedWorkDone();
    least = Math.min(least, performance.now() - begin);
  }
  return least;
}

/** Milliseconds of one pass, from so many that the submission does not count. */
async function timeOf(backend: WebGpuBackend, pass: Pass): Promise<number> {
  let repeat = 1;
  let ms = await shortest(backend, pass, repeat);
  for (; ms < 20 && repeat < 4096; ms = await shortest(backend, pass, repeat)) repeat *= 4;
  return ms / repeat;
}

async function multiplyAdds(backend: WebGpuBackend): Promise<number> {
  const sums = tf.zeros([GROUPS * LANES]);
  const ms = await timeOf(backend, {
    name: 'multiply-adds',
    source: MULTIPLY_ADD,
    buffers: [sums],
    uniforms: [u32(ROUNDS)],
    groups: spread(backend, GROUPS),
  });
  sums.dispose();
  return (2 * 4 * CHAINS * ROUNDS * GROUPS * LANES) / ms / 1e6;
}

async function copies(backend: WebGpuBackend): Promise<number> {
  const vectors = Math.min(COPY_BYTES, backend.device.limits.maxStorageBufferBindingSize) / 16;
  const tensors = [tf.zeros([vectors * 4]), tf.zeros([vectors * 4])];
  const ms = await timeOf(backend, {
    name: 'copy',
    source: COPY,
    buffers: tensors,
    uniforms: [u32(vectors)],
    groups: spread(backend, Math.ceil(vectors / LANES)),
  });
  tf.dispose(tensors);
  return (2 * vectors * 16) / ms / 1e6;
}
