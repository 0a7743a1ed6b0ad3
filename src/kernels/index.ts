// The kernels: what anomaly detection needs and stock TensorFlow.js lacks, or has slow, as ops of TensorFlow.js.

export { affineCoupling, affineCouplingInverse, type Coupled, type CouplingClamp } from './affine-coupling/index.js';
export { channelPermute, inversePermutation } from './channel-permute/index.js';
export { anchorsFrom } from './k-center-greedy/anchors.js';
export { type KCenterOptions, type KCenterResult, kCenterGreedy } from './k-center-greedy/index.js';
export { registerKernels } from './list.js';
export { type PerlinOptions, perlinNoise } from './perlin-noise/index.js';
export { type ProjectionKind, type RandomProjectionOptions, randomProjection } from './random-projection/index.js';
export { type Neighbors, topKNeighbors } from './top-k-neighbors/index.js';
export { NeighborIndex } from './top-k-neighbors/neighbor-index.js';
