// The registry entry of perlinNoise.
import type { KernelDefinition } from '../registry.js';
import { perlinNoiseComposite } from './composite.js';
import { perlinNoiseCpu } from './reference.js';
import { perlinNoiseWasm } from './wasm.js';
import { perlinNoiseWebGpu } from './webgpu.js';

/** (gradients [batch * (rows + 1) * (columns + 1), 2]; batch, rows, columns, height, width) to [noise [batch, height, width]]. */
export const PERLIN_NOISE: KernelDefinition = {
  name: 'PerlinNoise',
  cpu: perlinNoiseCpu,
  wasm: perlinNoiseWasm,
  webgpu: perlinNoiseWebGpu,
  composite: perlinNoiseComposite,
};
