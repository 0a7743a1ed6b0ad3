// The kernels' shared cases, for whoever walks over all of them. A new kernel is one line here.
import {
  AFFINE_COUPLING_GRADIENT_SUITE,
  AFFINE_COUPLING_INVERSE_SUITE,
  AFFINE_COUPLING_SUITE,
} from './affine-coupling/cases.js';
import type { KernelSuite } from './case.js';
import { CHANNEL_PERMUTE_SUITE } from './channel-permute/cases.js';
import { K_CENTER_SUITE } from './k-center-greedy/cases.js';
import { PERLIN_NOISE_SUITE } from './perlin-noise/cases.js';
import { RANDOM_PROJECTION_SUITE } from './random-projection/cases.js';

export const SUITES: readonly KernelSuite[] = [
  AFFINE_COUPLING_GRADIENT_SUITE,
  AFFINE_COUPLING_INVERSE_SUITE,
  AFFINE_COUPLING_SUITE,
  CHANNEL_PERMUTE_SUITE,
  K_CENTER_SUITE,
  PERLIN_NOISE_SUITE,
  RANDOM_PROJECTION_SUITE,
];
