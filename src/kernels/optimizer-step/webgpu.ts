// The optimiser steps on tfjs's webgpu backend, one weight per invocation.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelCall } from '../registry.js';
import { allocate, webGpuBackend } from '../webgpu/backend.js';
import { f32, runPasses, spread, type Uniform, u32 } from '../webgpu/passes.js';
import { ADAM_NUMBERS, adamNumbers, SGD_NUMBERS, sgdNumbers, stepOf } from './call.js';

const GROUP = 256;

function onWebGpu(call: KernelCall, name: string, source: string, uniforms: readonly Uniform[]): TensorInfo[] {
  const backend = webGpuBackend(call.backend);
  const { weights, gradient, state, moments, count } = stepOf(call);
  const next = allocate(backend, [count], 'float32');
  const nextState = allocate(backend, [moments, count], 'float32');
  runPasses(backend, [
    {
      name,
      source,
      buffers: [weights, gradient, state, next, nextState],
      uniforms: [u32(count), u32(moments), ...uniforms],
      groups: spread(backend, Math.ceil(count / GROUP)),
    },
  ]);
  return [next, nextState];
}

export function sgdStepWebGpu(call: KernelCall): TensorInfo[] {
  const numbers = sgdNumbers(call);
  const uniforms = SGD_NUMBERS.map((name) => f32(numbers[name]));
  return onWebGpu(call, 'SgdStep', SGD, uniforms);
}

export function adamStepWebGpu(call: KernelCall): TensorInfo[] {
  const numbers = adamNumbers(call);
  const uniforms = ADAM_NUMBERS.map((name) => f32(numbers[name]));
  return onWebGpu(call, 'AdamStep', ADAM, uniforms);
}

const shader = (numbers: readonly string[], body: string): string => `
  struct Uniforms { count: u32, moments: u32, ${numbers.map((name) => `${name}: f32`).join(', ')} }
  @group(0) @binding(0) var<storage, read> weights: array<f32>;
  @group(0) @binding(1) var<storage, read> gradient: array<f32>;
  @group(0) @binding(2) var<storage, read> state: array<f32>;
  @group(0) @binding(3) var<storage, read_write> next: array<f32>;
  @group(0) @binding(4) var<storage, read_write> nextState: array<f32>;
  @group(0) @binding(5) var<uniform> u: Uniforms;
  @compute @workgroup_size(${GROUP})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let i = (group.y * groups.x + group.x) * ${GROUP}u + lane;
    if (i >= u.count) { return; }
    let w = weights[i];
    let g = u.scale * gradient[i] + u.pull * w;
    ${body}
  }`;

const SGD = shader(
  SGD_NUMBERS,
  `let v = u.momentum * state[i] + g;
    nextState[i] = v;
    next[i] = w - u.rate * select(v, g + u.momentum * v, u.nesterov == 1.0);`,
);

const ADAM = shader(
  ADAM_NUMBERS,
  `let m = u.beta1 * state[i] + u.rest1 * g;
    let v = u.beta2 * state[u.count + i] + (u.rest2 * g) * g;
    nextState[i] = m;
    nextState[u.count + i] = v;
    var peak = v;
    if (u.moments == 3u) {
      peak = max(state[2u * u.count + i], v);
      nextState[2u * u.count + i] = peak;
    }
    next[i] = (w - u.fade * w) - u.stride * (m / (sqrt(peak) / u.correction + u.epsilon));`,
);
