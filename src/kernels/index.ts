// The kernels: what anomaly detection needs and stock TensorFlow.js lacks, or has slow, as ops of TensorFlow.js.

export { affineCoupling, affineCouplingInverse, type Coupled, type CouplingClamp } from './affine-coupling/index.js';
export { channelPermute, inversePermutation } from './channel-permute/index.js';
export { type CholeskyOptions, choleskyBatched } from './cholesky-batched/index.js';
export {
  type CovarianceState,
  covarianceMean,
  covarianceMerge,
  covarianceUpdate,
  type PositionRange,
} from './covariance-update/index.js';
export { type GaussianBlurOptions, gaussianBlur } from './gaussian-blur/index.js';
export type { Border } from './gaussian-blur/plan.js';
export { anchorsFrom } from './k-center-greedy/anchors.js';
export { type KCenterOptions, type KCenterResult, kCenterGreedy } from './k-center-greedy/index.js';
export { KCenterStream, type StreamCoreset } from './k-center-greedy/stream.js';
export { registerKernels } from './list.js';
export { type MahalanobisOptions, mahalanobisBatched } from './mahalanobis-batched/index.js';
export { normalizedDifference } from './normalized-difference/index.js';
export type { DifferenceKind } from './normalized-difference/plan.js';
export {
  type AdamRule,
  adamMoments,
  adamStep,
  SGD_MOMENTS,
  type SgdRule,
  type StepInputs,
  type Stepped,
  sgdStep,
} from './optimizer-step/index.js';
export { type PatchEmbedOptions, patchEmbed } from './patch-embed/index.js';
export { type PerlinOptions, perlinNoise } from './perlin-noise/index.js';
export { type ProjectionKind, type RandomProjectionOptions, randomProjection } from './random-projection/index.js';
export { type SsimOptions, ssimMap } from './ssim-map/index.js';
export type { SsimPadding } from './ssim-map/plan.js';
export { KernelThreads, type ThreadsOptions } from './threads/index.js';
export type { Bank, OutsideBank } from './top-k-neighbors/bank.js';
export { topKNeighbors } from './top-k-neighbors/index.js';
export type { Metric, NeighborOptions } from './top-k-neighbors/metric.js';
export { NeighborIndex } from './top-k-neighbors/neighbor-index.js';
export type { Neighbors } from './top-k-neighbors/neighbors.js';
export { type NeighborArrays, topKNeighborsOnThreads } from './top-k-neighbors/threaded.js';
