// Every kernel of the library. A new kernel is one line here.
import { GAUSSIAN_BLUR } from './gaussian-blur/kernel.js';
import { K_CENTER_ADVANCE, K_CENTER_START } from './k-center-greedy/kernels.js';
import { NORMALIZED_DIFFERENCE, NORMALIZED_DIFFERENCE_GRADIENT } from './normalized-difference/kernel.js';
import { PATCH_EMBED } from './patch-embed/kernel.js';
import { type KernelDefinition, registerKernel } from './registry.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, TOP_K_NEIGHBORS } from './top-k-neighbors/kernels.js';

export const KERNELS: readonly KernelDefinition[] = [
  GAUSSIAN_BLUR,
  K_CENTER_ADVANCE,
  K_CENTER_START,
  NEIGHBOR_INDEX_BUILD,
  NEIGHBOR_INDEX_SEARCH,
  NORMALIZED_DIFFERENCE,
  NORMALIZED_DIFFERENCE_GRADIENT,
  PATCH_EMBED,
  TOP_K_NEIGHBORS,
];

/**
 * Puts the kernels into tfjs's kernel registry for a backend. Calling it again does nothing; the ops call it for the current
 * backend by themselves.
 * @param backendName `cpu`, `wasm`, `webgpu`, or any other, which gets kernels made of stock ops
 */
export function registerKernels(backendName: string): void {
  for (const kernel of KERNELS) registerKernel(kernel, backendName);
}
