// Every kernel of the library. A new kernel is one line here.
import { CHOLESKY_BATCHED } from './cholesky-batched/kernel.js';
import { COVARIANCE_MERGE, COVARIANCE_UPDATE } from './covariance-update/kernel.js';
import { K_CENTER_ADVANCE, K_CENTER_START } from './k-center-greedy/kernels.js';
import { MAHALANOBIS_BATCHED } from './mahalanobis-batched/kernel.js';
import { type KernelDefinition, registerKernel } from './registry.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, TOP_K_NEIGHBORS } from './top-k-neighbors/kernels.js';

export const KERNELS: readonly KernelDefinition[] = [
  CHOLESKY_BATCHED,
  COVARIANCE_MERGE,
  COVARIANCE_UPDATE,
  K_CENTER_ADVANCE,
  K_CENTER_START,
  MAHALANOBIS_BATCHED,
  NEIGHBOR_INDEX_BUILD,
  NEIGHBOR_INDEX_SEARCH,
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
