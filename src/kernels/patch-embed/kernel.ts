// The registry entry of patchEmbed.
import type { KernelDefinition } from '../registry.js';
import { patchEmbedComposite } from './composite.js';
import { patchEmbedCpu } from './reference.js';
import { patchEmbedWasm } from './wasm.js';
import { patchEmbedWebGpu } from './webgpu.js';

/** (layer0, layer1, ...; patchSize, dimension, 0 = every channel) to [embedding]. */
export const PATCH_EMBED: KernelDefinition = {
  name: 'PatchEmbed',
  cpu: patchEmbedCpu,
  wasm: patchEmbedWasm,
  webgpu: patchEmbedWebGpu,
  composite: patchEmbedComposite,
};
