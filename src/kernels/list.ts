// Every kernel of the library. A new kernel is one line here.

import { AFFINE_COUPLING, AFFINE_COUPLING_GRADIENT, AFFINE_COUPLING_INVERSE } from './affine-coupling/kernel.js';
import { CHANNEL_PERMUTE } from './channel-permute/kernel.js';
import { CHOLESKY_BATCHED } from './cholesky-batched/kernel.js';
import { COVARIANCE_MERGE, COVARIANCE_UPDATE } from './covariance-update/kernel.js';
import { GAUSSIAN_BLUR } from './gaussian-blur/kernel.js';
import { K_CENTER_ADVANCE, K_CENTER_START } from './k-center-greedy/kernels.js';
import { MAHALANOBIS_BATCHED } from './mahalanobis-batched/kernel.js';
import { NORMALIZED_DIFFERENCE, NORMALIZED_DIFFERENCE_GRADIENT } from './normalized-difference/kernel.js';
import { ADAM_STEP, SGD_STEP } from './optimizer-step/kernel.js';
import { PATCH_EMBED } from './patch-embed/kernel.js';
import { PERLIN_NOISE } from './perlin-noise/kernel.js';
import { RANDOM_PROJECTION } from './random-projection/kernel.js';
import { type KernelDefinition, registerKernel } from './registry.js';
import { SSIM_MAP, SSIM_MAP_GRADIENT } from './ssim-map/kernel.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, TOP_K_NEIGHBORS } from './top-k-neighbors/kernels.js';

export const KERNELS: readonly KernelDefinition[] = [
  ADAM_STEP,
  AFFINE_COUPLING,
  AFFINE_COUPLING_GRADIENT,
  AFFINE_COUPLING_INVERSE,
  CHANNEL_PERMUTE,
  CHOLESKY_BATCHED,
  COVARIANCE_MERGE,
  COVARIANCE_UPDATE,
  GAUSSIAN_BLUR,
  K_CENTER_ADVANCE,
  K_CENTER_START,
  MAHALANOBIS_BATCHED,
  NEIGHBOR_INDEX_BUILD,
  NEIGHBOR_INDEX_SEARCH,
  NORMALIZED_DIFFERENCE,
  NORMALIZED_DIFFERENCE_GRADIENT,
  PATCH_EMBED,
  PERLIN_NOISE,
  RANDOM_PROJECTION,
  SGD_STEP,
  SSIM_MAP,
  SSIM_MAP_GRADIENT,
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
