// The kernels' shared cases, for whoever walks over all of them. A new kernel is one line here.
import type { KernelSuite } from './case.js';
import { CHOLESKY_SUITE } from './cholesky-batched/cases.js';
import { COVARIANCE_MERGE_SUITE, COVARIANCE_UPDATE_SUITE } from './covariance-update/cases.js';
import { K_CENTER_SUITE } from './k-center-greedy/cases.js';
import { MAHALANOBIS_SUITE } from './mahalanobis-batched/cases.js';
import { NEIGHBOR_INDEX_SUITE, TOP_K_SUITE } from './top-k-neighbors/cases.js';

export const SUITES: readonly KernelSuite[] = [
  CHOLESKY_SUITE,
  COVARIANCE_MERGE_SUITE,
  COVARIANCE_UPDATE_SUITE,
  K_CENTER_SUITE,
  MAHALANOBIS_SUITE,
  NEIGHBOR_INDEX_SUITE,
  TOP_K_SUITE,
];
