// The registry entry of choleskyBatched.
import type { KernelDefinition } from '../registry.js';
import { choleskyBatchedComposite } from './composite.js';
import { choleskyBatchedCpu } from './reference.js';
import { choleskyBatchedWasm } from './wasm.js';
import { choleskyBatchedWebGpu } from './webgpu.js';

/** (matrices; scale, ridge) to [factors, status]. */
export const CHOLESKY_BATCHED: KernelDefinition = {
  name: 'CholeskyBatched',
  cpu: choleskyBatchedCpu,
  wasm: choleskyBatchedWasm,
  webgpu: choleskyBatchedWebGpu,
  composite: choleskyBatchedComposite,
};
