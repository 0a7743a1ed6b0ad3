// The registry entry of randomProjection.
import type { KernelDefinition } from '../registry.js';
import { randomProjectionComposite } from './composite.js';
import { randomProjectionCpu } from './reference.js';
import { randomProjectionWasm } from './wasm.js';
import { randomProjectionWebGpu } from './webgpu.js';

/** (rows [N, D]; kind, outputs, seed, density) to [projected [N, outputs]]. */
export const RANDOM_PROJECTION: KernelDefinition = {
  name: 'RandomProjection',
  cpu: randomProjectionCpu,
  wasm: randomProjectionWasm,
  webgpu: randomProjectionWebGpu,
  composite: randomProjectionComposite,
};
