// The registry entry of gaussianBlur.
import type { KernelDefinition } from '../registry.js';
import { gaussianBlurComposite } from './composite.js';
import { gaussianBlurCpu } from './reference.js';
import { gaussianBlurWasm } from './wasm.js';
import { gaussianBlurWebGpu } from './webgpu.js';

/** (maps; sigma, border = 0 edge or 1 centre) to [blurred]. */
export const GAUSSIAN_BLUR: KernelDefinition = {
  name: 'GaussianBlur',
  cpu: gaussianBlurCpu,
  wasm: gaussianBlurWasm,
  webgpu: gaussianBlurWebGpu,
  composite: gaussianBlurComposite,
};
