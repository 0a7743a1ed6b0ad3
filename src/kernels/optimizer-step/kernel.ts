// The registry entries of sgdStep and adamStep.
import type { KernelDefinition } from '../registry.js';
import { adamStepComposite, sgdStepComposite } from './composite.js';
import { adamStepCpu, sgdStepCpu } from './reference.js';
import { adamStepWasm, sgdStepWasm } from './wasm.js';
import { adamStepWebGpu, sgdStepWebGpu } from './webgpu.js';

/** (weights [N], gradient [N], state [1, N]; scale, pull, rate, momentum, nesterov = 0 or 1) to [weights, state]. */
export const SGD_STEP: KernelDefinition = {
  name: 'SgdStep',
  cpu: sgdStepCpu,
  wasm: sgdStepWasm,
  webgpu: sgdStepWebGpu,
  composite: sgdStepComposite,
};

/**
 * (weights [N], gradient [N], state [2 or 3, N]; scale, pull, fade, beta1, rest1, beta2, rest2, stride, correction, epsilon) to
 * [weights, state]. Betas come with 1 - beta because float32 would lose the most of it.
 */
export const ADAM_STEP: KernelDefinition = {
  name: 'AdamStep',
  cpu: adamStepCpu,
  wasm: adamStepWasm,
  webgpu: adamStepWebGpu,
  composite: adamStepComposite,
};
