// The kernels' shared cases, for whoever walks over all of them. A new kernel is one line here.

import {
  AFFINE_COUPLING_GRADIENT_SUITE,
  AFFINE_COUPLING_INVERSE_SUITE,
  AFFINE_COUPLING_SUITE,
} from './affine-coupling/cases.js';
import type { KernelSuite } from './case.js';
import { CHANNEL_PERMUTE_SUITE } from './channel-permute/cases.js';
import { CHOLESKY_SUITE } from './cholesky-batched/cases.js';
import { COVARIANCE_MERGE_SUITE, COVARIANCE_UPDATE_SUITE } from './covariance-update/cases.js';
import { GAUSSIAN_BLUR_SUITE } from './gaussian-blur/cases.js';
import { K_CENTER_SUITE } from './k-center-greedy/cases.js';
import { MAHALANOBIS_SUITE } from './mahalanobis-batched/cases.js';
import { NORMALIZED_DIFFERENCE_GRADIENT_SUITE, NORMALIZED_DIFFERENCE_SUITE } from './normalized-difference/cases.js';
import { ADAM_STEP_SUITE, SGD_STEP_SUITE } from './optimizer-step/cases.js';
import { PATCH_EMBED_SUITE } from './patch-embed/cases.js';
import { PERLIN_NOISE_SUITE } from './perlin-noise/cases.js';
import { RANDOM_PROJECTION_SUITE } from './random-projection/cases.js';
import { SSIM_MAP_GRADIENT_SUITE, SSIM_MAP_SUITE } from './ssim-map/cases.js';
import { NEIGHBOR_INDEX_SUITE, TOP_K_SUITE } from './top-k-neighbors/cases.js';

export const SUITES: readonly KernelSuite[] = [
  ADAM_STEP_SUITE,
  AFFINE_COUPLING_GRADIENT_SUITE,
  AFFINE_COUPLING_INVERSE_SUITE,
  AFFINE_COUPLING_SUITE,
  CHANNEL_PERMUTE_SUITE,
  CHOLESKY_SUITE,
  COVARIANCE_MERGE_SUITE,
  COVARIANCE_UPDATE_SUITE,
  GAUSSIAN_BLUR_SUITE,
  K_CENTER_SUITE,
  MAHALANOBIS_SUITE,
  NEIGHBOR_INDEX_SUITE,
  NORMALIZED_DIFFERENCE_GRADIENT_SUITE,
  NORMALIZED_DIFFERENCE_SUITE,
  PATCH_EMBED_SUITE,
  PERLIN_NOISE_SUITE,
  RANDOM_PROJECTION_SUITE,
  SGD_STEP_SUITE,
  SSIM_MAP_GRADIENT_SUITE,
  SSIM_MAP_SUITE,
  TOP_K_SUITE,
];
