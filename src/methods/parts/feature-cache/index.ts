// Frozen features that are computed once: what methods that train on a backbone's output build on.
export { type FeatureCache, openFeatureCache } from './cache.js';
export { contentHash, type FrozenImage, type FrozenOptions, frozenFeatures, openFrozen } from './frozen.js';
export type { FeatureCacheOptions, FeatureInputs, FeatureKey, FeatureMap, FeatureMaps } from './types.js';
