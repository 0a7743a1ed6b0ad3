// The registry entry of mahalanobisBatched.
import type { KernelDefinition } from '../registry.js';
import { mahalanobisBatchedComposite } from './composite.js';
import { mahalanobisBatchedCpu } from './reference.js';
import { mahalanobisBatchedWasm } from './wasm.js';
import { mahalanobisBatchedWebGpu } from './webgpu.js';

/** (features, mean, factors; from) to [squared]. */
export const MAHALANOBIS_BATCHED: KernelDefinition = {
  name: 'MahalanobisBatched',
  cpu: mahalanobisBatchedCpu,
  wasm: mahalanobisBatchedWasm,
  webgpu: mahalanobisBatchedWebGpu,
  composite: mahalanobisBatchedComposite,
};
