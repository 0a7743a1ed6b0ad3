// The kernels: exact nearest neighbours and greedy k-center selection, as ops of TensorFlow.js.
import { K_CENTER_ADVANCE, K_CENTER_START } from './k-center-greedy/kernels.js';
import { registerKernel } from './registry.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, TOP_K_NEIGHBORS } from './top-k-neighbors/kernels.js';

export { anchorsFrom } from './k-center-greedy/anchors.js';
export { type KCenterOptions, type KCenterResult, kCenterGreedy } from './k-center-greedy/index.js';
export { type Neighbors, topKNeighbors } from './top-k-neighbors/index.js';
export { NeighborIndex } from './top-k-neighbors/neighbor-index.js';

const KERNELS = [TOP_K_NEIGHBORS, NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, K_CENTER_START, K_CENTER_ADVANCE];

/**
 * Puts the kernels into tfjs's kernel registry for a backend. Calling it again does nothing; the ops call it for the current
 * backend by themselves.
 * @param backendName `cpu`, `wasm`, or any other, which gets kernels made of stock ops
 */
export function registerKernels(backendName: string): void {
  for (const kernel of KERNELS) registerKernel(kernel, backendName);
}
